package dev.mote.values;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a record class is read and made: looked at once, by reflection, and kept as long as the
/// class.
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  /// One component.
  ///
  /// @param name in messages
  record Component(String name, Type type, boolean nullable, Accessor accessor) {
    @Nullable Object of(Object value) {
      try {
        return accessor.get(value);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("the record's accessor threw", e);
      }
    }
  }

  private final Class<?> record;
  private final List<Component> components;
  private final Map<String, Integer> places = new HashMap<>();
  private final Constructor constructor;

  // Method handles behind interfaces: each is the constant of a class of its own, so that the JIT
  // compiler can inline it, as it cannot with a handle that is in a field of an object.

  /// The canonical constructor.
  public interface Constructor {
    Object make(@Nullable Object[] values) throws Throwable;
  }

  /// The accessor of a component.
  public interface Accessor {
    @Nullable Object get(Object record) throws Throwable;
  }

  /// @throws ValueException if the class cannot be reached; it says what to do
  static RecordShape of(Class<?> record) {
    return SHAPES.get(record);
  }

  private RecordShape(Class<?> record) {
    this.record = record;
    RecordComponent[] parts = record.getRecordComponents();
    RecordShape.class.getModule().addReads(record.getModule());
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(record, MethodHandles.lookup());
      var list = new Component[parts.length];
      var types = new Class<?>[parts.length];
      for (int i = 0; i < parts.length; i++) {
        list[i] = component(lookup, parts[i]);
        types[i] = parts[i].getType();
        if (places.put(list[i].name(), i) != null) {
          throw ValueException.wrongType(
              "two components of %s are called '%s'".formatted(record.getName(), list[i].name()));
        }
      }
      components = List.of(list);
      constructor =
          MethodHandleProxies.asInterfaceInstance(
              Constructor.class,
              lookup
                  .findConstructor(record, MethodType.methodType(void.class, types))
                  .asSpreader(Object[].class, parts.length)
                  .asType(MethodType.methodType(Object.class, Object[].class)));
    } catch (IllegalAccessException | InaccessibleObjectException e) {
      throw ValueException.wrongType(
          "record %s cannot be reached: open package %s of module %s to dev.mote.values"
              .formatted(record.getName(), record.getPackageName(), record.getModule().getName()));
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e); // every record has its canonical constructor
    }
  }

  private static Component component(MethodHandles.Lookup lookup, RecordComponent part)
      throws IllegalAccessException {
    MethodHandle accessor = lookup.unreflect(part.getAccessor());
    return new Component(
        nameOf(part, part.getName()),
        part.getGenericType(),
        isNullable(part),
        MethodHandleProxies.asInterfaceInstance(
            Accessor.class, accessor.asType(MethodType.methodType(Object.class, Object.class))));
  }

  private static boolean isNullable(RecordComponent part) {
    for (var annotation : part.getAnnotatedType().getAnnotations()) {
      if (annotation.annotationType().getSimpleName().equals("Nullable")) {
        return true;
      }
    }
    return false;
  }

  /// What an element is called in messages.
  static String nameOf(AnnotatedElement element, String otherwise) {
    Name name = element.getAnnotation(Name.class);
    return name == null ? otherwise : name.value();
  }

  List<Component> components() {
    return components;
  }

  /// The place of a component.
  ///
  /// @return -1 if there is none of this name
  int place(String name) {
    return places.getOrDefault(name, -1);
  }

  /// Makes a record.
  ///
  /// @throws ValueException if its constructor refuses the values
  Object make(@Nullable Object[] values) {
    try {
      return constructor.make(values);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new ValueException(
          ValueException.Reason.OUT_OF_RANGE,
          "%s does not take these values: %s".formatted(record.getSimpleName(), e.getMessage()));
    }
  }
}
