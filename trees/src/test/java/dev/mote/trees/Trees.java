package dev.mote.trees;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Trees as text, and commands of the host, for tests.
final class Trees {
  private Trees() {}

  /// The file of a path, through directories only.
  static TreeNode at(TreeNode.Directory root, String path) {
    TreeNode current = root;
    for (String name : PathName.split(path)) {
      current = current instanceof TreeNode.Directory directory ? directory.child(name) : null;
      if (current == null) {
        throw new AssertionError(path + " is not there");
      }
    }
    return current;
  }

  static String text(TreeNode.Directory root, String path) {
    return new String(bytes((TreeNode.File) at(root, path)), UTF_8);
  }

  static byte[] bytes(TreeNode.File file) {
    var bytes = new byte[(int) file.size()];
    int read = 0;
    while (read < bytes.length) {
      // Odd pieces, so that boundaries are crossed.
      int count = file.read(read, bytes, read, Math.min(bytes.length - read, 77_777));
      if (count == 0) {
        throw new AssertionError("ends early");
      }
      read += count;
    }
    return bytes;
  }

  /// Each path, and what there is.
  static Map<String, String> show(TreeNode.Directory root) {
    var lines = new TreeMap<String, String>();
    show(root, ".", lines);
    return lines;
  }

  private static void show(TreeNode node, String path, Map<String, String> lines) {
    lines.put(path, line(node));
    if (node instanceof TreeNode.Directory directory) {
      for (String name : directory.names()) {
        show(requireNonNull(directory.child(name)), path + "/" + name, lines);
      }
    }
  }

  private static String line(TreeNode node) {
    TreeNode.Meta meta = node.meta();
    String attributes =
        "%o %d:%d %d.%09d"
            .formatted(
                meta.permissions(),
                Integer.toUnsignedLong(meta.uid()),
                Integer.toUnsignedLong(meta.gid()),
                meta.seconds(),
                meta.nanos());
    return switch (node) {
      case TreeNode.Directory _ -> "d " + attributes;
      case TreeNode.File file ->
          "f %s %d %s".formatted(attributes, file.size(), sha256(bytes(file)));
      case TreeNode.Link link -> "l %s %s".formatted(attributes, link.target());
      case TreeNode.Special special ->
          "s %s %o %d".formatted(attributes, special.type(), special.device());
    };
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /// Runs a shell script that must succeed.
  ///
  /// @return its output, one character per byte
  static String shell(Path directory, String script) throws IOException {
    var process =
        new ProcessBuilder("bash", "-euc", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    try {
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError(script + " failed: " + output);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return output;
  }
}
