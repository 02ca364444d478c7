/// The program's world; see the module's description.
package dev.mote.linux;
