/// Conformance tests; see the module's description.
package dev.mote.conformance;
