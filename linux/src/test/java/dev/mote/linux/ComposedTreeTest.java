package dev.mote.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComposedTreeTest {
  private static TreeNode.Directory files(String... paths) {
    var files = new LinkedHashMap<String, byte[]>();
    for (String path : paths) {
      files.put(path, path.getBytes(UTF_8));
    }
    return FixedTree.of(files);
  }

  private static @Nullable TreeNode at(TreeNode.Directory tree, String... names) {
    @Nullable TreeNode node = tree;
    for (String name : names) {
      node = node instanceof TreeNode.Directory directory ? directory.child(name) : null;
    }
    return node;
  }

  @Test
  void eachPartIsAtItsPlaceAndTheDeeperOneIsSeen() {
    var parts = new LinkedHashMap<String, TreeNode.Directory>();
    parts.put("/usr/lib/python", files("os.py"));
    parts.put("/usr/lib", files("libc.so", "python/hidden.py", "perl/x.pm"));
    parts.put("/", files("etc/hosts", "usr/lib/hidden", "usr/bin/ls"));
    TreeNode.Directory tree = ComposedTree.of(parts);
    assertThat(tree.names()).containsExactly("etc", "usr");
    assertThat(at(tree, "etc", "hosts")).isInstanceOf(TreeNode.File.class);
    assertThat(at(tree, "usr", "bin", "ls")).isNotNull();
    assertThat(at(tree, "usr", "lib"))
        .isInstanceOfSatisfying(
            TreeNode.Directory.class,
            lib -> assertThat(lib.names()).containsExactly("libc.so", "perl", "python"));
    assertThat(at(tree, "usr", "lib", "python", "os.py")).isNotNull();
    assertThat(at(tree, "usr", "lib", "python", "hidden.py")).isNull();
    assertThat(at(tree, "usr", "lib", "perl", "x.pm")).isNotNull();
    // One file is one node, by which guests know it again.
    assertThat(at(tree, "usr", "lib")).isSameAs(at(tree, "usr", "lib"));
    assertThat(at(tree, "usr")).isSameAs(tree.known("usr"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "usr", "/usr/", "//usr", "/a/../b", "/./a", "/a\0b"})
  void placesThatAreNoneAreRefused(String path) {
    assertThatThrownBy(() -> ComposedTree.of(Map.of(path, files("x"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFileIsNoFolder() {
    assertThatThrownBy(() -> files("a", "a/b")).hasMessageContaining("lies in a file");
    assertThatThrownBy(() -> files("a/b", "a")).hasMessageContaining("there already");
  }
}
