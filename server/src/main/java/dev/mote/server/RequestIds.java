package dev.mote.server;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Ids of requests, for people and logs. One that the client has given (`x-request-id`) is kept, so
/// that a request has the same one all along its way; then it is unique as far as the client makes
/// it so.
///
/// Thread-safe.
final class RequestIds {
  private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:/+=@~-]{1,128}");

  private final long start = new SplittableRandom().nextLong();
  private final AtomicLong count = new AtomicLong();

  /// @param given by the client; null if none was
  String take(@Nullable String given) {
    return given != null && SANE.matcher(given).matches() ? given : next();
  }

  /// They differ between processes, and count within one.
  private String next() {
    return "%016x".formatted(start + count.incrementAndGet() * 0x9E3779B97F4A7C15L);
  }
}
