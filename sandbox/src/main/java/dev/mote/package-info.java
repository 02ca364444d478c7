/// Runs unmodified Linux programs in micro-VMs.
package dev.mote;
