package dev.mote.values;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// What the variants of Java enums and sealed interfaces are called in messages.
final class VariantNames {
  private static final ClassValue<Map<Object, String>> CONSTANTS =
      new ClassValue<>() {
        @Override
        protected Map<Object, String> computeValue(Class<?> type) {
          var names = new HashMap<Object, String>();
          for (Object constant : type.getEnumConstants()) {
            names.put(constant, nameOf(type, ((Enum<?>) constant).name()));
          }
          return names;
        }
      };

  private static final ClassValue<String> RECORDS =
      new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
          return RecordShape.nameOf(type, type.getSimpleName());
        }
      };

  private VariantNames() {}

  private static String nameOf(Class<?> type, String constant) {
    try {
      return RecordShape.nameOf(type.getField(constant), constant);
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e); // each constant is a field
    }
  }

  static String of(Enum<?> constant) {
    return Objects.requireNonNull(CONSTANTS.get(constant.getDeclaringClass()).get(constant));
  }

  static String of(Class<?> record) {
    return RECORDS.get(record);
  }
}
