package dev.mote;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call of a host function by a guest. Valid until the host function returns, on its thread only.
public interface HostCall {
  /// The name by which the guest called.
  String function();

  /// Whose sandbox it is, as [SandboxBuilder#tenant] said; empty if it did not.
  String tenant();

  /// The number of the call of the guest that this is part of; it differs from every other call of
  /// this process.
  long callId();

  /// What is left of the time of that call; empty if it has no limit.
  Optional<Duration> remaining();

  /// What [SandboxBuilder#attribute] attached to the sandbox.
  Map<String, Object> attributes();

  /// What was attached to the streams of that call ([Streams#attach]); null if nothing was.
  @Nullable Object attachment();

  /// Calls the guest back, while it waits for this host function.
  ///
  /// @throws CallException as [Sandbox#call]; if the guest has ended, it cannot return to it
  <T extends @Nullable Object> T call(
      String function, Class<T> result, @Nullable Object... arguments);
}
