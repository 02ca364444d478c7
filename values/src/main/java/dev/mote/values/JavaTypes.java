package dev.mote.values;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What Java's types are to values.
final class JavaTypes {
  private static final Set<Class<?>> INTEGERS =
      Set.of(
          byte.class,
          short.class,
          int.class,
          long.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          BigInteger.class);

  private JavaTypes() {}

  /// The class of a type, without its parameters.
  static Class<?> raw(Type type) {
    return switch (type) {
      case Class<?> c -> c;
      case ParameterizedType parameterized -> raw(parameterized.getRawType());
      case GenericArrayType array -> raw(array.getGenericComponentType()).arrayType();
      case WildcardType wildcard -> raw(wildcard.getUpperBounds()[0]);
      case TypeVariable<?> variable -> raw(variable.getBounds()[0]);
      default -> Object.class;
    };
  }

  /// A type's parameter; Object if it is raw.
  static Type parameter(Type type, int i) {
    return switch (type) {
      case ParameterizedType parameterized -> parameterized.getActualTypeArguments()[i];
      case WildcardType wildcard -> parameter(wildcard.getUpperBounds()[0], i);
      default -> Object.class;
    };
  }

  /// The type of a part that a class declares, with what the parameters of the class stand for.
  ///
  /// @param owner the class, with or without its arguments
  static Type inside(Type owner, Type declared) {
    return switch (declared) {
      case ParameterizedType parameterized ->
          new Parameterized(
              raw(parameterized),
              Arrays.stream(parameterized.getActualTypeArguments())
                  .map(argument -> inside(owner, argument))
                  .toList());
      case GenericArrayType array -> arrayOf(inside(owner, array.getGenericComponentType()));
      case WildcardType wildcard -> inside(owner, wildcard.getUpperBounds()[0]);
      case TypeVariable<?> variable -> argument(owner, variable);
      default -> declared;
    };
  }

  private static Type argument(Type owner, TypeVariable<?> variable) {
    int place = List.of(raw(owner).getTypeParameters()).indexOf(variable);
    return owner instanceof ParameterizedType parameterized && place >= 0
        ? parameterized.getActualTypeArguments()[place]
        : raw(variable);
  }

  private static Type arrayOf(Type element) {
    return element instanceof Class<?> raw ? raw.arrayType() : new ArrayOf(element);
  }

  /// A class with arguments in which no variable is left.
  private record Parameterized(Class<?> raw, List<Type> arguments) implements ParameterizedType {
    @Override
    public Type[] getActualTypeArguments() {
      return arguments.toArray(Type[]::new);
    }

    @Override
    public Type getRawType() {
      return raw;
    }

    @Override
    public @Nullable Type getOwnerType() {
      return null;
    }

    @Override
    public String getTypeName() {
      return arguments.stream()
          .map(Type::getTypeName)
          .collect(Collectors.joining(", ", raw.getTypeName() + "<", ">"));
    }
  }

  /// An array of such.
  private record ArrayOf(Type element) implements GenericArrayType {
    @Override
    public Type getGenericComponentType() {
      return element;
    }

    @Override
    public String getTypeName() {
      return element.getTypeName() + "[]";
    }
  }

  static boolean isInteger(Class<?> type) {
    return INTEGERS.contains(type);
  }

  static boolean isFloat(Class<?> type) {
    return type == float.class
        || type == double.class
        || type == Float.class
        || type == Double.class;
  }

  static boolean isBool(Class<?> type) {
    return type == boolean.class || type == Boolean.class;
  }

  static boolean isBytes(Class<?> type) {
    return type == byte[].class || ByteBuffer.class.isAssignableFrom(type);
  }

  static boolean isNothing(Class<?> type) {
    return type == void.class || type == Void.class;
  }

  /// A type that says nothing: its values are looked at one by one.
  static boolean isAnything(Class<?> type) {
    return type == Object.class;
  }

  static boolean isOptional(Class<?> type) {
    return type == Optional.class;
  }

  static boolean isMap(Class<?> type) {
    return Map.class.isAssignableFrom(type);
  }

  static boolean isCollection(Class<?> type) {
    return Collection.class.isAssignableFrom(type);
  }

  /// What the elements of an array or a collection are; null if it is neither.
  static @Nullable Type element(Type type) {
    Class<?> raw = raw(type);
    if (isBytes(raw)) {
      return null;
    }
    if (raw.isArray()) {
      return type instanceof GenericArrayType generic
          ? generic.getGenericComponentType()
          : raw.getComponentType();
    }
    return isCollection(raw) || raw == Iterable.class ? parameter(type, 0) : null;
  }

  /// A sealed interface whose every implementation is a record or an enum.
  static boolean isSealedValue(Class<?> type) {
    return type.isSealed() && type.isInterface();
  }

  /// The records and enum constants that a sealed interface permits, at any depth.
  ///
  /// @throws ValueException if it permits something else
  static List<Class<?>> variants(Class<?> sealed) {
    var list = new ArrayList<Class<?>>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isRecord() || permitted.isEnum()) {
        list.add(permitted);
      } else if (isSealedValue(permitted)) {
        list.addAll(variants(permitted));
      } else {
        throw ValueException.wrongType(
            "%s permits %s, which is neither record nor enum"
                .formatted(sealed.getName(), permitted.getName()));
      }
    }
    return list;
  }

  static String name(Type type) {
    return type instanceof Class<?> c ? c.getSimpleName() : type.getTypeName();
  }
}
