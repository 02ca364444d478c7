package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.Ending;
import dev.mote.EnvironmentTooLargeException;
import dev.mote.MemorySize;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.net.URI;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// A program that knows nothing of Mote, run as a CGI program (RFC 3875): it reads the request's
/// body from its standard input, and what else there is to know from its environment; it writes the
/// answer to its standard output, and is then over. Standard error is its log.
///
/// Its snapshot is of before its own code has run, so that it reads its environment in each
/// request; or, if its author says so, of its first wait for input, when the environment changes
/// under it ([SnapshotPoint]).
final class ProgramConvention implements Convention {
  private final MemorySize responseLimit;
  private final SnapshotPoint snapshot;

  /// @param snapshot where it was taken
  ProgramConvention(MemorySize responseLimit, SnapshotPoint snapshot) {
    this.responseLimit = responseLimit;
    this.snapshot = snapshot;
  }

  @Override
  public boolean takesStreams() {
    return true;
  }

  @Override
  public FunctionResponse serve(
      Callee callee, FunctionRequest request, StreamedAnswer pieces, InvocationLog log) {
    var output = new ProgramOutput(pieces, responseLimit);
    Streams streams = Streams.of(request.body().stream(), output, log.errorStream());
    Map<String, String> variables;
    try {
      variables = variables(request);
    } catch (IllegalArgumentException e) {
      return FunctionResponse.of(
          new Fault(Fault.Kind.REQUEST, "its path is malformed: " + e.getMessage()));
    }
    Ending ending;
    try {
      ending = callee.run(streams, variables);
    } catch (EnvironmentTooLargeException e) {
      return FunctionResponse.of(
          new Fault(Fault.Kind.HEADERS_TOO_LARGE, String.valueOf(e.getMessage())));
    }
    boolean succeeded = ending instanceof Ending.Exited(int status) && status == 0;
    return output.end(succeeded ? null : Endings.fault(ending, log));
  }

  /// What RFC 3875, 4.1 says. A header that a variable's name cannot tell from another one is left
  /// out: `X_Y` would be taken for `X-Y`, which somebody before this server may have checked.
  static Map<String, String> variables(FunctionRequest request) {
    var variables = new LinkedHashMap<String, String>();
    variables.put("GATEWAY_INTERFACE", "CGI/1.1");
    variables.put("SERVER_PROTOCOL", "HTTP/1.1");
    variables.put("SERVER_SOFTWARE", "mote");
    variables.put("REQUEST_METHOD", request.method());
    variables.put("SCRIPT_NAME", request.prefix());
    variables.put("PATH_INFO", URLDecoder.decode(request.path().replace("+", "%2B"), UTF_8));
    variables.put("QUERY_STRING", request.query());
    variables.put("REQUEST_URI", request.prefix() + request.path() + question(request.query()));
    variables.put("REMOTE_ADDR", request.remote());
    variables.put("MOTE_REQUEST_ID", request.id());
    addServer(request.url(), variables);
    if (request.body().length() > 0) {
      variables.put("CONTENT_LENGTH", Long.toString(request.body().length()));
    }
    for (Header header : request.headers()) {
      String name = header.name();
      if (name.equals("content-type")) {
        variables.put("CONTENT_TYPE", header.value());
      } else if (!name.equals("content-length")
          && !name.equals("proxy") // HTTP_PROXY means something else to many programs
          && name.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-')) {
        variables.merge(
            "HTTP_" + name.toUpperCase(Locale.ROOT).replace('-', '_'),
            header.value(),
            (a, b) -> a + ", " + b);
      }
    }
    variables.replaceAll((_, value) -> value.replace('\0', ' '));
    return variables;
  }

  private static String question(String query) {
    return query.isEmpty() ? "" : "?" + query;
  }

  private static void addServer(String url, Map<String, String> variables) {
    try {
      URI uri = URI.create(url);
      variables.put("SERVER_NAME", Objects.requireNonNullElse(uri.getHost(), "localhost"));
      variables.put("SERVER_PORT", Integer.toString(uri.getPort() < 0 ? 80 : uri.getPort()));
    } catch (IllegalArgumentException _) { // the host's name is not one; the program is not told it
      variables.put("SERVER_NAME", "localhost");
      variables.put("SERVER_PORT", "80");
    }
  }

  @Override
  public String describe() {
    return snapshot == SnapshotPoint.INPUT
        ? "program: CGI, from its first wait for input"
        : "program: CGI";
  }
}
