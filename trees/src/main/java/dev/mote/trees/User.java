package dev.mote.trees;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.json.Quote;
import dev.mote.linux.TreeNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Who a program is started as.
///
/// @param groups further ones, ascending; without `gid`
/// @param home `/` if the tree does not say
public record User(int uid, int gid, List<Integer> groups, String home) {
  private static final int LARGEST_FILE = 4 << 20;

  /// Copies the groups.
  public User {
    groups = List.copyOf(groups);
  }

  /// Finds out who is meant, in `/etc/passwd` and `/etc/group` of a tree, as Docker and runc do: a
  /// name must be there, a number need not. Unless a group is named, the user is in all groups that
  /// have it as a member.
  ///
  /// @param text `USER[:GROUP]`, each a name or a number; empty for root
  /// @throws TreeException if a name is not there, or a number is out of range
  /// @throws java.io.UncheckedIOException if the tree cannot be read
  static User find(TreeNode.Directory root, String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String user = name.isEmpty() ? "0" : name;
    String group = colon < 0 ? "" : text.substring(colon + 1);
    Optional<String[]> account = row(lines(root, "etc/passwd"), user, 4);
    int uid = account.map(fields -> id(fields[2])).orElseGet(() -> numberOf(user));
    List<String> groups = lines(root, "etc/group");
    int gid =
        group.isEmpty()
            ? account.map(fields -> id(fields[3])).orElse(0)
            : row(groups, group, 3).map(fields -> id(fields[2])).orElseGet(() -> numberOf(group));
    String home =
        account.filter(f -> f.length > 5 && f[5].startsWith("/")).map(f -> f[5]).orElse("/");
    List<Integer> further =
        group.isEmpty() && account.isPresent()
            ? memberships(groups, account.get()[0], gid)
            : List.of();
    return new User(uid, gid, further, home);
  }

  /// A line whose first field is the name, or else whose third is the number.
  private static Optional<String[]> row(List<String> lines, String key, int fields) {
    return rows(lines, fields)
        .filter(row -> row[0].equals(key))
        .findFirst()
        .or(() -> rows(lines, fields).filter(row -> row[2].equals(key)).findFirst());
  }

  /// Lines with sound numbers; others are passed over, as the C library does.
  private static Stream<String[]> rows(List<String> lines, int fields) {
    return lines.stream()
        .map(line -> line.split(":", -1))
        .filter(row -> row.length >= fields && isId(row[2]) && (fields < 4 || isId(row[3])));
  }

  private static List<Integer> memberships(List<String> groups, String name, int gid) {
    return rows(groups, 3)
        .filter(row -> row.length > 3 && Arrays.asList(row[3].split(",")).contains(name))
        .map(row -> id(row[2]))
        .filter(id -> id != gid)
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean isId(String text) {
    return !text.isEmpty()
        && text.length() <= 10
        && text.chars().allMatch(c -> c >= '0' && c <= '9')
        && Long.parseLong(text) <= Integer.MAX_VALUE;
  }

  private static Integer id(String text) {
    return Integer.valueOf(text);
  }

  private static Integer numberOf(String text) {
    if (!isId(text)) {
      throw new TreeException(
          "the tree",
          "has no user or group " + Quote.quote(text),
          "name one of its /etc/passwd and /etc/group, or a number up to 2147483647");
    }
    return id(text);
  }

  private static List<String> lines(TreeNode.Directory root, String path) {
    try {
      if (new TreeWalk(root, new Budget(Limits.DEFAULT)).find(path) instanceof TreeNode.File file) {
        if (file.size() > LARGEST_FILE) {
          throw new FormatException("has more than %d bytes".formatted(LARGEST_FILE));
        }
        return text(file).lines().toList();
      }
      return List.of();
    } catch (FormatException e) {
      throw e.of("/" + path + " of the tree");
    }
  }

  private static String text(TreeNode.File file) {
    var bytes = new byte[(int) file.size()];
    int read = 0;
    while (read < bytes.length) {
      int count = file.read(read, bytes, read, bytes.length - read);
      if (count == 0) {
        break;
      }
      read += count;
    }
    return new String(bytes, 0, read, UTF_8);
  }
}
