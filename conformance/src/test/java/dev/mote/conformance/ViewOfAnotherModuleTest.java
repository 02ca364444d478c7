package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Program;
import dev.mote.Sandbox;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The class behind a typed view is a hidden one where the interface is of Mote's own module, as
/// all are on a class path, and an ordinary one elsewhere. What another loader has loaded is of
/// another module.
final class ViewOfAnotherModuleTest {
  interface Calculator {
    long add(long a, long b);

    Object count();

    default long twice(long a) {
      return add(a, a);
    }
  }

  @Test
  void bothCallTheGuest() throws Exception {
    URL classes = Calculator.class.getProtectionDomain().getCodeSource().getLocation();
    try (var others = new URLClassLoader(new URL[] {classes}, null);
        var sandbox =
            Sandbox.builder(Program.of(Corpus.programs().resolve("functions-behaviour"))).start()) {
      Class<?> foreign = others.loadClass(Calculator.class.getName());
      assertThat(foreign.getModule()).isNotSameAs(Calculator.class.getModule());
      for (Class<?> api : List.of(Calculator.class, foreign)) {
        Object view = sandbox.as(api);
        assertThat(view.getClass().isHidden()).isEqualTo(api == Calculator.class);
        assertThat(call(api, "add", view, 40L, 2L)).isEqualTo(42L);
        assertThat(call(api, "twice", view, 21L)).isEqualTo(42L);
        assertThat(call(api, "count", view)).isInstanceOf(Long.class);
      }
    }
  }

  private static Object call(Class<?> api, String name, Object view, Object... arguments)
      throws Exception {
    for (Method method : api.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        method.setAccessible(true);
        return method.invoke(view, arguments);
      }
    }
    throw new NoSuchMethodException(name);
  }
}
