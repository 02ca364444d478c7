package dev.mote.functions;

import dev.mote.GuestFunction;
import dev.mote.Snapshot;
import dev.mote.values.Signature;
import java.io.IOException;
import java.util.List;

/// How a request becomes a call, and what comes of it an answer. Which one a function has is seen
/// by what its program offers once it has started.
interface Convention {
  /// Serves one request.
  ///
  /// @param pieces where an answer goes that is not returned whole
  /// @param log for what the function writes; also for what only its author shall see
  /// @throws IOException if the request's body does not come
  FunctionResponse serve(
      Callee callee, FunctionRequest request, StreamedAnswer pieces, InvocationLog log)
      throws IOException;

  /// Whether it takes bodies that come while the function runs; else they are to be whole before.
  boolean takesStreams();

  /// For people.
  String describe();

  /// @throws FunctionException if it is none
  static Convention of(String name, Snapshot snapshot, FunctionSettings settings) {
    if (!snapshot.offersFunctions()) {
      return new ProgramConvention(settings.responseLimit(), settings.snapshot());
    }
    List<GuestFunction> offered = snapshot.functions();
    if (offered.stream().anyMatch(f -> f.name().equals("fetch") && parameters(f) == 1)) {
      return new FetchConvention(settings.responseLimit());
    }
    if (offered.stream().anyMatch(f -> f.name().equals("handle") && parameters(f) <= 2)) {
      return new EventConvention(name, offered, settings.responseLimit(), settings.timeout());
    }
    if (offered.isEmpty()) {
      throw new FunctionException("the program started, but offers no functions");
    }
    return new TypedConvention(offered, settings);
  }

  private static int parameters(GuestFunction function) {
    return Signature.parse(function.signature()).parameters().size();
  }
}
