package dev.mote.functions;

import java.util.ArrayList;
import java.util.List;

/// The head of an answer, checked: nothing of what a guest says of it is trusted.
///
/// @param status from 200 to 599
/// @param headers names are tokens in lower case; without those that are the server's to say
/// @param length that the body is to have, in bytes, by a header `content-length`; -1 if there is
///   none
record ResponseHead(int status, List<Header> headers, long length) {
  private static final int MOST_HEADERS = 200;
  private static final int LONGEST_HEADERS = 64 << 10;
  private static final int MOST_DIGITS = 18;

  /// @param pairs of a name and a value
  /// @throws IllegalArgumentException if it is none; the message is for who wrote the guest
  static ResponseHead of(long status, List<? extends List<String>> pairs) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("its status is not from 200 to 599: " + status);
    }
    if (pairs.size() > MOST_HEADERS) {
      throw new IllegalArgumentException("it has more than " + MOST_HEADERS + " headers");
    }
    var headers = new ArrayList<Header>();
    int characters = 0;
    long length = -1;
    for (List<String> pair : pairs) {
      if (pair.size() != 2) {
        throw new IllegalArgumentException("a header is no pair of a name and a value");
      }
      String name = Http.lowerCase(pair.get(0));
      String value = pair.get(1).strip();
      characters += name.length() + value.length();
      if (characters > LONGEST_HEADERS) {
        throw new IllegalArgumentException(
            "its headers have more than " + LONGEST_HEADERS + " characters");
      }
      if (!Http.isToken(name) || !Http.isValue(pair.get(1))) {
        throw new IllegalArgumentException("a header is malformed: " + Text.quote(name));
      }
      if (name.equals("content-length")) {
        length = length(value, length);
      } else if (!Http.isServersOwn(name)) {
        headers.add(new Header(name, value));
      }
    }
    return new ResponseHead((int) status, List.copyOf(headers), length);
  }

  private static long length(String value, long before) {
    boolean isNumber =
        !value.isEmpty()
            && value.length() <= MOST_DIGITS
            && value.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!isNumber || (before >= 0 && before != Long.parseLong(value))) {
      throw new IllegalArgumentException("its content-length is none: " + Text.quote(value));
    }
    return Long.parseLong(value);
  }
}
