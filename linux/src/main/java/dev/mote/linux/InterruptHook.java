package dev.mote.linux;

import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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
  /// The JDK's own provider would load the libraries for sockets, which takes 3 ms of a start.
  private static final SelectorProvider NO_CHANNELS = new NoChannels();

  private final LinuxProcess process;

  InterruptHook(LinuxProcess process) {
    super(NO_CHANNELS);
    this.process = process;
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
    process.stop(GuestEnding.StopReason.INTERRUPTED);
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

  /// A provider that is never asked for anything.
  private static final class NoChannels extends SelectorProvider {
    @Override
    public DatagramChannel openDatagramChannel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Pipe openPipe() {
      throw new UnsupportedOperationException();
    }

    @Override
    public AbstractSelector openSelector() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel openSocketChannel() {
      throw new UnsupportedOperationException();
    }
  }
}
