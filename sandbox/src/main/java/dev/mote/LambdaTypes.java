package dev.mote;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Executable;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parameter and result types that a lambda declares, or the method that a method reference
/// means.
///
/// The compiler keeps them only in the form in which a lambda would be serialized, which names the
/// method behind it. Generic types are known of methods, not of lambdas.
///
/// @param parameters without what the lambda has captured
record LambdaTypes(List<Type> parameters, Type result) {
  /// @param arity how many parameters the functional interface has
  /// @throws IllegalArgumentException if the types cannot be found out; it says what to do
  static LambdaTypes of(HostFunction lambda, int arity) {
    SerializedLambda form = serializedForm(lambda);
    Class<?> holder = holder(form, lambda.getClass().getClassLoader());
    MethodType erased =
        MethodType.fromMethodDescriptorString(
            form.getImplMethodSignature(), holder.getClassLoader());
    Executable method = find(holder, form.getImplMethodName(), erased);
    List<Type> all = new ArrayList<>();
    if (takesReceiver(form.getImplMethodKind())) {
      all.add(holder);
    }
    all.addAll(method == null ? erased.parameterList() : genericParameters(method, erased));
    Type result =
        switch (method) {
          case Method found -> found.getGenericReturnType();
          case null, default ->
              form.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial
                  ? holder
                  : erased.returnType();
        };
    return new LambdaTypes(List.copyOf(all.subList(all.size() - arity, all.size())), result);
  }

  private static SerializedLambda serializedForm(HostFunction lambda) {
    Class<?> type = lambda.getClass();
    try {
      Method writeReplace = type.getDeclaredMethod("writeReplace");
      writeReplace.setAccessible(true);
      return (SerializedLambda) writeReplace.invoke(lambda);
    } catch (InaccessibleObjectException e) {
      throw unknown(
          "package %s of module %s is not open to dev.mote"
              .formatted(type.getPackageName(), type.getModule().getName()),
          e);
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw unknown("it is neither a lambda nor a method reference", e);
    }
  }

  private static IllegalArgumentException unknown(String why, Exception cause) {
    return new IllegalArgumentException(
        "the types of this host function are not known, because "
            + why
            + "; register it with a signature",
        cause);
  }

  private static Class<?> holder(SerializedLambda form, @Nullable ClassLoader loader) {
    String name = form.getImplClass().replace('/', '.');
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw unknown("class " + name + " cannot be found", e);
    }
  }

  private static @Nullable Executable find(Class<?> holder, String name, MethodType erased) {
    for (Class<?> type = holder; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(name)
            && erased.returnType() == method.getReturnType()
            && erased.parameterList().equals(Arrays.asList(method.getParameterTypes()))) {
          return method;
        }
      }
    }
    return null; // a constructor, or a method of an interface that the class inherits
  }

  private static List<Type> genericParameters(Executable method, MethodType erased) {
    Type[] generic = method.getGenericParameterTypes();
    return generic.length == erased.parameterCount()
        ? List.of(generic)
        : List.copyOf(erased.parameterList());
  }

  private static boolean takesReceiver(int kind) {
    return kind == MethodHandleInfo.REF_invokeVirtual
        || kind == MethodHandleInfo.REF_invokeInterface
        || kind == MethodHandleInfo.REF_invokeSpecial;
  }
}
