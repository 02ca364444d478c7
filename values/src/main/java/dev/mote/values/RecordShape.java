package dev.mote.values;

import java.lang.invoke.MethodHandle;
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
  record Component(String name, Type type, boolean nullable) {}

  private static final MethodType ACCESSOR = MethodType.methodType(Object.class, Object.class);

  /// More a method handle of a constructor cannot have.
  private static final int MOST = 253;

  private final Class<?> record;
  private final List<Component> components;
  private final Map<String, Integer> places = new HashMap<>();
  private final RecordAccess access;

  /// @throws ValueException if the class cannot be reached; it says what to do
  static RecordShape of(Class<?> record) {
    return SHAPES.get(record);
  }

  private RecordShape(Class<?> record) {
    this.record = record;
    RecordComponent[] parts = record.getRecordComponents();
    if (parts.length > MOST) {
      throw ValueException.wrongType(
          "record %s has more than %d components".formatted(record.getName(), MOST));
    }
    RecordShape.class.getModule().addReads(record.getModule());
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(record, MethodHandles.lookup());
      var list = new Component[parts.length];
      var types = new Class<?>[parts.length];
      var accessors = new MethodHandle[parts.length];
      for (int i = 0; i < parts.length; i++) {
        list[i] = component(parts[i]);
        types[i] = parts[i].getType();
        accessors[i] = lookup.unreflect(parts[i].getAccessor()).asType(ACCESSOR);
        if (places.put(list[i].name(), i) != null) {
          throw ValueException.wrongType(
              "two components of %s are called '%s'".formatted(record.getName(), list[i].name()));
        }
      }
      components = List.of(list);
      MethodHandle constructor =
          lookup
              .findConstructor(record, MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, parts.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
      access = RecordAccess.of(readingAll(accessors), constructor);
    } catch (IllegalAccessException | InaccessibleObjectException e) {
      throw ValueException.wrongType(
          "record %s cannot be reached: open package %s of module %s to dev.mote.values"
              .formatted(record.getName(), record.getPackageName(), record.getModule().getName()));
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e); // every record has its canonical constructor
    }
  }

  private static Component component(RecordComponent part) {
    return new Component(nameOf(part, part.getName()), part.getGenericType(), isNullable(part));
  }

  /// One method handle that calls all of them for the same record.
  private static MethodHandle readingAll(MethodHandle[] accessors) {
    MethodHandle array =
        MethodHandles.identity(Object[].class).asCollector(Object[].class, accessors.length);
    return MethodHandles.permuteArguments(
        MethodHandles.filterArguments(array, 0, accessors),
        MethodType.methodType(Object[].class, Object.class),
        new int[accessors.length]);
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

  /// The values of all components, in their order.
  @Nullable Object[] read(Object record) {
    try {
      return access.read(record);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the record's accessor threw", e);
    }
  }

  /// Makes a record.
  ///
  /// @throws ValueException if its constructor refuses the values
  Object make(@Nullable Object[] values) {
    try {
      return access.make(values);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new ValueException(
          ValueException.Reason.OUT_OF_RANGE,
          "%s does not take these values: %s".formatted(record.getSimpleName(), e.getMessage()));
    }
  }
}
