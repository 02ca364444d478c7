package dev.mote;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Java function that a guest may call, as a lambda or a method reference. Its parameter and
/// result types are those that the lambda declares, `(Person person) -> …`, or those of the method
/// referred to, generic types included; a lambda that declares none, `person -> …`, takes `any`.
///
/// A first parameter of type [HostCall] is not the guest's: it tells of the call.
///
/// What it throws, the guest gets as an error: an [HostFunctionException] with its code and
/// message, anything else as `failed` without a text of the host. It runs on the thread that runs
/// the guest; if the call's time is over meanwhile, that thread is interrupted.
///
/// Serializable only so that the declared types can be found; nothing is ever serialized.
public sealed interface HostFunction extends Serializable {
  /// Without parameters.
  @FunctionalInterface
  non-sealed interface Of0<R extends @Nullable Object> extends HostFunction {
    R call() throws Exception;
  }

  /// Of one parameter.
  @FunctionalInterface
  non-sealed interface Of1<A extends @Nullable Object, R extends @Nullable Object>
      extends HostFunction {
    R call(A a) throws Exception;
  }

  /// Of two parameters.
  @FunctionalInterface
  non-sealed interface Of2<
          A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      extends HostFunction {
    R call(A a, B b) throws Exception;
  }

  /// Of three parameters.
  @FunctionalInterface
  non-sealed interface Of3<
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      extends HostFunction {
    R call(A a, B b, C c) throws Exception;
  }

  /// Of four parameters.
  @FunctionalInterface
  non-sealed interface Of4<
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          D extends @Nullable Object,
          R extends @Nullable Object>
      extends HostFunction {
    R call(A a, B b, C c, D d) throws Exception;
  }

  /// Of any number of parameters, which are read as values of type [Object] are.
  @FunctionalInterface
  interface Untyped {
    @Nullable Object call(HostCall call, List<? extends @Nullable Object> arguments)
        throws Exception;
  }
}
