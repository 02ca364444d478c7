package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.functions.FunctionException;
import dev.mote.functions.FunctionFolder;
import dev.mote.functions.FunctionTemplate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each template as somebody uses it who has just begun: created, served, changed, broken, mended,
/// invoked.
class TemplatesTest {
  /// The file that is changed.
  private static final Map<String, String> SOURCES =
      Map.ofEntries(
          Map.entry("python", "main.py"),
          Map.entry("flask", "app.py"),
          Map.entry("javascript", "index.js"),
          Map.entry("typescript", "index.ts"),
          Map.entry("node", "index.mjs"),
          Map.entry("express", "app.js"),
          Map.entry("rust", "src/main.rs"),
          Map.entry("c", "main.c"),
          Map.entry("go", "main.go"),
          Map.entry("wasm-rust", "src/main.rs"),
          Map.entry("wasm-c", "main.c"));

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() {
    server = new TestServer(folder);
  }

  @AfterAll
  static void end() {
    server.close();
  }

  /// What a command prints, and its status in front of it.
  private static String mote(String... line) {
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, true, UTF_8);
    int status = new Main(stream, stream).execute(List.of(line));
    return status + " " + out.toString(UTF_8);
  }

  static List<String> templates() {
    return FunctionTemplate.all().stream().map(FunctionTemplate::name).toList();
  }

  @ParameterizedTest
  @MethodSource("templates")
  void aTemplateIsCreatedServedChangedBrokenAndMended(String template) throws Exception {
    Path place = folder.resolve("my-" + template);
    assertThat(mote("new", template, place.toString())).startsWith("0 ").contains("mote up");
    if (template.equals("wasm-rust") && !hasRustForWasm()) {
      // Where Rust cannot build for WebAssembly, what is said is what Rust says.
      assertThatThrownBy(() -> deploy(place, template))
          .isInstanceOf(FunctionException.class)
          .hasMessageContaining("wasm32-wasip1");
      return;
    }
    assertThat(deploy(place, template).statusCode()).isEqualTo(201);
    String url = "--server=http://localhost:" + server.server.port();
    String greeting = template.equals("flask") ? "/hello/world" : "/";
    assertThat(mote("invoke", url, "--path", greeting, template))
        .startsWith("0 ")
        .contains("Hello, world!");

    Path source = place.resolve(SOURCES.get(template));
    String good = Files.readString(source);
    Files.writeString(source, good.replace("Hello", "Good day"));
    assertThat(deploy(place, template).statusCode()).isEqualTo(200);
    assertThat(mote("invoke", url, "--path", greeting, template)).contains("Good day, world!");

    Files.writeString(source, good + "\n)(\n");
    assertThat(refusal(place, template)).contains(source.getFileName().toString());
    assertThat(mote("invoke", url, "--path", greeting, template)).contains("Good day, world!");

    Files.writeString(source, good);
    assertThat(deploy(place, template).statusCode()).isEqualTo(200);
    assertThat(mote("invoke", url, "--repeat", "3", "--path", greeting, template))
        .startsWith("0 ")
        .contains("Hello, world!")
        .contains("3 requests, 0 failed");
    assertThat(mote("list", url)).contains(template);
    assertThat(mote("inspect", url, template)).contains("version: 3");
    assertThat(mote("inspect", place.toString())).contains("memory: 256MiB");
    assertThat(mote("logs", url, template)).contains("version 3 is live");
    assertThat(mote("rm", url, template)).startsWith("0 ");
    assertThat(mote("invoke", url, template)).startsWith("1 ").contains("status 404");
  }

  private static boolean hasRustForWasm() throws Exception {
    Process listed =
        new ProcessBuilder("rustc", "--print", "target-libdir", "--target", "wasm32-wasip1")
            .start();
    String libraries = new String(listed.getInputStream().readAllBytes(), UTF_8).strip();
    return listed.waitFor() == 0 && Files.isDirectory(Path.of(libraries));
  }

  private static HttpResponse<String> deploy(Path place, String name) throws Exception {
    var source = new FunctionFolder(place);
    source.build(_ -> {});
    var archive = new ByteArrayOutputStream();
    source.archive(archive);
    return server.put(name, archive.toByteArray());
  }

  /// Why a folder is not deployed, by its build or by the server.
  private static String refusal(Path place, String name) throws Exception {
    try {
      HttpResponse<String> answer = deploy(place, name);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
      return answer.body();
    } catch (FunctionException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void aRouteOfFlaskAndItsPage() throws Exception {
    Path place = folder.resolve("flask-page");
    mote("new", "flask", place.toString());
    assertThat(deploy(place, "flask-page").statusCode()).isEqualTo(201);
    assertThat(server.get("/fn/flask-page/?name=Ada").body()).contains("<h1>Hello, Ada!</h1>");
    assertThat(server.get("/fn/flask-page/hello/%C3%9Cn%20Known").body())
        .contains("Hello, \\u00dcn Known!");
    assertThat(server.get("/fn/flask-page/nowhere").statusCode()).isEqualTo(404);
  }

  @Test
  void routesOfExpress() throws Exception {
    Path place = folder.resolve("express-routes");
    mote("new", "express", place.toString());
    assertThat(mote("inspect", place.toString())).contains("language: node").contains("app.js");
    assertThat(deploy(place, "express-routes").statusCode()).isEqualTo(201);
    assertThat(server.get("/fn/express-routes/?name=Ada").body())
        .isEqualTo("{\"message\":\"Hello, Ada!\"}");
    assertThat(server.get("/fn/express-routes/hello/%C3%9Cn%20Known").body())
        .isEqualTo("{\"message\":\"Hello, Ün Known!\"}");
    assertThat(server.post("/fn/express-routes/hello", "{\"name\": \"Bob\"}").body())
        .isEqualTo("{\"message\":\"Hello, Bob!\"}");
    assertThat(server.get("/fn/express-routes/nowhere").statusCode()).isEqualTo(404);
    assertThat(place.resolve("node_modules")).doesNotExist(); // that is the author's
  }

  @Test
  void whatCannotBeIsSaid() throws IOException {
    assertThat(mote("new", "cobol", folder.resolve("x").toString()))
        .startsWith("125 ")
        .contains("no template for cobol")
        .contains("python");
    assertThat(mote("new", "python", folder.resolve("Not A Name").toString()))
        .startsWith("125 ")
        .contains("cannot be a function's name");
    Files.createDirectory(folder.resolve("there"));
    assertThat(mote("new", "python", folder.resolve("there").toString()))
        .startsWith("125 ")
        .contains("there already");
    assertThat(mote("new", "python")).startsWith("125 ");
    assertThat(mote("up", "--port", Integer.toString(server.server.port())))
        .startsWith("125 ")
        .contains("cannot be used");
    assertThat(mote("up", folder.resolve("not-there").toString()))
        .startsWith("125 ")
        .contains("is no folder");
    assertThat(mote("inspect", folder.resolve("there").toString()))
        .startsWith("125 ")
        .contains("no function was found here")
        .contains("main.py");
    assertThat(mote("list", "--server", "http://localhost:1"))
        .startsWith("125 ")
        .contains("no server is at")
        .contains("mote up");
    assertThat(mote("list", "--server", "nonsense")).startsWith("125 ").contains("address such as");
    assertThat(mote("rm", "--server", "http://localhost:" + server.server.port(), "nothing"))
        .startsWith("125 ")
        .contains("404");
    assertThat(mote("frobnicate")).startsWith("125 ").contains("no such command");
    for (String command :
        List.of("new", "up", "deploy", "list", "inspect", "invoke", "logs", "rm")) {
      assertThat(mote(command, "--help")).startsWith("0 ").contains("usage: mote " + command);
    }
  }
}
