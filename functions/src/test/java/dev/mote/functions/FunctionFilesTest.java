package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Which language a folder is in, where its files leave a choice.
class FunctionFilesTest {
  private static final String NEEDS = "{'dependencies': {'express': '^5.1.0'}}";

  private static String find(String settings, String packageFile, String... names) {
    FunctionFiles found =
        FunctionFiles.find(
            SettingsFile.read(settings.getBytes(UTF_8), FunctionSettings.DEFAULT),
            List.of(names),
            () -> PackageFile.read(packageFile.replace('\'', '"').getBytes(UTF_8)));
    return found.language().word() + " " + found.main();
  }

  @Test
  void javaScriptIsForNodeIfItNeedsPackages() {
    assertThat(find("", "{}", "index.js", "package.json")).isEqualTo("javascript index.js");
    assertThat(find("", "{'devDependencies': {'x': '1'}}", "index.ts"))
        .isEqualTo("javascript index.ts");
    assertThat(find("", "{'dependencies': {}}", "index.js")).isEqualTo("javascript index.js");
    assertThat(find("", NEEDS, "index.js")).isEqualTo("node index.js");
    assertThat(find("", "{'optionalDependencies': {'x': '1'}}", "main.mjs"))
        .isEqualTo("node main.mjs");
    assertThat(find("main = \"src/a.js\"", NEEDS, "index.js")).isEqualTo("node src/a.js");
    assertThat(find("main = \"src/a.js\"", "{}", "index.js")).isEqualTo("javascript src/a.js");
  }

  @Test
  void whatIsSaidHolds() {
    assertThat(find("language = \"javascript\"", NEEDS, "index.js"))
        .isEqualTo("javascript index.js");
    assertThat(find("language = \"node\"", "{}", "index.js")).isEqualTo("node index.js");
    assertThat(find("language = \"node\"\nmain = \"a.js\"", NEEDS)).isEqualTo("node a.js");
  }

  @Test
  void someFilesAreNodesOnly() {
    assertThat(find("", "{}", "index.cjs")).isEqualTo("node index.cjs");
    assertThat(find("", "{}", "server.js")).isEqualTo("node server.js");
    assertThat(find("main = \"lib/a.cjs\"", "{}")).isEqualTo("node lib/a.cjs");
  }

  @Test
  void anotherLanguagesFileComesFirst() {
    assertThat(find("", NEEDS, "app.js", "main.py")).isEqualTo("python main.py");
    assertThat(find("", "nonsense", "main.py")).isEqualTo("python main.py");
  }

  @Test
  void packagesSayWhichFileIsTheirs() {
    assertThat(find("language = \"node\"", "{'main': './src/a.js'}", "index.js", "src"))
        .isEqualTo("node src/a.js");
    assertThat(find("language = \"node\"", "{'main': 'dist/a.js'}", "index.js"))
        .isEqualTo("node index.js"); // npm names one that need not be there
    assertThat(find("", "{'main': 'b.js'}", "b.js")).isEqualTo("node b.js");
    for (String wrong : List.of("../a.js", "/a.js", "a/../../b.js", "", "./", "a//b.js")) {
      assertThat(find("language = \"node\"", "{'main': '" + wrong + "'}", "index.js", "a", ".."))
          .isEqualTo("node index.js");
    }
  }

  @Test
  void aPackageFileThatIsWrongIsSaid() {
    for (String wrong : List.of("nonsense", "[]", "{'dependencies': ", "")) {
      assertThatThrownBy(() -> find("", wrong, "index.js"))
          .isInstanceOf(FunctionException.class)
          .hasMessageStartingWith("package.json: ");
    }
    assertThat(find("", "{'dependencies': 7, 'main': 8}", "index.js"))
        .isEqualTo("javascript index.js");
  }
}
