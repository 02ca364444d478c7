package dev.mote.bench;

import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import java.util.HexFormat;

/// What a Java user has without Mote, beside `warm-call`: a WebAssembly interpreter in the JVM,
/// with a module that does the same work. One wall, Java's own, and code that must be WebAssembly.
final class WasmFigure implements Figure {
  private static final int ROUNDS = 41;
  private static final int CALLS = 10_000;

  /// `(module (func (export "add") (param i64) (result i64) local.get 0 i64.const 1 i64.add))`.
  private static final byte[] MODULE =
      HexFormat.of()
          .parseHex(
              "0061736d01000000"
                  + "01060160017e017e"
                  + "03020100"
                  + "07070103616464"
                  + "0000"
                  + "0a09010700200042017c0b");

  @Override
  public String name() {
    return "wasm-call";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    ExportFunction add = Instance.builder(Parser.parse(MODULE)).build().export("add");
    try (var floor = new Floor(settings.floor())) {
      repeat(add, 100_000);
      var rounds =
          Rounds.inTurns(ROUNDS, () -> microseconds(add), () -> floor.measure("exit 1000"));
      return Result.unbounded(rounds, "us");
    }
  }

  private static double microseconds(ExportFunction add) {
    long start = System.nanoTime();
    repeat(add, CALLS);
    return (System.nanoTime() - start) / 1e3 / CALLS;
  }

  private static void repeat(ExportFunction add, int count) {
    for (int i = 0; i < count; i++) {
      if (add.apply(41)[0] != 42) {
        throw new IllegalStateException("the module cannot count");
      }
    }
  }
}
