package dev.mote.conformance;

import java.io.IOException;

/// A place where programs run: natively, or in a VM.
interface Side {
  Observation run(ProgramCase programCase, CaseDirectory directory)
      throws IOException, InterruptedException;
}
