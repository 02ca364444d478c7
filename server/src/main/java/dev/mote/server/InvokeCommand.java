package dev.mote.server;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `mote invoke NAME [JSON]`: one request to a function, or many to see how long they take.
final class InvokeCommand {
  private final PrintStream out;
  private final PrintStream err;
  private final ApiClient client = new ApiClient();
  private final Options options = new Options();
  private int repeat = 1;
  private String path = "";
  private @Nullable String method;

  InvokeCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    options
        .value(
            "--repeat",
            "N",
            "so many times, one after the other, and say how long they took",
            text -> repeat = count(text))
        .value(
            "--path",
            "PATH",
            "what follows the function's address, such as /users?id=1",
            text -> path = absolute(text))
        .value(
            "--method",
            "NAME",
            "of HTTP; else POST with a body and GET without one",
            text -> method = text);
    client.addTo(options);
  }

  private static int count(String text) {
    if (!text.matches("[1-9][0-9]{0,6}")) {
      throw new IllegalArgumentException("must be a number from 1 to 9999999");
    }
    return Integer.parseInt(text);
  }

  private static String absolute(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("must begin with /");
    }
    return text;
  }

  int execute(List<String> arguments) {
    List<String> words = options.parseAnywhere(arguments);
    if (options.helpWanted()) {
      out.print(
          """
          usage: mote invoke [OPTIONS] NAME [JSON]

          Sends a request to a function of a running server and prints the answer's body. With JSON it is a
          POST that has it as its body. The exit status is 0 if the answer's status is below 400, else 1.

          """);
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (words.isEmpty() || words.size() > 2) {
      throw new UsageException("mote invoke takes a function's name, and JSON for its body");
    }
    HttpRequest request =
        request(Names.check(words.getFirst()), words.size() > 1 ? words.get(1) : null);
    long[] nanos = new long[repeat];
    int faults = 0;
    HttpResponse<byte[]> last = null;
    for (int i = 0; i < repeat; i++) {
      long begun = System.nanoTime();
      last = client.send(request, BodyHandlers.ofByteArray());
      nanos[i] = System.nanoTime() - begun;
      faults += last.statusCode() >= 400 ? 1 : 0;
    }
    print(Objects.requireNonNull(last));
    if (repeat > 1) {
      printTimes(nanos, faults);
    }
    return faults == 0 ? ExitStatus.OK : ExitStatus.FUNCTION_FAILED;
  }

  private HttpRequest request(String name, @Nullable String json) {
    String verb = method != null ? method : json == null ? "GET" : "POST";
    try {
      HttpRequest.Builder builder = client.request(FunctionRoute.PREFIX + name + path);
      if (json != null) {
        builder.header("content-type", "application/json");
      }
      return builder
          .method(verb, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
          .build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private void print(HttpResponse<byte[]> response) {
    if (response.statusCode() >= 400) {
      err.println("mote: status " + response.statusCode());
    }
    byte[] body = response.body();
    out.write(body, 0, body.length);
    if (body.length > 0 && body[body.length - 1] != '\n') {
      out.println();
    }
    out.flush();
  }

  private void printTimes(long[] nanos, int faults) {
    Arrays.sort(nanos);
    err.printf(
        Locale.ROOT,
        "%d requests, %d failed; median %.2f ms, 99%% within %.2f ms, all within %.2f ms%n",
        nanos.length,
        faults,
        nanos[nanos.length / 2] / 1e6,
        nanos[Math.min(nanos.length - 1, nanos.length * 99 / 100)] / 1e6,
        nanos[nanos.length - 1] / 1e6);
  }
}
