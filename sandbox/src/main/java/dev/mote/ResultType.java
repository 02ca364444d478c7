package dev.mote;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/// A generic type as a result, which a [Class] cannot say: `new ResultType<List<Long>>() {}`.
///
/// @param <T> the type
public abstract class ResultType<T extends @Nullable Object> {
  private final Type type;

  protected ResultType() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
      throw new IllegalArgumentException("write new ResultType<…>() {} with a type");
    }
    type = parameterized.getActualTypeArguments()[0];
  }

  final Type type() {
    return type;
  }

  @Override
  public final String toString() {
    return type.getTypeName();
  }
}
