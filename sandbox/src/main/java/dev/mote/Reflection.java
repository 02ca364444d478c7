package dev.mote;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/// Reaches the interfaces of the user's code.
final class Reflection {
  private Reflection() {}

  /// A lookup that sees what is in the type's package.
  ///
  /// @throws IllegalArgumentException if its module does not let us; it says what to do
  static MethodHandles.Lookup in(Class<?> type) {
    Reflection.class.getModule().addReads(type.getModule());
    try {
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException | InaccessibleObjectException e) {
      throw new IllegalArgumentException(
          "%s cannot be reached: open package %s of module %s to dev.mote"
              .formatted(type.getName(), type.getPackageName(), type.getModule().getName()),
          e);
    }
  }

  static MethodHandle unreflect(Method method) {
    try {
      return in(method.getDeclaringClass()).unreflect(method);
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(method + " cannot be called", e);
    }
  }

  /// Calls a handle of type `(Object[])Object`.
  static @Nullable Object invoke(MethodHandle handle, @Nullable Object[] arguments)
      throws Exception {
    try {
      return handle.invokeExact(arguments);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e); // no class of Java's own is neither
    }
  }
}
