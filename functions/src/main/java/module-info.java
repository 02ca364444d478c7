import org.jspecify.annotations.NullMarked;

/// Functions: code in any language, each request in a virtual machine of its own. No HTTP.
@NullMarked
module dev.mote.functions {
  requires static transitive org.jspecify;
  requires transitive dev.mote;
  requires dev.mote.json;
  requires dev.mote.trees;
  requires java.management;
  requires jdk.management;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.toml;

  exports dev.mote.functions;
}
