package dev.mote.trees;

import dev.mote.json.Quote;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// A digest of those that OCI has registered (image-spec 1.1, `descriptor.md`).
///
/// @param algorithm `sha256` or `sha512`
/// @param hex lower-case digits, and so never a path
record BlobDigest(String algorithm, String hex) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SHA512 = Pattern.compile("[0-9a-f]{128}");

  /// @throws IllegalArgumentException if it is none
  static BlobDigest parse(String text) {
    int colon = text.indexOf(':');
    String algorithm = text.substring(0, Math.max(colon, 0));
    String hex = text.substring(colon + 1);
    boolean sound =
        switch (algorithm) {
          case "sha256" -> SHA256.matcher(hex).matches();
          case "sha512" -> SHA512.matcher(hex).matches();
          default -> false;
        };
    if (!sound) {
      throw new IllegalArgumentException(
          Quote.quote(text) + " is not sha256: or sha512: and its lower-case hex digits");
    }
    return new BlobDigest(algorithm, hex);
  }

  static boolean isSha256(String hex) {
    return SHA256.matcher(hex).matches();
  }

  /// Where a layout has the blob.
  String path() {
    return "blobs/" + algorithm + "/" + hex;
  }

  MessageDigest start() {
    try {
      return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256 and SHA-512", e);
    }
  }

  /// @param what has the digest, in a message
  /// @throws FormatException if what was put into a message digest has another one
  void require(MessageDigest found, String what) {
    String foundHex = HexFormat.of().formatHex(found.digest());
    if (!foundHex.equals(hex)) {
      throw new FormatException(
          "is damaged: the digest of %s is %s:%s and not %s"
              .formatted(what, algorithm, foundHex, this),
          "get it again");
    }
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
