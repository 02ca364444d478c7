package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.HostFunctionException;
import dev.mote.MemorySize;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamedAnswerTest {
  private static final MemorySize LIMIT = MemorySize.ofBytes(100);

  private final RecordingClient client = new RecordingClient();
  private final StreamedAnswer answer = new StreamedAnswer(client, LIMIT, false);

  private void write(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    answer.write(bytes, 0, bytes.length);
  }

  private FunctionResponse assertFails(String why) {
    FunctionResponse end = answer.end(null);
    assertThat(end.fault()).isNotNull();
    assertThat(end.fault().detail()).contains(why);
    return end;
  }

  private static void assertRefused(Runnable what) {
    assertThatThrownBy(what::run).isInstanceOf(HostFunctionException.class);
  }

  @Test
  void piecesGoToTheClient() {
    answer.start(201, List.of(List.of("X-A", " b "), List.of("Connection", "close")));
    assertThat(client.status).isZero();
    write("one");
    write("");
    write("two");
    assertThat(client.status).isEqualTo(201);
    assertThat(client.headers).containsExactly(new Header("x-a", "b"));
    assertThat(client.length).isEqualTo(-1);
    assertThat(client.pieces).isEqualTo(2);
    assertThat(client.body.toString(UTF_8)).isEqualTo("onetwo");
    FunctionResponse end = answer.end(null);
    assertThat(end.isSent()).isTrue();
    assertThat(end.fault()).isNull();
  }

  @Test
  void anAnswerWithoutPiecesIsBegunAtItsEnd() {
    answer.start(200, List.of());
    assertThat(answer.end(null).isSent()).isTrue();
    assertThat(client.status).isEqualTo(200);
  }

  @Test
  void whatIsWholeIsPassedOn() {
    FunctionResponse whole = FunctionResponse.of(200, "a/b", new byte[3]);
    assertThat(answer.end(whole)).isSameAs(whole);
    assertThat(client.status).isZero();
  }

  @Test
  void itIsBegunOnce() {
    answer.start(200, List.of());
    assertRefused(() -> answer.start(200, List.of()));
    assertThat(assertFails("begun twice").isSent()).isFalse();
  }

  @Test
  void thereIsNoPieceBeforeItIsBegun() {
    assertRefused(() -> write("x"));
    assertRefused(() -> answer.start(200, List.of()));
    assertFails("before its head");
    assertThat(client.status).isZero();
  }

  @Test
  void nothingFollowsItsEnd() {
    answer.start(200, List.of());
    write("x");
    answer.end(null);
    assertRefused(() -> write("y"));
    assertRefused(() -> answer.start(200, List.of()));
    assertThat(client.body.toString(UTF_8)).isEqualTo("x");
  }

  @Test
  void itIsNotAnsweredOnceMore() {
    answer.start(200, List.of());
    write("x");
    FunctionResponse end = answer.end(FunctionResponse.of(200, "a/b", new byte[3]));
    assertThat(end.isSent()).isTrue();
    assertThat(end.fault()).isNotNull();
  }

  @Test
  void itsSizeIsLimited() {
    answer.start(200, List.of());
    write("x".repeat(60));
    assertRefused(() -> write("x".repeat(41)));
    assertRefused(() -> write("x"));
    assertThat(assertFails("larger than").isSent()).isTrue();
    assertThat(client.body.size()).isEqualTo(60);
  }

  @Test
  void itsLengthIsWhatItSays() {
    answer.start(200, List.of(List.of("Content-Length", "5")));
    write("abc");
    assertThat(client.length).isEqualTo(5);
    assertRefused(() -> write("def"));
    assertFails("longer than its content-length");
  }

  @Test
  void whatIsTooShortIsIncomplete() {
    answer.start(200, List.of(List.of("content-length", "5")));
    write("abc");
    assertFails("3 bytes of its content-length of 5");
  }

  @Test
  void theBodyMayBeMissingWhereNobodyAsksForIt() {
    var forHead = new StreamedAnswer(client, LIMIT, true);
    forHead.start(200, List.of(List.of("content-length", "5")));
    assertThat(forHead.end(null).fault()).isNull();
    assertThat(client.length).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 100, 199, 600, Long.MAX_VALUE, Long.MIN_VALUE})
  void itsStatusIsChecked(long status) {
    assertRefused(() -> answer.start(status, List.of()));
    assertFails("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nb", "ä", "a:"})
  void namesOfHeadersAreChecked(String name) {
    assertRefused(() -> answer.start(200, List.of(List.of(name, "x"))));
    assertFails("malformed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb: c", "\u0000", "\u0141", "\u007f"})
  void valuesOfHeadersAreChecked(String value) {
    assertRefused(() -> answer.start(200, List.of(List.of("x", value))));
    assertFails("malformed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "+1", "1 ", "", "x", "9999999999999999999", "1,2", "101"})
  void itsContentLengthIsChecked(String length) {
    if (length.equals("1 ")) {
      answer.start(200, List.of(List.of("content-length", length))); // but spaces around it
      return;
    }
    assertRefused(() -> answer.start(200, List.of(List.of("content-length", length))));
    assertThat(answer.end(null).fault()).isNotNull();
  }

  @Test
  void twoLengthsAreNone() {
    assertRefused(() ->
        answer.start(200, List.of(List.of("content-length", "1"), List.of("Content-Length", "2"))));
  }

  @Test
  void aClientThatIsGoneEndsIt() {
    answer.start(200, List.of());
    write("x");
    client.fault = new Fault(Fault.Kind.CLIENT_GONE, "gone");
    assertRefused(() -> write("y"));
    assertRefused(() -> write("z"));
    assertThat(answer.end(null).fault().kind()).isEqualTo(Fault.Kind.CLIENT_GONE);
  }

  @Test
  void aProgramsOutputIsSentOnceItIsLarge() throws IOException {
    var large = new StreamedAnswer(client, MemorySize.ofMebibytes(1), false);
    var output = new ProgramOutput(large, MemorySize.ofMebibytes(1));
    byte[] head = "Status: 404 No\nX-A: b\n\n".getBytes(UTF_8);
    for (byte b : head) {
      output.write(b);
    }
    for (int i = 0; i < 10; i++) {
      output.write("x".repeat(10_000).getBytes(UTF_8));
    }
    assertThat(client.status).isEqualTo(404);
    assertThat(client.headers).contains(new Header("content-type", "text/plain; charset=utf-8"));
    FunctionResponse end = output.end(null);
    assertThat(end.isSent()).isTrue();
    assertThat(end.fault()).isNull();
    assertThat(client.body.toString(UTF_8)).isEqualTo("x".repeat(100_000));
  }

  @Test
  void aProgramsOutputIsSentAfterAMoment() throws Exception {
    var output = new ProgramOutput(answer, LIMIT);
    output.write("Content-Type: a/b\n".getBytes(UTF_8));
    Thread.sleep(100);
    assertThat(client.status).isZero(); // the head has no end
    output.write("\nx".getBytes(UTF_8));
    long end = System.nanoTime() + 10_000_000_000L;
    while (System.nanoTime() < end && client.body.size() == 0) {
      Thread.sleep(5);
    }
    assertThat(client.body.toString(UTF_8)).isEqualTo("x");
    output.write("y".getBytes(UTF_8));
    assertThat(client.body.toString(UTF_8)).isEqualTo("xy");
    assertThat(output.end(new Fault(Fault.Kind.EXIT, "status 3")).fault().kind())
        .isEqualTo(Fault.Kind.EXIT);
  }

  @Test
  void aProgramWhoseHeadIsWrongFailsOnceItIsSent() throws IOException {
    var output = new ProgramOutput(answer, LIMIT);
    output.write("Status: 99\n\n".getBytes(UTF_8));
    byte[] much = new byte[70_000];
    assertThatThrownBy(() -> output.write(much)).isInstanceOf(IOException.class);
    FunctionResponse end = output.end(null);
    assertThat(end.fault().kind()).isEqualTo(Fault.Kind.RESPONSE);
    assertThat(end.isSent()).isFalse();
  }
}
