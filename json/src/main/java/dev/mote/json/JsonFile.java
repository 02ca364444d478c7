package dev.mote.json;

/// Where JSON comes from: it knows its name, and what to do when something is wrong with it.
public interface JsonFile {
  /// @param fault what is wrong, to be read after the name of the file
  /// @return what the reader throws
  RuntimeException fault(String fault);
}
