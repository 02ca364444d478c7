package dev.mote.values;

import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads and makes the records of one class.
///
/// Each record class has a hidden class of its own here, with two method handles as its constants:
/// the JIT compiler makes plain calls of those. It cannot of a handle in a field of an object: each
/// invocation looks at the handle, its type, its form and its target, none of which is in a cache
/// after a guest has run.
abstract class RecordAccess {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /// [MethodHandles#classDataAt], which gives a hidden class one of its handles.
  private static final DirectMethodHandleDesc CLASS_DATA_AT =
      ConstantDescs.ofConstantBootstrap(
          ClassDesc.of("java.lang.invoke.MethodHandles"), "classDataAt", CD_Object, CD_int);

  private static final byte[] CLASS = hiddenClass();

  /// The values of all components, in their order.
  abstract @Nullable Object[] read(Object record) throws Throwable;

  /// Calls the canonical constructor.
  abstract Object make(@Nullable Object[] values) throws Throwable;

  /// @param reader `(Object)Object[]`
  /// @param constructor `(Object[])Object`
  static RecordAccess of(MethodHandle reader, MethodHandle constructor) {
    try {
      var own = LOOKUP.defineHiddenClassWithClassData(CLASS, List.of(reader, constructor), true);
      return (RecordAccess) own.lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a class for a record", e); // it is the same for all
    }
  }

  private static byte[] hiddenClass() {
    ClassDesc above = RecordAccess.class.describeConstable().orElseThrow();
    ClassDesc array = CD_Object.arrayType();
    return ClassFile.of()
        .build(
            ClassDesc.of(RecordAccess.class.getPackageName(), "RecordAccessOf"),
            builder -> {
              builder.withSuperclass(above);
              builder.withMethodBody(
                  ConstantDescs.INIT_NAME,
                  ConstantDescs.MTD_void,
                  0,
                  code ->
                      code.aload(0)
                          .invokespecial(above, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                          .return_());
              withHandle(builder, "read", MethodTypeDesc.of(array, CD_Object), 0);
              withHandle(builder, "make", MethodTypeDesc.of(CD_Object, array), 1);
            });
  }

  /// A method with one parameter that calls one of the handles.
  private static void withHandle(
      ClassBuilder builder, String name, MethodTypeDesc type, int index) {
    builder.withMethodBody(
        name,
        type,
        0,
        code ->
            code.ldc(handle(index))
                .aload(1)
                .invokevirtual(CD_MethodHandle, "invokeExact", type)
                .areturn());
  }

  private static DynamicConstantDesc<MethodHandle> handle(int index) {
    return DynamicConstantDesc.ofNamed(CLASS_DATA_AT, "_", CD_MethodHandle, index);
  }
}
