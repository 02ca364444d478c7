package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimerFileTest {
  private final FileGuest guest = new FileGuest();
  private final int timer = (int) guest.call(283, 1, OpenFlags.O_NONBLOCK);

  @AfterEach
  void close() {
    guest.close();
  }

  private void set(int flags, long nanos, long interval) {
    long setting = guest.room(32);
    guest.memory.setLong(setting + 8, interval);
    guest.memory.setLong(setting + 24, nanos);
    assertThat(guest.call(286, timer, flags, setting, 0)).isZero();
  }

  @Test
  void whatHasExpiredIsSeenThoughNoAlarmHasRung() {
    long rung = guest.guest.process().alarms().rung();
    set(1, 1, 0);
    assertThat(guest.files.descriptors.get(timer).poll()).isEqualTo(OpenFile.POLLIN);
    assertThat(guest.guest.process().alarms().rung()).isEqualTo(rung + 1);
    assertThat(guest.read(timer, 8)).isEqualTo("\1\0\0\0\0\0\0\0");
    assertThat(guest.read(timer, 8)).isEqualTo("errno " + Errno.EAGAIN.value);
  }

  @Test
  void aTimerThatRepeatsRingsOnceUntilItIsRead() {
    set(0, 1, 1);
    guest.guest.process().alarms().ring(guest.guest.process().clock().monotonicNanos());
    assertThat(guest.guest.process().alarms().next()).isEqualTo(Alarms.OFF);
    guest.read(timer, 8);
    assertThat(guest.guest.process().alarms().next()).isNotEqualTo(Alarms.OFF);
    guest.close(timer);
    assertThat(guest.guest.process().alarms().next()).isEqualTo(Alarms.OFF);
  }

  @Test
  void timesFarAwayDoNotOverflow() {
    long setting = guest.room(32);
    guest.memory.setLong(setting, Long.MAX_VALUE);
    guest.memory.setLong(setting + 16, Long.MAX_VALUE);
    assertThat(guest.call(286, timer, 0, setting, 0)).isZero();
    assertThat(guest.read(timer, 8)).isEqualTo("errno " + Errno.EAGAIN.value);
    assertThat(guest.call(286, timer, 1, setting, 0)).isZero();
    assertThat(guest.read(timer, 8)).isEqualTo("errno " + Errno.EAGAIN.value);
    assertThat(guest.call(287, timer, setting)).isZero();
  }
}
