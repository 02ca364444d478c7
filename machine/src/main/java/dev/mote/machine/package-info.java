/// The virtual machine; see the module's description.
package dev.mote.machine;
