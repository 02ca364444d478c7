package dev.mote;

import dev.mote.values.Decoder;
import dev.mote.values.Encoder;
import dev.mote.values.MessageReader;
import dev.mote.values.Signature;
import dev.mote.values.Type;
import dev.mote.values.ValueException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The functions that a guest has announced. All of it comes from the guest.
final class GuestFunctions {
  /// More than any guest needs.
  private static final int MOST = 65_536;

  /// In an error.
  private static final int MOST_NAMED = 64;

  private static final int VERSION = 1;

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,254}");
  private static final Encoder ANYTHING = Encoder.of(Type.Plain.ANY);

  /// One of them. What reads and writes its values is made when it is first needed, by the one
  /// thread that calls the guest at that moment.
  static final class Function {
    private final String name;
    private final int index;
    private final @Nullable Signature signature;
    private final Encoder[] encoders;
    private final Map<java.lang.reflect.Type, Decoder> decoders = new ConcurrentHashMap<>();

    private Function(String name, int index, @Nullable Signature signature) {
      this.name = name;
      this.index = index;
      this.signature = signature;
      encoders = new Encoder[signature == null ? 0 : signature.parameters().size()];
    }

    String name() {
      return name;
    }

    /// Its place in the announcement; -1 for a name that only the fallback serves.
    int index() {
      return index;
    }

    /// Null for a name that only the fallback serves.
    @Nullable Signature signature() {
      return signature;
    }

    /// @throws CallRefusedException if it takes another number
    void requireCount(int arguments) {
      if (signature != null && arguments != encoders.length) {
        throw new CallRefusedException(
            new Refusal(
                Refusal.Reason.ARGUMENT_COUNT,
                name,
                "it takes %d arguments, not %d: %s"
                    .formatted(encoders.length, arguments, signature)));
      }
    }

    String parameterName(int i) {
      return signature == null ? "%d".formatted(i + 1) : signature.parameters().get(i).name();
    }

    /// Writes any Java value that fits the parameter.
    Encoder encoder(int i) {
      if (signature == null) {
        return ANYTHING;
      }
      if (encoders[i] == null) {
        encoders[i] = Encoder.of(signature.parameters().get(i).type());
      }
      return encoders[i];
    }

    Type parameterType(int i) {
      return signature == null ? Type.Plain.ANY : signature.parameters().get(i).type();
    }

    Type resultType() {
      return signature == null ? Type.Plain.ANY : signature.result();
    }

    /// Reads the result as a Java type.
    ///
    /// @throws ValueException if no value of the result's type fits it
    Decoder decoder(java.lang.reflect.Type as) {
      return decoders.computeIfAbsent(as, type -> Decoder.of(resultType(), type));
    }

    Decoder anyResult() {
      return decoder(Object.class);
    }

    @Override
    public String toString() {
      return name + (signature == null ? "" : signature);
    }
  }

  private final Map<String, Function> byName;
  private final boolean fallback;

  private GuestFunctions(Map<String, Function> byName, boolean fallback) {
    this.byName = byName;
    this.fallback = fallback;
  }

  /// Reads an announcement, behind its kind.
  ///
  /// @throws ValueException if it is malformed
  /// @throws IllegalArgumentException if it does not say what it must
  static GuestFunctions read(MessageReader in) {
    Map<String, Function> functions = null;
    boolean fallback = false;
    boolean versioned = false;
    int keys = in.mapLength();
    for (int i = 0; i < keys; i++) {
      switch (in.text()) {
        case "version" -> {
          requireVersion(in.integer());
          versioned = true;
        }
        case "functions" -> functions = readFunctions(in);
        case "fallback" -> fallback = in.bool();
        default -> in.skip();
      }
    }
    if (functions == null || !versioned) {
      throw new IllegalArgumentException("the announcement lacks its functions or its version");
    }
    return new GuestFunctions(functions, fallback);
  }

  private static void requireVersion(long version) {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "the guest speaks version " + version + " of the protocol, and this host version 1");
    }
  }

  private static Map<String, Function> readFunctions(MessageReader in) {
    int count = in.mapLength();
    if (count > MOST) {
      throw new IllegalArgumentException(count + " functions are more than " + MOST);
    }
    var functions = HashMap.<String, Function>newHashMap(count);
    for (int i = 0; i < count; i++) {
      String name = in.text();
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "a function's name is letters, digits, '_', '-' and '.', 255 at most");
      }
      Signature signature = Signature.parse(in.text());
      if (functions.put(name, new Function(name, i, signature)) != null) {
        throw new IllegalArgumentException("function " + name + " is announced twice");
      }
    }
    return functions;
  }

  /// @return null if the guest does not take calls of this name
  @Nullable Function find(String name) {
    Function announced = byName.get(name);
    return announced != null || !fallback ? announced : new Function(name, -1, null);
  }

  /// For people.
  String names() {
    String some =
        byName.keySet().stream().sorted().limit(MOST_NAMED).collect(Collectors.joining(", "));
    int more = byName.size() - MOST_NAMED;
    return byName.isEmpty() ? "none" : more > 0 ? some + " and " + more + " others" : some;
  }

  /// In the order of the announcement.
  List<GuestFunction> list() {
    var list = new ArrayList<>(byName.values());
    list.sort((a, b) -> Integer.compare(a.index(), b.index()));
    return list.stream()
        .map(f -> new GuestFunction(f.name(), String.valueOf(f.signature())))
        .toList();
  }
}
