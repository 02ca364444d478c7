package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FunctionLogTest {
  private static List<String> texts(FunctionLog log) {
    return log.linesAfter(0, Integer.MAX_VALUE).stream().map(FunctionLog.Line::text).toList();
  }

  @Test
  void oldLinesAreForgotten() {
    var log = new FunctionLog();
    for (int i = 0; i < 10_005; i++) {
      log.add("", FunctionLog.Source.OUT, "line " + i);
    }
    List<FunctionLog.Line> lines = log.linesAfter(0, Integer.MAX_VALUE);
    assertThat(lines).hasSize(10_000);
    assertThat(lines.getFirst().text()).isEqualTo("line 5");
    assertThat(log.linesAfter(10_000, 10)).hasSize(5);
    assertThat(log.linesAfter(0, 2))
        .extracting(FunctionLog.Line::number)
        .containsExactly(10_004L, 10_005L);
    var large = new FunctionLog();
    for (int i = 0; i < 10; i++) {
      large.add("", FunctionLog.Source.OUT, "x".repeat(1 << 20));
    }
    assertThat(texts(large)).hasSize(4);
  }

  @Test
  void nothingThatATerminalObeysIsKept() {
    var log = new FunctionLog();
    log.add("", FunctionLog.Source.OUT, "red: \u001b[31m\ttab \u0007 é");
    assertThat(texts(log)).containsExactly("red: \\x1b[31m\ttab \\x07 é");
  }

  @Test
  void whatAnInvocationWritesBecomesLines() throws IOException {
    var log = new FunctionLog();
    var invocation = new InvocationLog(log, "1", new InvocationReport(), 40);
    invocation.errorStream().write("first\nsec".getBytes(UTF_8));
    invocation.errorStream().write("ond".getBytes(UTF_8));
    invocation.end();
    assertThat(texts(log)).containsExactly("first", "second");
    invocation.errorStream().write("x".repeat(100).getBytes(UTF_8));
    invocation.end();
    assertThat(texts(log)).hasSize(4);
    assertThat(texts(log).get(2)).isEqualTo("x".repeat(28));
    assertThat(texts(log).get(3)).contains("ends here");
  }

  @Test
  void whoFollowsIsWoken() throws Exception {
    var log = new FunctionLog();
    assertThat(log.await(0, 1)).isFalse();
    Thread writer = Thread.ofVirtual().start(() -> log.add("", FunctionLog.Source.OUT, "x"));
    assertThat(log.await(0, 10_000)).isTrue();
    writer.join();
    log.close();
    assertThat(log.await(1, 10_000)).isFalse();
  }
}
