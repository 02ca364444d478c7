package dev.mote.functions;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.Ending;
import dev.mote.EnvironmentTooLargeException;
import dev.mote.MemorySize;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
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
  private static final int LONGEST_HEAD = 64 << 10;

  private final MemorySize responseLimit;
  private final SnapshotPoint snapshot;

  /// @param snapshot where it was taken
  ProgramConvention(MemorySize responseLimit, SnapshotPoint snapshot) {
    this.responseLimit = responseLimit;
    this.snapshot = snapshot;
  }

  @Override
  public FunctionResponse serve(Callee callee, FunctionRequest request, InvocationLog log) {
    var output = new BoundedOutput(responseLimit.bytes() + LONGEST_HEAD);
    Streams streams =
        Streams.of(new ByteArrayInputStream(request.body()), output, log.errorStream());
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
    if (output.isExceeded()) {
      return invalid("it is larger than " + responseLimit);
    }
    if (ending instanceof Ending.Exited(int status) && status == 0) {
      return response(output.toByteArray(), responseLimit.bytes());
    }
    return FunctionResponse.of(Endings.fault(ending));
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
    if (request.body().length > 0) {
      variables.put("CONTENT_LENGTH", Integer.toString(request.body().length));
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

  /// What the program wrote: lines of a head, an empty line and the body; or the body alone.
  static FunctionResponse response(byte[] output, long limit) {
    int head = headLength(output);
    if (head == 0) {
      return body(200, List.of(), output, 0, limit);
    }
    int status = 200;
    var headers = new ArrayList<Header>();
    for (String line : new String(output, 0, head, ISO_8859_1).split("\r?\n")) {
      int colon = line.indexOf(':');
      String name = Http.lowerCase(line.substring(0, colon));
      String value = line.substring(colon + 1).strip();
      if (name.equals("status")) {
        if (!value.matches("[2-5][0-9][0-9]( .*)?")) {
          return invalid("its status is not from 200 to 599: " + Text.quote(value));
        }
        status = Integer.parseInt(value.substring(0, 3));
      } else if (!Http.isValue(value)) {
        return invalid("a header is malformed: " + Text.quote(name));
      } else if (!Http.isServersOwn(name)) {
        headers.add(new Header(name, value));
        status = name.equals("location") && status == 200 ? 302 : status;
      }
    }
    return body(status, headers, output, head, limit);
  }

  private static FunctionResponse body(
      int status, List<Header> headers, byte[] output, int from, long limit) {
    if (output.length - from > limit) {
      return invalid("its body is larger than " + MemorySize.ofBytes(limit));
    }
    byte[] body = Arrays.copyOfRange(output, from, output.length);
    var all = new ArrayList<>(headers);
    if (headers.stream().noneMatch(h -> h.name().equals("content-type"))) {
      all.add(new Header("content-type", guessedType(body)));
    }
    return new FunctionResponse(status, all, body, null);
  }

  private static String guessedType(byte[] body) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
      return "text/plain; charset=utf-8";
    } catch (CharacterCodingException _) {
      return "application/octet-stream";
    }
  }

  /// The length of a CGI head with its empty line: each line is a header, and one is Content-Type,
  /// Status or Location. 0: the output has none.
  private static int headLength(byte[] output) {
    boolean isHead = false;
    int start = 0;
    for (int i = 0; i < Math.min(output.length, LONGEST_HEAD); i++) {
      if (output[i] != '\n') {
        continue;
      }
      String line = new String(output, start, i - start, ISO_8859_1).stripTrailing();
      start = i + 1;
      if (line.isEmpty()) {
        return isHead ? start : 0;
      }
      int colon = line.indexOf(':');
      if (colon < 1 || !Http.isToken(line.substring(0, colon))) {
        return 0;
      }
      String name = Http.lowerCase(line.substring(0, colon));
      isHead |= List.of("content-type", "status", "location").contains(name);
    }
    return 0;
  }

  private static FunctionResponse invalid(String why) {
    return FunctionResponse.of(new Fault(Fault.Kind.RESPONSE, why));
  }

  @Override
  public String describe() {
    return snapshot == SnapshotPoint.INPUT
        ? "program: CGI, from its first wait for input"
        : "program: CGI";
  }
}
