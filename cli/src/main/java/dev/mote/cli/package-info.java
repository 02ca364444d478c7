/// The `mote` command; see the module's description.
package dev.mote.cli;
