package dev.mote.functions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request to a function, whatever transport it came by.
///
/// @param id of the invocation, for people and logs
/// @param method such as `GET`
/// @param url the whole address, as the client wrote it
/// @param prefix the part of the path that led to the function, such as `/fn/hello`
/// @param path the rest, which begins with `/`; percent-encoded as it came
/// @param query what is behind `?`, as it came; empty if nothing is
/// @param headers in their order, their names in lower case
/// @param remote the client's address
public record FunctionRequest(
    String id,
    String method,
    String url,
    String prefix,
    String path,
    String query,
    List<Header> headers,
    RequestBody body,
    String remote) {
  public FunctionRequest {
    headers = List.copyOf(headers);
  }

  /// The first header of that name, which is in lower case.
  public @Nullable String header(String name) {
    for (Header header : headers) {
      if (header.name().equals(name)) {
        return header.value();
      }
    }
    return null;
  }
}
