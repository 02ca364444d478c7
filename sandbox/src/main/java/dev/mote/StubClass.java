package dev.mote;

import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.invoke.MethodType.methodType;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// The class that implements an interface by calls of guest functions, made once for each
/// interface.
///
/// Each method invokes a chain of method handles over [TypedView]'s steps, with the view as its
/// first argument; a call of primitive types makes no object. The class lies in the interface's own
/// package, so that the interface need not be public, and gets its chains from outside, so that it
/// need not see this package. Where it may be a hidden class, which is where the interface is of
/// this module (as all are on a class path), the chains are its constants, and the JIT compiler
/// makes plain calls of them; elsewhere they are in a field.
final class StubClass {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private static final ClassValue<StubClass> STUBS =
      new ClassValue<>() {
        @Override
        protected StubClass computeValue(Class<?> api) {
          return new StubClass(api);
        }
      };

  private static final ClassDesc CHAINS = CD_MethodHandle.arrayType();

  /// [MethodHandles#classDataAt], which gives a hidden class one of its chains.
  private static final DirectMethodHandleDesc CLASS_DATA_AT =
      ConstantDescs.ofConstantBootstrap(
          ClassDesc.of("java.lang.invoke.MethodHandles"),
          "classDataAt",
          CD_Object,
          ConstantDescs.CD_int);

  /// No two classes of a package have the same name.
  private static final AtomicLong MADE = new AtomicLong();

  private final List<Method> methods;
  private final MethodHandle[] chains;
  private final MethodHandle constructor; // (Object, MethodHandle[])Object

  /// @throws IllegalArgumentException if it is not an interface that can be implemented so; it says
  ///   why
  static StubClass of(Class<?> api) {
    return STUBS.get(api);
  }

  private StubClass(Class<?> api) {
    if (!api.isInterface()) {
      throw new IllegalArgumentException(api.getName() + " is not an interface");
    }
    if (api.isSealed()) {
      throw new IllegalArgumentException(api.getName() + " is sealed");
    }
    methods = abstractMethods(api);
    chains = new MethodHandle[methods.size()];
    for (int i = 0; i < chains.length; i++) {
      chains[i] = chain(i, methods.get(i));
    }
    MethodHandles.Lookup lookup = Reflection.in(api);
    boolean hidden = lookup.hasFullPrivilegeAccess();
    try {
      byte[] bytes = bytes(api, hidden);
      Class<?> stub =
          hidden
              ? lookup.defineHiddenClassWithClassData(bytes, List.of(chains), false).lookupClass()
              : lookup.defineClass(bytes);
      constructor =
          lookup
              .findConstructor(stub, methodType(void.class, Object.class, MethodHandle[].class))
              .asType(methodType(Object.class, Object.class, MethodHandle[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(api.getName() + " cannot be implemented", e);
    }
  }

  private static List<Method> abstractMethods(Class<?> api) {
    var list = new ArrayList<Method>();
    var names = new HashSet<String>();
    for (Method method : api.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers()) && !isOfObject(method)) {
        if (!names.add(method.getName())) {
          throw new IllegalArgumentException(
              "%s overloads %s, and guest functions cannot be overloaded"
                  .formatted(api.getName(), method.getName()));
        }
        list.add(method);
      }
    }
    return List.copyOf(list);
  }

  /// Whether every class has it already, as `toString()`.
  private static boolean isOfObject(Method method) {
    try {
      Object.class.getMethod(method.getName(), method.getParameterTypes());
      return true;
    } catch (NoSuchMethodException _) {
      return false;
    }
  }

  /// The methods that are guest functions; their places are the numbers by which the view is
  /// called.
  List<Method> methods() {
    return methods;
  }

  Object instance(TypedView view) {
    try {
      return constructor.invokeExact((Object) view, chains);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e); // the constructor stores two fields
    }
  }

