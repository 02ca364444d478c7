package dev.mote.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/// What this process has of the host, to see whether guests leave something behind.
///
/// @param descriptors how many are open
/// @param threads of the JVM, and the native ones
/// @param mappings how many ranges of addresses
/// @param residentKibibytes memory in use outside of the Java heap, which keeps what it has once
///   had
/// @param heapKibibytes what is alive in the Java heap
record HostState(
    int descriptors, int threads, int mappings, long residentKibibytes, long heapKibibytes) {
  private static final Pattern RANGE = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");
  private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]+)");

  static HostState now() {
    collect();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10;
    try {
      return new HostState(
          count("/proc/self/fd"),
          count("/proc/self/task"),
          Files.readAllLines(Path.of("/proc/self/maps")).size(),
          resident(),
          heap);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Collections end what the tests themselves left: twice, for what references keep once.
  private static void collect() {
    for (int i = 0; i < 2; i++) {
      System.gc();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static int count(String directory) throws IOException {
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(directory))) {
      for (Path _ : entries) {
        count++;
      }
    }
    return count;
  }

  /// The resident memory of all mappings but those of the Java heap.
  private static long resident() throws IOException {
    List<Long> heap = heapBounds();
    long low = heap.getFirst();
    long high = heap.getLast();
    long sum = 0;
    boolean counts = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      Matcher range = RANGE.matcher(line);
      if (range.lookingAt()) {
        long start = Long.parseUnsignedLong(range.group(1), 16);
        counts = start < low || start >= high;
      } else if (counts && line.startsWith("Rss:")) {
        sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return sum;
  }

  /// Every address that the JVM tells of its heap, in order: the first and the last bound it.
  private static List<Long> heapBounds() {
    try {
      var command = new ObjectName("com.sun.management:type=DiagnosticCommand");
      String info =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      command,
                      "gcHeapInfo",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()});
      return ADDRESS
          .matcher(info)
          .results()
          .map(found -> Long.parseUnsignedLong(found.group(1), 16))
          .filter(address -> address != 0)
          .sorted()
          .toList();
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }
}
