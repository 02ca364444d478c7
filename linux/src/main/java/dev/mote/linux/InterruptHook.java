package dev.mote.linux;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/// Makes `Thread.interrupt()` stop a guest that the thread runs.
///
/// A thread inside the hypervisor does not notice that it is interrupted. The JDK lets a selector
/// say what shall happen then: between `begin` and `end`, interrupting the thread calls
/// [#wakeup()], in the thread that interrupts. So this is a selector that selects nothing.
final class InterruptHook extends AbstractSelector {
  private final Guest guest;

  InterruptHook(Guest guest) {
    super(SelectorProvider.provider());
    this.guest = guest;
  }

  /// The calling thread begins to run the guest.
  void enter() {
    begin();
  }

  /// It has stopped running it.
  void leave() {
    end();
  }

  @Override
  public Selector wakeup() {
    guest.stop(Ending.StopReason.INTERRUPTED);
    return this;
  }

  @Override
  protected void implCloseSelector() {}

  @Override
  protected SelectionKey register(
      AbstractSelectableChannel channel, int operations, Object attachment) {
    throw new UnsupportedOperationException("this selector only hears of interrupts");
  }

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() {
    return 0;
  }

  @Override
  public int select(long timeout) {
    return 0;
  }

  @Override
  public int select() {
    return 0;
  }
}
