package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class StandardStreamsTest {
  private static final FileLimits LIMITS = new FileLimits(1 << 20, 100, 64, 1 << 20, 10);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private FileGuest guest(InputStream in, StreamKind inKind, StreamKind outKind) {
    return new FileGuest(LIMITS, streams(in, inKind, outKind));
  }

  private StandardStreams streams(InputStream in, StreamKind inKind, StreamKind outKind) {
    return new StandardStreams(
        new StandardStreams.Input(in, inKind),
        new StandardStreams.Output(out, outKind),
        new StandardStreams.Output(err, outKind));
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private FileGuest guest(InputStream in) {
    return guest(in, StreamKind.PIPE, StreamKind.PIPE);
  }

  /// Reads, waiting on the guest's events as its run loop does.
  private static String readWaiting(FileGuest guest, int length) throws InterruptedException {
    while (true) {
      long seen = guest.guest.process().events().seen();
      String result = guest.read(0, length);
      if (!result.equals("blocked")) {
        return result;
      }
      guest.guest.process().events().await(seen, Long.MAX_VALUE);
    }
  }

  @Test
  void aStreamThatThrowsWhateverItIsGivesAnError() throws Exception {
    var broken =
        new InputStream() {
          @Override
          public int read() {
            throw new IllegalStateException("broken");
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return read();
          }
        };
    try (FileGuest guest = guest(broken)) {
      assertThat(readWaiting(guest, 10)).isEqualTo("errno 5");
    }
  }

  @Test
  void outputGoesToItsStream() {
    try (FileGuest guest = guest(InputStream.nullInputStream())) {
      guest.write(1, "out");
      guest.write(2, "err");
      assertThat(out).hasToString("out");
      assertThat(err).hasToString("err");
    }
  }

  @Test
  void otherStreamsOfTheSameKindTakeTheirPlace() {
    try (FileGuest guest = guest(bytes("first"))) {
      assertThat(guest.read(0, 2)).isEqualTo("fi");
      assertThat(guest.write(1, "1234567890")).isEqualTo(10);
      long copy = guest.call(32, 0); // dup
      FileGuest.Stat before = guest.fstat(0);
      out.reset();
      assertThat(guest.replace(streams(bytes("second"), StreamKind.PIPE, StreamKind.PIPE)))
          .isTrue();
      assertThat(guest.read(copy, 3)).isEqualTo("sec");
      assertThat(guest.read(0, 100)).isEqualTo("ond");
      assertThat(guest.write(1, "0987654321")).isEqualTo(10);
      assertThat(out).hasToString("0987654321");
      assertThat(guest.fstat(0)).isEqualTo(before);
    }
  }

  @Test
  void whatAGuestCouldTellApartDoesNotTakeTheirPlace() throws Exception {
    try (FileGuest guest = guest(new PipedInputStream(new PipedOutputStream()))) {
      for (StreamKind kind : new StreamKind[] {StreamKind.FILE, StreamKind.NULL}) {
        assertThat(guest.replace(streams(bytes(""), kind, StreamKind.PIPE))).isFalse();
        assertThat(guest.replace(streams(bytes(""), StreamKind.PIPE, kind))).isFalse();
      }
      assertThat(guest.read(0, 1)).isEqualTo("blocked"); // and now somebody waits there
      assertThat(guest.replace(streams(bytes(""), StreamKind.PIPE, StreamKind.PIPE))).isFalse();
    }
    try (FileGuest guest = guest(bytes(""), StreamKind.TERMINAL, StreamKind.TERMINAL)) {
      assertThat(guest.replace(streams(bytes(""), StreamKind.TERMINAL, StreamKind.TERMINAL)))
          .isFalse(); // its settings may have been changed
    }
  }

  @Test
  void outputEndsAtItsLimitWithWhatFits() {
    try (FileGuest guest = guest(InputStream.nullInputStream())) {
      assertThat(guest.write(1, "123456")).isEqualTo(6);
      assertThatThrownBy(() -> guest.write(1, "789012"))
          .isInstanceOfSatisfying(
              StreamLimitException.class,
              e -> {
                assertThat(e.stream()).isEqualTo("standard output");
                assertThat(e.limit()).isEqualTo(10);
              });
      assertThat(out).hasToString("1234567890");
      assertThat(guest.write(2, "1234567890")).isEqualTo(10);
    }
  }

  @Test
  void aBrokenPipeOfTheHostIsOneInTheGuest() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    try (FileGuest guest =
        new FileGuest(
            LIMITS,
            new StandardStreams(
                StandardStreams.none().input(),
                new StandardStreams.Output(broken, StreamKind.PIPE),
                StandardStreams.none().error()))) {
      assertThat(guest.write(1, "x")).isEqualTo(-32);
      assertThat(guest.guest.process().task().pendingSignals()).isEqualTo(1L << 12);
    }
  }

  @Test
  void bytesOfAPipeWakeABlockedRead() throws Exception {
    PipedInputStream in = new PipedInputStream();
    PipedOutputStream feed = new PipedOutputStream(in);
    try (FileGuest guest = guest(in)) {
      assertThat(guest.read(0, 100)).isEqualTo("blocked");
      long seen = guest.guest.process().events().seen();
      feed.write("line\n".getBytes(StandardCharsets.US_ASCII));
      feed.flush();
      guest.guest.process().events().await(seen, Long.MAX_VALUE);
      assertThat(guest.read(0, 100)).isEqualTo("line\n");
      feed.close();
      assertThat(readWaiting(guest, 100)).isEmpty();
    }
  }

  @Test
  void nothingIsReadBeforeTheGuestAsksAndNoMoreThanItAsksFor() throws Exception {
    CountingStream in = new CountingStream();
    try (FileGuest guest = guest(in)) {
      assertThat(in.taken.get()).isZero();
      assertThat(readWaiting(guest, 3)).isEqualTo("xxx");
      assertThat(in.taken.get()).isEqualTo(3);
    }
  }

  /// Endless, and says that nothing is available, as a pipe may.
  private static final class CountingStream extends InputStream {
    private final AtomicInteger taken = new AtomicInteger();

    @Override
    public int read() {
      taken.incrementAndGet();
      return 'x';
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      Arrays.fill(target, offset, offset + length, (byte) read());
      taken.addAndGet(length - 1);
      return length;
    }
  }

  @Test
  void pollingCostsAtMostOneByteAhead() throws Exception {
    CountingStream in = new CountingStream();
    try (FileGuest guest = guest(in)) {
      long seen = guest.guest.process().events().seen();
      assertThat(poll(guest, -1)).isEqualTo(Task.BLOCKED);
      guest.guest.process().events().await(seen, Long.MAX_VALUE);
      assertThat(poll(guest, -1)).isOne();
      assertThat(in.taken.get()).isOne();
    }
  }

  private static long poll(FileGuest guest, int timeout) {
    byte[] entry = {0, 0, 0, 0, 1, 0, 0, 0};
    return guest.call(7, guest.bytes(entry), 1, timeout);
  }

  @Test
  void aStreamThatNeverGivesAnythingDoesNotHoldUpTheEnd() {
    CountDownLatch never = new CountDownLatch(1);
    InputStream stuck =
        new InputStream() {
          @Override
          public int read() {
            while (never.getCount() > 0) {
              try {
                never.await();
              } catch (InterruptedException e) {
                // As a read of the host that cannot be interrupted.
              }
            }
            return -1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return read();
          }
        };
    FileGuest guest = guest(stuck);
    assertThat(guest.read(0, 1)).isEqualTo("blocked");
    guest.close();
    never.countDown();
  }

  @Test
  void pollTimesOut() {
    CountDownLatch never = new CountDownLatch(1);
    try (FileGuest guest = guest(new PipedInputStream())) {
      assertThat(poll(guest, 0)).isZero();
      assertThat(guest.call(7, 0, 0, 0)).isZero();
      assertThat(guest.call(7, 0, 65, 0)).isEqualTo(-22);
      assertThat(never.getCount()).isOne();
    }
  }

  @Test
  void kindsDecideWhatProgramsSee() {
    try (FileGuest guest =
        guest(new ByteArrayInputStream(new byte[0]), StreamKind.PIPE, StreamKind.TERMINAL)) {
      assertThat(guest.fstat(0).mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFIFO);
      assertThat(guest.fstat(1).mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFCHR);
      assertThat(guest.call(16, 0, 0x5401, guest.room(64))).isEqualTo(-25);
      assertThat(guest.call(16, 1, 0x5401, guest.room(64))).isZero();
      long window = guest.room(8);
      assertThat(guest.call(16, 1, 0x5413, window)).isZero();
      assertThat(guest.memory.getShort(window)).isEqualTo((short) 24);
      assertThat(guest.readlink("/proc/self/fd/1")).isEqualTo("/dev/pts/0");
      assertThat(guest.stat("/dev/pts/0").inode()).isEqualTo(guest.fstat(1).inode());
      assertThat(guest.open("/dev/tty", OpenFlags.O_RDWR, 0)).isPositive();
      assertThat(guest.seek(0, 0, 1)).isEqualTo(-29);
    }
  }

  @Test
  void withoutATerminalThereIsNoTty() {
    try (FileGuest guest = new FileGuest()) {
      assertThat(guest.open("/dev/tty", OpenFlags.O_RDWR, 0)).isEqualTo(-6);
      assertThat(guest.fstat(0).mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFCHR);
      assertThat(guest.call(16, 0, 0x5401, guest.room(64))).isEqualTo(-25);
      assertThat(guest.call(16, 99, 0x5401, 0)).isEqualTo(-9);
    }
  }

  @Test
  void attributesOfATerminalAreKept() {
    try (FileGuest guest =
        guest(InputStream.nullInputStream(), StreamKind.TERMINAL, StreamKind.TERMINAL)) {
      byte[] raw = new byte[36];
      raw[5] = 42;
      assertThat(guest.call(16, 0, 0x5402, guest.bytes(raw))).isZero();
      long got = guest.room(36);
      assertThat(guest.call(16, 2, 0x5401, got)).isZero();
      assertThat(guest.get(got, 36)).isEqualTo(raw);
      long group = guest.room(4);
      assertThat(guest.call(16, 0, 0x540f, group)).isZero();
      assertThat(guest.memory.getInt(group)).isEqualTo(guest.guest.process().processId());
    }
  }

  @Test
  void aFileAsInputSeeks(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("in"), "0123456789");
    try (FileInputStream in = new FileInputStream(file.toFile());
        FileGuest guest = guest(in, StreamKind.FILE, StreamKind.PIPE)) {
      assertThat(guest.read(0, 4)).isEqualTo("0123");
      assertThat(guest.seek(0, -2, 1)).isEqualTo(2);
      assertThat(guest.read(0, 100)).isEqualTo("23456789");
      assertThat(guest.fstat(0).size()).isEqualTo(10);
      assertThat(guest.read(0, 100)).isEmpty();
    }
  }
}
