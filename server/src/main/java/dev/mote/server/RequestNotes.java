package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.Fault;
import dev.mote.functions.InvocationReport;
import org.jspecify.annotations.Nullable;

/// What is known of a request, for those who look at all of them: the log and the metrics. Whoever
/// serves it writes down what it learns.
///
/// It belongs to the thread of the request.
final class RequestNotes {
  final long begun = System.nanoTime();
  final String id;
  final @Nullable TraceParent trace;
  @Nullable DeployedFunction function;
  String place = ""; // the path that is the function's, with all below it; empty if its host is
  @Nullable InvocationReport report;
  Fault.@Nullable Kind fault;
  long bodyBytes; // that were read
  boolean isBodyUnwanted; // it is to be read for nothing behind the answer
  boolean isStreamed; // the answer: Helidon ends its body when the request has been handled

  RequestNotes(String id, @Nullable TraceParent trace) {
    this.id = id;
    this.trace = trace;
  }
}
