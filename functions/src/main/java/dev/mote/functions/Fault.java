package dev.mote.functions;

import dev.mote.json.JsonValues;
import java.time.Duration;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Why a function gave no answer of its own.
///
/// @param detail for who wrote the function
/// @param stack where it happened, in the function's own files; null if that is not known
/// @param retryAfter when it is worth to be tried again; null if nobody knows
public record Fault(
    Kind kind, String detail, @Nullable String stack, @Nullable Duration retryAfter) {
  /// What kinds there are, each with the status that the client gets. The words are those of the
  /// header `X-Function-Error`, by which a client tells the platform's answers from a function's
  /// own.
  public enum Kind {
    /// The request is not what the function takes.
    REQUEST("request", 400, "The request is not what the function takes"),
    /// There is no such function.
    NOT_FOUND("not-found", 404, "There is no such function"),
    /// The method is none that the function is called by.
    METHOD("method", 405, "The function is not called by this method"),
    /// The body comes too slowly.
    SLOW("slow", 408, "The request came too slowly"),
    /// The body is larger than the function takes.
    TOO_LARGE("too-large", 413, "The request is too large"),
    /// Too many requests wait for it.
    BUSY("busy", 429, "The function has as many requests as it takes"),
    /// Its headers are more than a program's environment takes.
    HEADERS_TOO_LARGE("headers-too-large", 431, "The request's headers are too large"),
    /// The client has gone before it was answered.
    CLIENT_GONE("client-gone", 499, "The client has gone"),
    /// It threw something, or returned an error.
    EXCEPTION("exception", 500, "The function failed"),
    /// It ended before it had answered.
    EXIT("exit", 502, "The function ended without an answer"),
    /// It crashed.
    CRASH("crash", 502, "The function crashed"),
    /// Its answer is none.
    RESPONSE("response", 502, "The function's answer is not a valid one"),
    /// Its program does not start.
    START("start", 503, "The function does not start"),
    /// The server has no room.
    NO_CAPACITY("no-capacity", 503, "The server has no room for another call"),
    /// It ran for too long.
    TIMEOUT("timeout", 504, "The function took too long"),
    /// It needed more memory than it may have.
    OUT_OF_MEMORY("out-of-memory", 507, "The function needed too much memory");

    private final String word;
    private final int status;
    private final String title;

    Kind(String word, int status, String title) {
      this.word = word;
      this.status = status;
      this.title = title;
    }

    public String word() {
      return word;
    }

    /// Of HTTP.
    public int status() {
      return status;
    }

    public String title() {
      return title;
    }
  }

  public Fault(Kind kind, String detail) {
    this(kind, detail, null);
  }

  /// Of a kind that passes by itself a client is told to come again in a second.
  public Fault(Kind kind, String detail, @Nullable String stack) {
    this(
        kind,
        detail,
        stack,
        kind == Kind.BUSY || kind == Kind.NO_CAPACITY ? Duration.ofSeconds(1) : null);
  }

  /// The body of the answer (RFC 9457).
  String problem(boolean withStack) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("type", "about:blank");
    fields.put("title", kind.title());
    fields.put("status", (long) kind.status());
    fields.put("detail", detail);
    fields.put("error", kind.word());
    if (withStack && stack != null) {
      fields.put("stack", stack);
    }
    return JsonValues.write(fields) + "\n";
  }
}
