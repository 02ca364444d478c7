package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/// As many descriptors as there may be: what one call takes does not grow with their number.
class ManyDescriptorsTest {
  private static final int MANY = FileLimits.MOST_OPEN_FILES;
  private static final int EVENT = 284; // eventfd
  private static final int DUP = 32;
  private static final int CLOSE = 3;
  private static final int EPOLL_CREATE = 291;
  private static final int EPOLL_CTL = 233;

  /// A call that looks at all of them takes a thousand times as long; a garbage collection in
  /// between does not come every time.
  private static final int FAR_MORE = 30;

  private static FileGuest guest(int openFiles) {
    return new FileGuest(
        new FileLimits(1 << 20, 1000, openFiles, 1 << 20, 1), StandardStreams.none());
  }

  /// Does something many times.
  ///
  /// @return how much longer the last took than the first, the fastest batches compared
  private static double growth(int times, IntConsumer call) {
    int batch = times / 64;
    List<Long> took = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < batch; j++) {
        call.accept(i * batch + j);
      }
      took.add(System.nanoTime() - start);
    }
    return (double) Collections.min(took.subList(48, 64)) / Collections.min(took.subList(0, 16));
  }

  @Test
  void aMillionAreOpenedAndClosedInAnyOrder() {
    try (FileGuest guest = guest(MANY)) {
      guest.files.descriptors.limit(MANY);
      int first = (int) guest.call(EVENT, 0);
      int left = MANY - 1 - first;
      assertThat(growth(left, _ -> assertThat(guest.call(DUP, first)).isPositive()))
          .isLessThan(FAR_MORE);
      while (guest.call(DUP, first) >= 0) {}
      assertThat(guest.call(DUP, first)).isEqualTo(-Errno.EMFILE.value);
      List<Integer> order = new ArrayList<>();
      for (int fd = first + 1; fd < MANY; fd++) {
        order.add(fd);
      }
      Collections.shuffle(order, new Random(1));
      assertThat(growth(order.size(), i -> assertThat(guest.call(CLOSE, order.get(i))).isZero()))
          .isLessThan(FAR_MORE);
      assertThat(guest.call(DUP, first)).isEqualTo(first + 1);
    }
  }

  @Test
  void whoeverClosesTheLastAndOpensAgainIsNotSlower() {
    try (FileGuest guest = guest(MANY)) {
      guest.files.descriptors.limit(MANY);
      int first = (int) guest.call(EVENT, 0);
      for (int fd = first + 1; fd < MANY; fd++) {
        guest.call(DUP, first);
      }
      int last = MANY - 1;
      long start = System.nanoTime();
      for (int i = 0; i < 100_000; i++) {
        assertThat(guest.call(CLOSE, last)).isZero();
        assertThat(guest.call(DUP, first)).isEqualTo(last);
      }
      // At some 20 us each, which is what a look at a million bits takes, it were two seconds more.
      assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    }
  }

  @Test
  void everyFileOfAGuestIsWatched() {
    int most = WatchQuotas.MOST_EPOLL;
    try (FileGuest guest = guest(MANY)) {
      guest.files.descriptors.limit(MANY);
      int set = (int) guest.call(EPOLL_CREATE, 0);
      int[] fds = new int[most];
      for (int i = 0; i < most; i++) {
        fds[i] = (int) guest.call(EVENT, 0);
      }
      long event = guest.bytes(new byte[12]);
      guest.memory.setInt(event, OpenFile.POLLIN);
      assertThat(
              growth(most, i -> assertThat(guest.call(EPOLL_CTL, set, 1, fds[i], event)).isZero()))
          .isLessThan(FAR_MORE);
      int more = (int) guest.call(EVENT, 0);
      assertThat(guest.call(EPOLL_CTL, set, 1, more, event)).isEqualTo(-Errno.ENOSPC.value);
      long one = guest.bytes(new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
      long room = guest.bytes(new byte[12]);
      long value = guest.bytes(new byte[8]);
      assertThat(
              growth(
                  6400,
                  i -> {
                    int fd = fds[(int) (i * 7919L % most)];
                    assertThat(guest.call(1, fd, one, 8)).isEqualTo(8);
                    assertThat(guest.call(232, set, room, 1, 0)).isEqualTo(1);
                    assertThat(guest.call(0, fd, value, 8)).isEqualTo(8);
                  }))
          .isLessThan(FAR_MORE);
      assertThat(growth(most, i -> assertThat(guest.call(CLOSE, fds[i])).isZero()))
          .isLessThan(FAR_MORE);
    }
  }
}
