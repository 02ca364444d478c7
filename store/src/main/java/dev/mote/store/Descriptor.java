package dev.mote.store;

import dev.mote.json.JsonObject;
import dev.mote.json.Quote;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// What a manifest or an index says of a blob (image-spec 1.1, `descriptor.md`).
///
/// @param size of the content, in bytes
public record Descriptor(String mediaType, Digest digest, long size) {
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}";

  /// RFC 6838, section 4.2.
  private static final Pattern MEDIA_TYPE = Pattern.compile(NAME + "/" + NAME);

  /// @throws IllegalArgumentException if the media type is none or the size is negative
  public Descriptor {
    requireMediaType(mediaType);
    if (size < 0) {
      throw new IllegalArgumentException(size + " is negative");
    }
  }

  static String requireMediaType(String text) {
    if (!MEDIA_TYPE.matcher(text).matches()) {
      throw new IllegalArgumentException(Quote.quote(text) + " is not a media type");
    }
    return text;
  }

  static Descriptor read(JsonObject json) {
    return new Descriptor(
        json.parsed("mediaType", Descriptor::requireMediaType),
        json.parsed("digest", Digest::parse),
        json.size("size"));
  }

  Map<String, Object> json() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("mediaType", mediaType);
    fields.put("digest", digest.toString());
    fields.put("size", size);
    return fields;
  }
}
