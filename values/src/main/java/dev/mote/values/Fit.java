package dev.mote.values;

import java.lang.reflect.Type;
import java.util.List;

/// Whether values of a Java type can fit a type of messages at all; single values are looked at
/// when they are written.
final class Fit {
  private Fit() {}

  /// @throws ValueException if none can
  static void requireWritable(Type java, dev.mote.values.Type type) {
    Class<?> raw = JavaTypes.raw(java);
    if (JavaTypes.isAnything(raw)) {
      return;
    }
    boolean fits =
        switch (type) {
          case dev.mote.values.Type.Int _ -> JavaTypes.isInteger(raw);
          case dev.mote.values.Type.Plain plain -> fits(raw, plain);
          case dev.mote.values.Type.ListOf(var element) -> {
            Type inner = JavaTypes.element(java);
            if (inner != null) {
              requireWritable(inner, element);
            }
            yield inner != null;
          }
          case dev.mote.values.Type.MapOf(var key, var value) -> {
            if (!JavaTypes.isMap(raw)) {
              yield false;
            }
            requireWritable(JavaTypes.parameter(java, 0), key);
            requireWritable(JavaTypes.parameter(java, 1), value);
            yield true;
          }
          case dev.mote.values.Type.Fields fields -> fitsFields(java, fields);
          case dev.mote.values.Type.Choice choice -> fitsChoice(raw, choice);
          case dev.mote.values.Type.OptionalOf(var present) -> {
            requireWritable(
                JavaTypes.isOptional(raw) ? JavaTypes.parameter(java, 0) : java, present);
            yield true;
          }
        };
    if (!fits) {
      throw ValueException.wrongType(
          "a value of Java's %s is no %s".formatted(JavaTypes.name(java), type));
    }
  }

  private static boolean fits(Class<?> raw, dev.mote.values.Type.Plain type) {
    return switch (type) {
      case NULL -> JavaTypes.isNothing(raw);
      case BOOL -> JavaTypes.isBool(raw);
      case F32, F64 -> JavaTypes.isFloat(raw);
      case STRING -> raw == String.class;
      case BYTES -> JavaTypes.isBytes(raw);
      case ANY -> true; // what can be sent is seen when it is
    };
  }

  private static boolean fitsFields(Type java, dev.mote.values.Type.Fields fields) {
    Class<?> raw = JavaTypes.raw(java);
    if (!raw.isRecord()) {
      return JavaTypes.isMap(raw) || raw == Record.class;
    }
    RecordShape shape = RecordShape.of(raw);
    List<RecordShape.Component> components = shape.components();
    for (dev.mote.values.Type.Field field : fields.fields()) {
      int place = shape.place(field.name());
      if (place < 0) {
        throw ValueException.wrongType(
            "%s has no component '%s' of %s".formatted(raw.getSimpleName(), field.name(), fields));
      }
      try {
        requireWritable(JavaTypes.inside(java, components.get(place).type()), field.type());
      } catch (ValueException e) {
        throw e.in("field '" + field.name() + "'");
      }
    }
    for (RecordShape.Component component : components) {
      if (fields.fields().stream().noneMatch(f -> f.name().equals(component.name()))) {
        throw ValueException.wrongType(
            "component '%s' of %s is no field of %s"
                .formatted(component.name(), raw.getSimpleName(), fields));
      }
    }
    return true;
  }

  private static boolean fitsChoice(Class<?> raw, dev.mote.values.Type.Choice choice) {
    if (raw.isEnum()) {
      for (Object constant : raw.getEnumConstants()) {
        requireVariant(VariantNames.of((Enum<?>) constant), choice);
      }
      return true;
    }
    if (raw.isRecord()) {
      fitsVariant(raw, choice);
      return true;
    }
    if (JavaTypes.isSealedValue(raw)) {
      for (Class<?> variant : JavaTypes.variants(raw)) {
        fitsChoice(variant, choice);
      }
      return true;
    }
    return raw == String.class || JavaTypes.isMap(raw);
  }

  private static void fitsVariant(Class<?> record, dev.mote.values.Type.Choice choice) {
    String name = VariantNames.of(record);
    dev.mote.values.Type.Variant variant = requireVariant(name, choice);
    try {
      fitsFields(record, variant.fields());
    } catch (ValueException e) {
      throw e.in("variant '" + name + "'");
    }
  }

  private static dev.mote.values.Type.Variant requireVariant(
      String name, dev.mote.values.Type.Choice choice) {
    return choice.variants().stream()
        .filter(v -> v.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> ValueException.wrongType("'%s' is no variant of %s".formatted(name, choice)));
  }
}
