package dev.mote.functions;

import dev.mote.CallTimes;
import dev.mote.Ending;
import dev.mote.Instance;
import dev.mote.Outcome;
import dev.mote.PooledSandbox;
import dev.mote.Streams;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The guest that serves a request: a fresh one, or an instance.
interface Callee {
  Outcome<Object> call(Streams streams, String function, @Nullable Object... arguments);

  /// Runs a program to its end.
  ///
  /// @param environment variables of this run
  Ending run(Streams streams, Map<String, String> environment);

  /// One as the snapshot has it.
  ///
  /// @param times are told
  static Callee fresh(PooledSandbox pooled, CallTimes times) {
    return new Callee() {
      @Override
      public Outcome<Object> call(Streams streams, String function, @Nullable Object... arguments) {
        return pooled.tryCall(streams, times, function, Object.class, arguments);
      }

      @Override
      public Ending run(Streams streams, Map<String, String> environment) {
        return pooled.run(streams, environment, times);
      }
    };
  }

  /// One that keeps what its calls change. What a call that did not finish has changed is undone.
  ///
  /// @param times are told
  static Callee of(Instance instance, CallTimes times) {
    return new Callee() {
      @Override
      public Outcome<Object> call(Streams streams, String function, @Nullable Object... arguments) {
        synchronized (instance) {
          instance.restore();
          return instance.tryCall(streams, times, function, Object.class, arguments);
        }
      }

      @Override
      public Ending run(Streams streams, Map<String, String> environment) {
        throw new IllegalStateException("a program that is run has no instances");
      }
    };
  }
}
