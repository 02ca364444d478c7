package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EpollTest {
  private static final int ADD = 1;
  private static final int DEL = 2;
  private static final int MOD = 3;
  private static final int IN = 1;
  private static final int OUT = 4;
  private static final int HUP = 0x10;
  private static final int ONESHOT = 1 << 30;
  private static final int ET = 1 << 31;
  private static final int EXCLUSIVE = 1 << 28;

  private final FileGuest guest = new FileGuest();
  private final int epoll = create();

  @AfterEach
  void close() {
    guest.close();
  }

  private int create() {
    return (int) guest.call(291, 0);
  }

  private int event(int initial) {
    return (int) guest.call(290, initial, OpenFlags.O_NONBLOCK);
  }

  private void add(int fd, long value) {
    long number =
        guest.bytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    assertThat(guest.call(1, fd, number, 8)).isEqualTo(8);
  }

  private long control(int set, int operation, int fd, int events, long data) {
    byte[] event =
        ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(events).putLong(data).array();
    return guest.call(233, set, operation, fd, guest.bytes(event));
  }

  /// What a wait without time tells: "data:events", in order.
  private List<String> ready(int set, int most) {
    long array = guest.room(12 * most);
    long count = guest.call(232, set, array, most, 0);
    assertThat(count).isNotNegative();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int events = guest.memory.getInt(array + 12L * i);
      found.add(guest.memory.getLong(array + 12L * i + 4) + ":" + events);
    }
    return found;
  }

  private List<String> ready() {
    return ready(epoll, 10);
  }

  @Test
  void byLevelIsToldAsLongAsItLasts() {
    int fd = event(0);
    assertThat(control(epoll, ADD, fd, IN, 7)).isZero();
    assertThat(ready()).isEmpty();
    add(fd, 1);
    assertThat(ready()).containsExactly("7:1");
    assertThat(ready()).containsExactly("7:1");
    guest.read(fd, 8);
    assertThat(ready()).isEmpty();
  }

  @Test
  void byEdgeIsToldOncePerArrivalAlsoWhenNothingWasRead() {
    int fd = event(1);
    control(epoll, ADD, fd, IN | ET, 7);
    assertThat(ready()).containsExactly("7:1");
    assertThat(ready()).isEmpty();
    add(fd, 1);
    assertThat(ready()).containsExactly("7:1");
    assertThat(ready()).isEmpty();
    control(epoll, MOD, fd, IN | ET, 8);
    assertThat(ready()).containsExactly("8:1");
  }

  @Test
  void oneShotIsSilentUntilItIsChanged() {
    int fd = event(1);
    control(epoll, ADD, fd, IN | ONESHOT, 7);
    assertThat(ready()).containsExactly("7:1");
    add(fd, 1);
    assertThat(ready()).isEmpty();
    control(epoll, MOD, fd, IN | ONESHOT, 7);
    assertThat(ready()).containsExactly("7:1");
  }

  @Test
  void everyFileGetsItsTurn() {
    for (int i = 0; i < 5; i++) {
      control(epoll, ADD, event(1), IN, i);
    }
    assertThat(ready(epoll, 2)).containsExactly("0:1", "1:1");
    assertThat(ready(epoll, 2)).containsExactly("2:1", "3:1");
    assertThat(ready(epoll, 2)).containsExactly("4:1", "0:1");
  }

  @Test
  void whatIsWrongHasItsError() {
    int fd = event(0);
    assertThat(control(epoll, MOD, fd, IN, 0)).isEqualTo(-Errno.ENOENT.value);
    assertThat(control(epoll, DEL, fd, IN, 0)).isEqualTo(-Errno.ENOENT.value);
    assertThat(control(epoll, ADD, fd, IN, 0)).isZero();
    assertThat(control(epoll, ADD, fd, IN, 0)).isEqualTo(-Errno.EEXIST.value);
    assertThat(control(epoll, 9, fd, IN, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(control(epoll, ADD, epoll, IN, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(control(fd, ADD, epoll, IN, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(control(epoll, ADD, 99, IN, 0)).isEqualTo(-Errno.EBADF.value);
    assertThat(control(99, ADD, fd, IN, 0)).isEqualTo(-Errno.EBADF.value);
    int file = guest.opened("/etc/passwd", OpenFlags.O_RDONLY);
    assertThat(control(epoll, ADD, file, IN, 0)).isEqualTo(-Errno.EPERM.value);
    assertThat(guest.call(233, epoll, ADD, fd, FileGuest.UNMAPPED)).isEqualTo(-Errno.EFAULT.value);
    assertThat(guest.call(233, epoll, DEL, fd, FileGuest.UNMAPPED)).isZero();
    long room = guest.room(12);
    assertThat(guest.call(232, epoll, room, 0, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(guest.call(232, epoll, room, 1 << 30, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(guest.call(232, fd, room, 1, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(guest.call(291, 1)).isEqualTo(-Errno.EINVAL.value);
    assertThat(guest.call(213, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(control(epoll, MOD, fd, IN | EXCLUSIVE, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(control(epoll, ADD, fd, IN | EXCLUSIVE | ONESHOT, 0)).isEqualTo(-Errno.EINVAL.value);
    assertThat(control(epoll, ADD, fd, IN | EXCLUSIVE, 5)).isZero();
  }

  @Test
  void anEventThatCannotBeStoredIsNotLost() {
    control(epoll, ADD, event(1), IN | ET, 7);
    assertThat(guest.call(232, epoll, FileGuest.READ_ONLY, 1, 0)).isEqualTo(-Errno.EFAULT.value);
    assertThat(ready()).containsExactly("7:1");
  }

  @Test
  void aWatchLivesAsLongAsTheOpenFile() {
    int fd = event(1);
    int copy = (int) guest.call(32, fd);
    control(epoll, ADD, fd, IN, 7);
    guest.close(fd);
    assertThat(ready()).containsExactly("7:1");
    guest.close(copy);
    assertThat(ready()).isEmpty();
    int again = event(1);
    assertThat(again).isEqualTo(fd);
    assertThat(control(epoll, ADD, again, IN, 8)).isZero();
  }

  @Test
  void copiesOfTheSetAreTheSameSet() {
    int copy = (int) guest.call(32, epoll);
    control(copy, ADD, event(1), IN, 7);
    guest.close(copy);
    assertThat(ready()).containsExactly("7:1");
  }

  @Test
  void aSetInASetIsReadyWhenSomethingInItIs() {
    int inner = create();
    int fd = event(0);
    control(epoll, ADD, inner, IN | ET, 1);
    control(inner, ADD, fd, IN, 2);
    assertThat(ready()).isEmpty();
    add(fd, 1);
    assertThat(ready()).containsExactly("1:1");
    assertThat(ready()).isEmpty();
    assertThat(ready(inner, 1)).containsExactly("2:1");
  }

  @Test
  void loopsAndLongChainsAreRefused() {
    int[] sets = new int[6];
    for (int i = 0; i < sets.length; i++) {
      sets[i] = create();
    }
    for (int i = 0; i < 4; i++) {
      assertThat(control(sets[i], ADD, sets[i + 1], IN, 0)).isZero();
    }
    assertThat(control(sets[4], ADD, sets[5], IN, 0)).isEqualTo(-Errno.ELOOP.value);
    assertThat(control(sets[5], ADD, sets[0], IN, 0)).isEqualTo(-Errno.ELOOP.value);
    assertThat(control(sets[3], ADD, sets[1], IN, 0)).isEqualTo(-Errno.ELOOP.value);
  }

  @Test
  void lookingForLoopsDoesNotLookAtEveryWatch() {
    try (var big =
        new FileGuest(
            new FileLimits(1 << 20, 100_000, FileLimits.MOST_OPEN_FILES, 1 << 20, 1),
            StandardStreams.none())) {
      int[] sets = new int[5];
      for (int i = 0; i < sets.length; i++) {
        sets[i] = (int) big.call(291, 0);
      }
      int counter = (int) big.call(290, 0, 0);
      for (int i = 0; i < 50_000; i++) {
        assertThat(big.call(233, sets[3], 1, big.call(32, counter), big.bytes(new byte[12])))
            .isZero();
      }
      for (int level = 0; level < 3; level++) {
        for (int i = 0; i < 20; i++) {
          long copy = big.call(32, sets[level + 1]);
          assertThat(big.call(233, sets[level], 1, copy, big.bytes(new byte[12]))).isZero();
        }
      }
      long start = System.nanoTime();
      assertThat(big.call(233, sets[4], 1, sets[0], big.bytes(new byte[12]))).isZero();
      assertThat(System.nanoTime() - start).isLessThan(Clock.SECOND / 2);
    }
  }

  @Test
  void setsInSetsAndWatchesAreLimited() {
    int outer = create();
    int made = 0;
    while (control(outer, ADD, create(), IN, 0) == 0) {
      made++;
    }
    assertThat(made).isEqualTo(WatchQuotas.MOST_NESTED);
    guest.close(outer);
    assertThat(control(create(), ADD, create(), IN, 0)).isZero();
  }

  @Test
  void aMillionChangesLeaveNothingBehind() {
    int fd = event(1);
    for (int i = 0; i < 300_000; i++) {
      assertThat(control(epoll, ADD, fd, IN | ET, i)).isZero();
      assertThat(control(epoll, DEL, fd, 0, 0)).isZero();
    }
    assertThat(guest.tree.watchQuotas().epoll().free()).isEqualTo(WatchQuotas.MOST_EPOLL);
    assertThat(ready()).isEmpty();
  }

  @Test
  void aBlockedWaitIsWokenByAnEvent() {
    int fd = event(0);
    control(epoll, ADD, fd, IN, 7);
    long array = guest.room(12);
    assertThat(guest.call(232, epoll, array, 1, -1)).isEqualTo(Task.BLOCKED);
    Task task = guest.guest.process().task();
    task.blockIn(232);
    OpenFile file = guest.files.descriptors.get(fd);
    file.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
    assertThat(task.state).isEqualTo(Task.State.READY);
    assertThat(guest.again(232, epoll, array, 1, -1)).isEqualTo(1);
  }

  @Test
  void whatAPipeTellsAtEachEndIsItsOwn() {
    long pair = guest.room(8);
    guest.call(293, pair, OpenFlags.O_NONBLOCK);
    int reader = guest.memory.getInt(pair);
    int writer = guest.memory.getInt(pair + 4);
    control(epoll, ADD, reader, IN | OUT | ET, 1);
    control(epoll, ADD, writer, IN | OUT | ET, 2);
    assertThat(ready()).containsExactly("2:4");
    guest.write(writer, "abc");
    assertThat(ready()).containsExactly("1:1");
    guest.read(reader, 1);
    assertThat(ready()).isEmpty();
    guest.close(writer);
    assertThat(ready()).containsExactly("1:" + (IN | HUP));
  }
}
