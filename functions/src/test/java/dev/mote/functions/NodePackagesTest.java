package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.FileTree;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What npm puts into a function's archive, with packages of this machine.
class NodePackagesTest {
  @TempDir Path root;

  private final List<String> progress = new ArrayList<>();

  private void write(String file, String text) throws Exception {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text.replace('\'', '"').replace("ROOT", root.toString()));
  }

  private FunctionFolder folder() {
    return new FunctionFolder(root.resolve("f"));
  }

  private Bundle archived() throws Exception {
    var archive = new ByteArrayOutputStream();
    folder().archive(archive);
    Path file = Files.write(root.resolve("f.tar"), archive.toByteArray());
    return Bundle.open(file, FunctionSettings.DEFAULT);
  }

  @Test
  void packagesAreInstalledApartAndTheirScriptsNotRun() throws Exception {
    write(
        "p/package.json",
        "{'name': 'p', 'version': '1.0.0', 'scripts': {'install': 'touch ROOT/ran', 'prepare': 'touch ROOT/ran'}}");
    write("p/index.js", "module.exports = 1;");
    write("d/package.json", "{'name': 'd', 'version': '1.0.0'}");
    write(
        "f/package.json",
        "{'dependencies': {'p': 'file:ROOT/p'}, 'devDependencies': {'d': 'file:ROOT/d'}}");
    write("f/index.js", "require('p');");
    write("f/node_modules/own/index.js", "");
    folder().build(progress::add);
    folder().build(progress::add);
    assertThat(progress).containsExactly("installing what package.json names");
    assertThat(root.resolve("ran")).doesNotExist();
    assertThat(root.resolve("f/node_modules/p")).doesNotExist();
    try (Bundle bundle = archived()) {
      FileTree tree = bundle.tree();
      assertThat(bundle.files()).isEqualTo(new FunctionFiles(Language.NODE, "index.js"));
      assertThat(new String(tree.read("node_modules/p/index.js", 100), UTF_8)).contains("exports");
      assertThat(tree.list("node_modules")).contains("p").doesNotContain("d", "own");
      assertThat(tree.list("")).contains("index.js", "package.json");
    }

    write("f/package.json", "{'dependencies': {'p': 'file:ROOT/p', 'd': 'file:ROOT/d'}}");
    folder().build(progress::add);
    assertThat(progress).hasSize(2);
    try (Bundle bundle = archived()) {
      assertThat(bundle.tree().list("node_modules")).contains("p", "d");
    }
  }

  @Test
  void whereAnotherToolHasALockItsPackagesAreTaken() throws Exception {
    write("f/package.json", "{'dependencies': {'own': '1.0.0'}}");
    write("f/pnpm-lock.yaml", "");
    write("f/index.js", "");
    write("f/node_modules/own/index.js", "");
    folder().build(progress::add);
    assertThat(progress).isEmpty();
    try (Bundle bundle = archived()) {
      assertThat(bundle.tree().list("node_modules")).containsExactly("own");
    }
  }

  @Test
  void whatNpmSaysIsSaid() throws Exception {
    write("f/package.json", "{'dependencies': {'p': 'file:ROOT/none'}}");
    write("f/index.js", "");
    for (int i = 0; i < 2; i++) { // the second time too: it is not taken for installed
      assertThatThrownBy(() -> folder().build(progress::add))
          .isInstanceOf(FunctionException.class)
          .hasMessageStartingWith("npm install")
          .hasMessageContaining("none");
    }
  }
}
