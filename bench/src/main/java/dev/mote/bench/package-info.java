/// Benchmarks; see the module's description.
package dev.mote.bench;
