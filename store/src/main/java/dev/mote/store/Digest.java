package dev.mote.store;

import dev.mote.json.Quote;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The SHA-256 of a blob. Of the digests that OCI has, this is the only one that is accepted.
///
/// @param hex 64 lower-case hexadecimal digits, and so never a path
public record Digest(String hex) {
  private static final String ALGORITHM = "sha256:";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  /// @throws IllegalArgumentException if it is anything but 64 digits
  public Digest {
    if (!isHex(hex)) {
      throw new IllegalArgumentException(Quote.quote(hex) + " is not 64 lower-case hex digits");
    }
  }

  static boolean isHex(String text) {
    return HEX.matcher(text).matches();
  }

  static boolean isDigest(String text) {
    return text.startsWith(ALGORITHM) && isHex(text.substring(ALGORITHM.length()));
  }

  /// @param text such as [#toString] gives
  /// @throws IllegalArgumentException if it is not `sha256:` and 64 lower-case hexadecimal digits
  public static Digest parse(String text) {
    if (!isDigest(text)) {
      throw new IllegalArgumentException(
          Quote.quote(text) + " is not sha256: and 64 lower-case hex digits");
    }
    return new Digest(text.substring(ALGORITHM.length()));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// Of what was put into a message digest, which then is as new.
  static Digest of(MessageDigest sha256) {
    return new Digest(HexFormat.of().formatHex(sha256.digest()));
  }

  @Override
  public String toString() {
    return ALGORITHM + hex;
  }
}
