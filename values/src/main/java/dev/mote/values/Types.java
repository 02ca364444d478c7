package dev.mote.values;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The types that Java types stand for when nobody has declared others: those of host functions.
public final class Types {
  /// Records in records that are followed before they are taken for ones that grow for ever.
  private static final int DEEPEST = 64;

  private Types() {}

  /// @param java of a parameter
  /// @throws ValueException if there is none
  public static Type of(java.lang.reflect.Type java) {
    return of(JavaTypes.inside(java, java), new LinkedHashSet<>());
  }

  /// The same for a result: nothing is null, and what is a reference may be null.
  ///
  /// @throws ValueException if there is none
  public static Type ofResult(java.lang.reflect.Type java) {
    Class<?> raw = JavaTypes.raw(java);
    Type type = of(java);
    return raw.isPrimitive() ? type : nullable(type);
  }

  private static Type nullable(Type type) {
    return type instanceof Type.OptionalOf || type == Type.Plain.NULL || type == Type.Plain.ANY
        ? type
        : new Type.OptionalOf(type);
  }

  private static Type of(java.lang.reflect.Type java, Set<String> within) {
    Class<?> raw = JavaTypes.raw(java);
    if (JavaTypes.isAnything(raw)) {
      return Type.Plain.ANY;
    }
    if (JavaTypes.isNothing(raw)) {
      return Type.Plain.NULL;
    }
    if (JavaTypes.isBool(raw)) {
      return Type.Plain.BOOL;
    }
    if (JavaTypes.isInteger(raw)) {
      return integer(raw);
    }
    if (JavaTypes.isFloat(raw)) {
      return raw == float.class || raw == Float.class ? Type.Plain.F32 : Type.Plain.F64;
    }
    if (raw == String.class) {
      return Type.Plain.STRING;
    }
    if (JavaTypes.isBytes(raw)) {
      return Type.Plain.BYTES;
    }
    if (JavaTypes.isOptional(raw)) {
      return nullable(of(JavaTypes.parameter(java, 0), within));
    }
    java.lang.reflect.Type element = JavaTypes.element(java);
    if (element != null) {
      return new Type.ListOf(of(element, within));
    }
    if (JavaTypes.isMap(raw)) {
      return map(java, within);
    }
    return composed(java, within);
  }

  private static Type integer(Class<?> raw) {
    return switch (raw.getSimpleName()) {
      case "byte", "Byte" -> Type.Int.I8;
      case "short", "Short" -> Type.Int.I16;
      case "int", "Integer" -> Type.Int.I32;
      case "BigInteger" -> Type.Int.U64;
      default -> Type.Int.I64;
    };
  }

  private static Type map(java.lang.reflect.Type java, Set<String> within) {
    Type key = of(JavaTypes.parameter(java, 0), within);
    Type value = of(JavaTypes.parameter(java, 1), within);
    try {
      // A map that says nothing of its keys has strings.
      return new Type.MapOf(key == Type.Plain.ANY ? Type.Plain.STRING : key, value);
    } catch (IllegalArgumentException e) {
      throw ValueException.wrongType(JavaTypes.name(java) + ": " + e.getMessage());
    }
  }

  private static Type composed(java.lang.reflect.Type java, Set<String> within) {
    Class<?> raw = JavaTypes.raw(java);
    if (within.size() >= DEEPEST || !within.add(java.getTypeName())) {
      throw ValueException.wrongType(
          "%s contains itself, and types of messages have no names; use Object"
              .formatted(raw.getSimpleName()));
    }
    Type type;
    if (raw.isRecord()) {
      type = fields(java, within);
    } else if (raw.isEnum()) {
      type = new Type.Choice(plainVariants(raw));
    } else if (JavaTypes.isSealedValue(raw)) {
      type = choice(raw, within);
    } else {
      throw ValueException.wrongType(
          "values of %s cannot be sent; records, sealed interfaces of records, enums, lists, maps,"
                  .formatted(raw.getName())
              + " strings, bytes and numbers can");
    }
    within.remove(java.getTypeName());
    return type;
  }

  private static Type.Fields fields(java.lang.reflect.Type record, Set<String> within) {
    var fields = new ArrayList<Type.Field>();
    for (RecordShape.Component component : RecordShape.of(JavaTypes.raw(record)).components()) {
      try {
        Type type = of(JavaTypes.inside(record, component.type()), within);
        fields.add(new Type.Field(component.name(), component.nullable() ? nullable(type) : type));
      } catch (ValueException e) {
        throw e.in("component '" + component.name() + "'");
      }
    }
    return new Type.Fields(fields);
  }

  private static List<Type.Variant> plainVariants(Class<?> constants) {
    var variants = new ArrayList<Type.Variant>();
    for (Object constant : constants.getEnumConstants()) {
      variants.add(
          new Type.Variant(VariantNames.of((Enum<?>) constant), new Type.Fields(List.of())));
    }
    return variants;
  }

  private static Type choice(Class<?> sealed, Set<String> within) {
    var variants = new ArrayList<Type.Variant>();
    for (Class<?> permitted : JavaTypes.variants(sealed)) {
      if (permitted.isEnum()) {
        variants.addAll(plainVariants(permitted));
      } else {
        variants.add(new Type.Variant(VariantNames.of(permitted), fields(permitted, within)));
      }
    }
    try {
      return new Type.Choice(variants);
    } catch (IllegalArgumentException e) {
      throw ValueException.wrongType(sealed.getSimpleName() + ": " + e.getMessage());
    }
  }
}