  /// The handle that makes the call: the method's own type behind the view.
  private static MethodHandle chain(int number, Method method) {
    Class<?>[] types = method.getParameterTypes();
    MethodHandle chain = finish(number, method.getReturnType()); // (TypedView)R
    for (int i = types.length - 1; i >= 0; i--) {
      MethodHandle put = put(number, i, types[i]); // (TypedView, A)void
      chain = MethodHandles.foldArguments(MethodHandles.dropArguments(chain, 1, types[i]), put);
    }
    MethodHandle begin =
        MethodHandles.insertArguments(
            find("begin", methodType(TypedView.class, TypedView.class, int.class)), 1, number);
    chain = MethodHandles.filterArguments(chain, 0, begin); // goes on with the view of one sandbox
    return chain.asType(chain.type().changeParameterType(0, Object.class));
  }

  private static MethodHandle finish(int number, Class<?> result) {
    String name = "finish";
    Class<?> from = Object.class;
    if (result == long.class
        || result == int.class
        || result == short.class
        || result == byte.class) {
      name = "finishLong"; // the decoder has kept to the range
      from = long.class;
    } else if (result == double.class) {
      name = "finishDouble";
      from = double.class;
    }
    MethodHandle finish = find(name, methodType(from, TypedView.class, int.class));
    MethodHandle bound = MethodHandles.insertArguments(finish, 1, number);
    return MethodHandles.explicitCastArguments(bound, methodType(result, TypedView.class));
  }

  private static MethodHandle put(int number, int index, Class<?> type) {
    Class<?> as = Object.class;
    if (type == long.class || type == int.class || type == short.class || type == byte.class) {
      as = long.class;
    } else if (type == double.class) {
      as = double.class;
    }
    MethodHandle put =
        find("put", methodType(void.class, TypedView.class, int.class, int.class, as));
    return MethodHandles.insertArguments(put, 1, number, index)
        .asType(methodType(void.class, TypedView.class, type));
  }

  private static MethodHandle find(String name, MethodType type) {
    try {
      return LOOKUP.findStatic(TypedView.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name + type, e); // it is there
    }
  }

  private byte[] bytes(Class<?> api, boolean hidden) {
    ClassDesc stub =
        ClassDesc.of(
            api.getPackageName(), api.getSimpleName() + "$$Guest" + MADE.incrementAndGet());
    return ClassFile.of()
        .build(
            stub,
            builder -> {
              builder.withInterfaceSymbols(api.describeConstable().orElseThrow());
              builder.withField("view", CD_Object, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
              builder.withField("chains", CHAINS, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
              builder.withMethodBody(
                  ConstantDescs.INIT_NAME,
                  MethodTypeDesc.of(CD_void, CD_Object, CHAINS),
                  0,
                  code ->
                      code.aload(0)
                          .invokespecial(CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                          .aload(0)
                          .aload(1)
                          .putfield(stub, "view", CD_Object)
                          .aload(0)
                          .aload(2)
                          .putfield(stub, "chains", CHAINS)
                          .return_());
              for (int i = 0; i < methods.size(); i++) {
                int number = i;
                Method method = methods.get(i);
                builder.withMethodBody(
                    method.getName(),
                    descriptor(method),
                    ClassFile.ACC_PUBLIC,
                    code -> body(code, stub, hidden, number, method));
              }
            });
  }

  private static MethodTypeDesc descriptor(Method method) {
    return methodType(method.getReturnType(), method.getParameterTypes())
        .describeConstable()
        .orElseThrow();
  }

  /// `return chains[number].invokeExact(view, arguments…)`.
  private static void body(
      CodeBuilder code, ClassDesc stub, boolean hidden, int number, Method method) {
    if (hidden) {
      code.ldc(DynamicConstantDesc.ofNamed(CLASS_DATA_AT, "_", CD_MethodHandle, number));
    } else {
      code.aload(0).getfield(stub, "chains", CHAINS).loadConstant(number).aaload();
    }
    code.aload(0).getfield(stub, "view", CD_Object);
    int slot = 1;
    for (Class<?> type : method.getParameterTypes()) {
      TypeKind kind = TypeKind.from(type);
      code.loadLocal(kind, slot);
      slot += kind.slotSize();
    }
    code.invokevirtual(
        CD_MethodHandle, "invokeExact", descriptor(method).insertParameterTypes(0, CD_Object));
    code.return_(TypeKind.from(method.getReturnType()));
  }
}
