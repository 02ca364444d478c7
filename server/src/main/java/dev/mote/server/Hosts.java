package dev.mote.server;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// By which names a server may be asked.
///
/// A page of another site can make its own name lead to an address of this machine ("DNS
/// rebinding"); the browser then lets it read what is answered. So a server that only this machine
/// reaches answers only to names of this machine.
///
/// A function has a name of its own, `NAME.DOMAIN`: in a browser that is an origin of its own,
/// apart from the server's and the other functions'.
///
/// @param isLocal whether only this machine reaches the server
/// @param allowed more names, in lower case; if there are any, or it is local, there are no others
/// @param domain under which functions have their names, in lower case
public record Hosts(boolean isLocal, List<String> allowed, String domain) {
  /// To which every browser on this machine leads.
  public static final String USUAL_DOMAIN = "localhost";

  private static final Pattern LOOPBACK =
      Pattern.compile("(.+\\.)?localhost|127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}|\\[::1]");

  private static final Pattern PORT = Pattern.compile(":[0-9]*$");

  public Hosts {
    allowed = allowed.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    domain = domain.toLowerCase(Locale.ROOT);
  }

  /// @param host as the client names it, with or without a port; empty if it does not, which no
  ///   browser does
  boolean allows(String host) {
    String name = name(host);
    return (!isLocal && allowed.isEmpty())
        || name.isEmpty()
        || LOOPBACK.matcher(name).matches()
        || allowed.contains(name)
        || function(host) != null;
  }

  /// The function that has that name; null if it is the server's own.
  @Nullable String function(String host) {
    String name = name(host);
    int length = name.length() - domain.length() - 1;
    if (length <= 0 || name.charAt(length) != '.' || !name.endsWith(domain)) {
      return null;
    }
    String label = name.substring(0, length);
    return label.indexOf('.') < 0 ? label : null;
  }

  private static String name(String host) {
    String name = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }
}
