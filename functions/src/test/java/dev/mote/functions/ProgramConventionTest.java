package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramConventionTest {
  private static final MemorySize LIMIT = MemorySize.ofBytes(1000);

  private static FunctionResponse answer(String output) {
    return answer(output.getBytes(UTF_8));
  }

  private static FunctionResponse answer(byte[] output) {
    var pieces = new StreamedAnswer(new RecordingClient(), LIMIT, false);
    var program = new ProgramOutput(pieces, LIMIT);
    try {
      program.write(output, 0, output.length);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return program.end(null);
  }

  @Test
  void outputWithoutAHeadIsTheBody() {
    FunctionResponse plain = answer("hello\nworld: yes\n\nmore\n");
    assertThat(plain.status()).isEqualTo(200);
    assertThat(plain.headers())
        .containsExactly(new Header("content-type", "text/plain; charset=utf-8"));
    assertThat(new String(plain.body(), UTF_8)).isEqualTo("hello\nworld: yes\n\nmore\n");
    assertThat(answer("").body()).isEmpty();
    assertThat(answer(new byte[] {(byte) 0xff}).headers())
        .containsExactly(new Header("content-type", "application/octet-stream"));
    // Lines that look like headers are a head only if one of them is CGI's.
    assertThat(new String(answer("Name: Ada\n\nx").body(), UTF_8)).isEqualTo("Name: Ada\n\nx");
  }

  @Test
  void aHeadIsTheAnswers() {
    FunctionResponse answer =
        answer("Content-Type: text/html\r\nStatus: 404 Not Found\r\nX-A:  b \r\n\r\n<p>\n\n");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.headers())
        .containsExactly(new Header("content-type", "text/html"), new Header("x-a", "b"));
    assertThat(new String(answer.body(), UTF_8)).isEqualTo("<p>\n\n");
    assertThat(answer("Location: /elsewhere\n\n").status()).isEqualTo(302);
    assertThat(answer("Status: 201\nLocation: /new\n\n").status()).isEqualTo(201);
  }

  @Test
  void whatIsTheServersIsNotTheirs() {
    assertThat(
            answer(
                "Status: 200\nContent-Length: 5\nConnection: close\nTransfer-Encoding: x\n\nabc"))
        .satisfies(a -> assertThat(a.body()).hasSize(3))
        .satisfies(
            a -> assertThat(a.headers()).extracting(Header::name).containsExactly("content-type"));
  }

  @Test
  void whatIsWrongIsAFault() {
    assertThat(answer("Status: 99\n\n").fault()).isNotNull();
    assertThat(answer("Status: two\n\n").fault()).isNotNull();
    assertThat(answer("Content-Type: a\u0001b\n\n").fault()).isNotNull();
    assertThat(answer("x".repeat(1001)).fault()).isNotNull();
    assertThat(answer("Status: 200\n\n" + "x".repeat(1000)).fault()).isNull();
  }

  @Test
  void theRequestIsInTheEnvironment() {
    var request =
        new FunctionRequest(
            "id",
            "POST",
            "http://example.org:8080/fn/f/a%20b?x=1",
            "/fn/f",
            "/a%20b+c",
            "x=1",
            List.of(
                new Header("content-type", "text/plain"),
                new Header("x-many", "1"),
                new Header("x-many", "2"),
                new Header("x_many", "3"),
                new Header("proxy", "evil")),
            RequestBody.of("body".getBytes(UTF_8)),
            "10.0.0.1");
    Map<String, String> variables = ProgramConvention.variables(request);
    assertThat(variables)
        .containsEntry("REQUEST_METHOD", "POST")
        .containsEntry("SCRIPT_NAME", "/fn/f")
        .containsEntry("PATH_INFO", "/a b+c")
        .containsEntry("QUERY_STRING", "x=1")
        .containsEntry("CONTENT_TYPE", "text/plain")
        .containsEntry("CONTENT_LENGTH", "4")
        .containsEntry("SERVER_NAME", "example.org")
        .containsEntry("SERVER_PORT", "8080")
        .containsEntry("REMOTE_ADDR", "10.0.0.1")
        .containsEntry("HTTP_X_MANY", "1, 2")
        .doesNotContainKey("HTTP_PROXY");
  }
}
