package dev.mote;

import dev.mote.GuestFunctions.Function;
import dev.mote.linux.GuestFailure;
import dev.mote.linux.SpeakingGuest;
import dev.mote.values.Decoder;
import dev.mote.values.MessageReader;
import dev.mote.values.MessageWriter;
import dev.mote.values.Type;
import dev.mote.values.ValueException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The talk of a host with one guest: who may say what, and when. The protocol is in
/// `docs/protocol.md`.
///
/// A call of the guest is [#begin], its arguments into [#out], [#exchange], which runs the guest
/// until it answers and serves the host functions that it calls meanwhile, the value from [#in],
/// [#end]. A host function may call the guest in its turn, on the same thread: that is a nested
/// call, with the same writer and reader, which the outer one does not need at that moment.
///
/// Calls of several threads wait for each other.
final class Conversation {
  /// Kinds of message.
  static final int ANNOUNCE = 0;

  static final int CALL = 1;
  static final int RESULT = 2;
  static final int ERROR = 3;
  static final int LOG = 4;

  /// An announcement is read into many objects; this is enough for thousands of functions.
  private static final int LARGEST_ANNOUNCEMENT = 1 << 20;

  private static final int ANNOUNCEMENT_DEPTH = 256;

  private static final Decoder ANY = Decoder.of(Type.Plain.ANY, Object.class);
  private static final AtomicLong CALL_IDS = new AtomicLong();

  /// How an exchange ended.
  enum Answer {
    /// The value is next in the reader.
    VALUE,
    /// [#error] has it.
    ERROR,
    /// [#ending] says how.
    ENDED
  }

  final MessageWriter out;
  final MessageReader in;
  private SpeakingGuest guest; // another one only after a restore that could not be made in place
  private final MessageWriter.Receiver toGuest;
  private final MessageReader.Rest rest = this::copyRest;
  private final Limits limits;
  private final CallLimits callLimits;
  private final HostCalls hostCalls;
  private final GuestLog log;
  private Streams streams;
  private final ReentrantLock lock = new ReentrantLock();
  private final CallEvent outermost = new CallEvent(); // used again, so that a call makes no object
  private @Nullable Thread runner; // of the present call: it may make nested ones; see `begin`
  private int depth; // this and the rest are guarded by lock
  private @Nullable GuestFunctions functions;
  private byte[] announcement = {};
  private PooledSandbox.@Nullable Resident resident; // set once, before any call
  private @Nullable Ending ending;
  private @Nullable GuestError error;
  private long callId;

  Conversation(
      SpeakingGuest guest,
      Limits limits,
      CallLimits callLimits,
      HostCalls hostCalls,
      Streams streams,
      long outputLimit) {
    this.guest = guest;
    toGuest = this::give;
    this.limits = limits;
    this.callLimits = callLimits;
    this.hostCalls = hostCalls;
    this.streams = streams;
    log = new GuestLog(outputLimit);
    out = new MessageWriter(callLimits.messageBytes(), callLimits.valueDepth());
    in = new MessageReader(callLimits.valueDepth());
  }

  private void copyRest(int position, byte[] target, int offset, int count) {
    guest.copyMessage(position, target, offset, count);
  }

  private void give(byte[] message, int length, int at, byte[] part, int offset, int count) {
    guest.give(message, length, at, part, offset, count);
  }

  /// The guest is one that was made of a snapshot.
  void start(Snapshot snapshot) {
    lock.lock();
    try {
      guest.start(streams.standard());
      functions = snapshot.guestFunctions();
      announcement = snapshot.announcement();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until no call is made; none is until [#resumeCalls].
  ///
  /// @throws IllegalStateException if this thread is in a call
  void pauseCalls() {
    if (Thread.currentThread() == runner || lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("a call is being made");
    }
    lock.lock();
  }

  void resumeCalls() {
    lock.unlock();
  }

  /// A guest that was restored takes calls again. Only while calls are paused.
  void revive(SpeakingGuest restored) {
    guest = restored;
    ending = null;
  }

  /// A restore failed on its way: the guest is neither what it was nor what it was to be, and takes
  /// no calls before another one has succeeded.
  void restoreFailed(Throwable why) {
    ending = new Ending.Broken("it could not be restored: " + why.getMessage());
  }

  /// Where the guest writes to from its next restore on. Only while calls are paused, or by whoever
  /// has the guest to itself.
  void useStreams(Streams where) {
    streams = where;
  }

  String tenant() {
    return hostCalls.tenant();
  }

  byte[] announcement() {
    return announcement;
  }

  /// Runs the program until it has announced its functions and waits for a call.
  ///
  /// @return how it ended before; null if it did not
  @Nullable Ending start() {
    lock.lock();
    try {
      Answer answer = VcpuThreads.run(guest, limits, () -> runStretch(this::runToFirstCall));
      return answer == Answer.VALUE ? null : ending;
    } finally {
      lock.unlock();
    }
  }

  /// At the port a guest waits with the announcement itself. One that speaks by the file reads
  /// next, and is taken there, so that what comes from its snapshot begins with the call.
  private Answer runToFirstCall() {
    beginCall();
    guest.start(streams.standard());
    while (functions == null ? guest.resume() : guest.resumeToReceive()) {
      try {
        if (!guest.hasSent()) {
          return Answer.VALUE;
        }
        boolean first = functions == null;
        Answer broken = heard();
        if (broken != null) {
          return broken;
        }
        if (first && functions != null && guest.isReceiving()) {
          return Answer.VALUE;
        }
        guest.acknowledge();
      } catch (ValueException | IllegalArgumentException e) {
        return violated("its announcement is not understood: " + e.getMessage());
      } catch (GuestLog.LimitException e) {
        return endedBy(e.ending());
      }
    }
    return ended();
  }

  /// A message of a guest that was not called yet.
  ///
  /// @return null if it may say that
  private @Nullable Answer heard() {
    int fields = readFrame();
    int kind = readKind();
    if (kind == LOG) {
      log.record(in, fields);
    } else if (functions != null) {
      return violated("it said something else than that it waits for its first call");
    } else if (kind != ANNOUNCE) {
      return violated("it did not announce its functions first");
    } else {
      functions = readAnnouncement(fields);
      announcement = wholeMessage();
    }
    return null;
  }

  private byte[] wholeMessage() {
    int loaded = guest.messageLoaded();
    byte[] whole = Arrays.copyOf(guest.message(), guest.messageLength());
    if (loaded < whole.length) {
      guest.copyMessage(loaded, whole, loaded, whole.length - loaded);
    }
    return whole;
  }

  private GuestFunctions readAnnouncement(int fields) {
    if (guest.messageLength() > LARGEST_ANNOUNCEMENT) {
      throw new IllegalArgumentException(
          "%d bytes are more than %d".formatted(guest.messageLength(), LARGEST_ANNOUNCEMENT));
    }
    requireFields(fields, 2, 2);
    GuestFunctions announced = GuestFunctions.read(in);
    in.end();
    return announced;
  }

  /// What a guest has announced in an earlier process.
  ///
  /// @throws ValueException or IllegalArgumentException if the message is no announcement
  static GuestFunctions readAnnouncement(byte[] message) {
    if (message.length > LARGEST_ANNOUNCEMENT) {
      throw new IllegalArgumentException("an announcement of %d bytes".formatted(message.length));
    }
    var in = new MessageReader(ANNOUNCEMENT_DEPTH);
    in.reset(message, 0, message.length);
    requireFields(in.arrayLength(), 2, 2);
    if (in.integer() != ANNOUNCE) {
      throw new IllegalArgumentException("an announcement that is another message");
    }
    GuestFunctions announced = GuestFunctions.read(in);
    in.end();
    return announced;
  }

  /// What the guest offers.
  GuestFunctions functions() {
    return Objects.requireNonNull(functions);
  }

  /// How the guest ended; null while it takes calls.
  @Nullable Ending ending() {
    return ending;
  }

  /// The error of the last exchange.
  GuestError error() {
    return Objects.requireNonNull(error);
  }

  /// Begins a call: the arguments are to be written next. [#end] must follow, whatever happens.
  ///
  /// @throws PoisonedException if an earlier call did not finish
  /// @throws CallRefusedException if there are too many nested calls, or the number of arguments is
  ///   another
  void begin(Function function, int arguments) {
    // Whatever another thread reads there, itself it finds only if it wrote so.
    boolean nested = Thread.currentThread() == runner;
    if (!nested) {
      lock.lock();
    }
    depth++;
    try {
      if (ending != null) {
        throw new PoisonedException(ending);
      }
      function.requireCount(arguments);
      if (depth > callLimits.nestedCalls()) {
        throw new CallRefusedException(
            new Refusal(
                Refusal.Reason.TOO_MANY_NESTED_CALLS,
                function.name(),
                "calls are nested more deeply than " + callLimits.nestedCalls()));
      }
      out.reset();
      out.array(3);
      out.integer(CALL);
      if (function.index() < 0) {
        out.text(function.name());
      } else {
        out.integer(function.index());
      }
      out.array(arguments);
    } catch (RuntimeException | Error e) {
      end();
      throw e;
    }
  }

  /// Ends a call that was begun.
  void end() {
    if (--depth == 0) {
      lock.unlock();
      PooledSandbox.Resident leased = resident;
      if (leased != null) {
        leased.callEnded();
      }
    }
  }

  /// Its sandbox is one of a pool, which hears of the end of each call.
  void residesAs(PooledSandbox.Resident its) {
    resident = its;
  }

  /// Sends the call that was written, and runs the guest until it answers.
  ///
  /// @throws HostException if the host failed; the sandbox is poisoned then
  Answer exchange(Function function) {
    CallEvent event = depth > 1 ? new CallEvent() : outermost;
    event.begin();
    Answer answer = exchange();
    event.end();
    if (event.shouldCommit()) {
      event.function = function.name();
      event.tenant = hostCalls.tenant();
      event.callId = callId;
      event.depth = depth;
      event.answer = answer.name();
      event.commit();
    }
    return answer;
  }

  private Answer exchange() {
    if (depth > 1) {
      return converse();
    }
    Executor elsewhere = VcpuThreads.enter(guest, limits);
    if (elsewhere != null) {
      return VcpuThreads.handOver(elsewhere, () -> runStretch(null));
    }
    try {
      return runStretch(null);
    } finally {
      VcpuThreads.leave();
    }
  }

  private Answer exchangeHere() {
    beginCall();
    return converse();
  }

  /// @param body null for [#exchangeHere], so that an ordinary call makes no object for it
  private Answer runStretch(@Nullable Supplier<Answer> body) {
    guest.enter(limits.wallNanos(), limits.cpuNanos());
    runner = Thread.currentThread();
    try {
      return body == null ? exchangeHere() : body.get();
    } catch (GuestFailure e) {
      hostFailed(e);
      throw SandboxException.of(e, "");
    } catch (RuntimeException | Error e) {
      hostFailed(e);
      throw e;
    } finally {
      runner = null;
      guest.leave();
    }
  }

  private void hostFailed(Throwable e) {
    endedBy(new Ending.Broken("the host failed: " + e));
  }

  private void beginCall() {
    callId = CALL_IDS.incrementAndGet();
    hostCalls.reset();
    log.reset();
    if (guest.renewOutputLimits()) {
      streams.reset();
    }
  }

  private Answer converse() {
    send();
    while (guest.resume()) {
      try {
        int fields = readFrame();
        switch (readKind()) {
          case RESULT -> {
            requireFields(fields, 2, 2);
            return Answer.VALUE;
          }
          case ERROR -> {
            error = readError(fields);
            return Answer.ERROR;
          }
          case CALL -> {
            requireFields(fields, 3, 3);
            hostCalls.serve(in, out, this);
            if (ending != null) {
              return Answer.ENDED; // a nested call did not finish
            }
            send();
          }
          case LOG -> {
            log.record(in, fields);
            guest.acknowledge();
          }
          default -> {
            return violated("it sent a message of a kind that is not its own to send");
          }
        }
      } catch (ValueException e) {
        return violated("it sent a malformed message: " + e.getMessage());
      } catch (GuestLog.LimitException e) {
        return endedBy(e.ending());
      }
    }
    return ended();
  }

  private void send() {
    out.send(toGuest);
    out.reset(); // it refers to the caller's bytes no more
  }

  private int readFrame() {
    in.reset(guest.message(), 0, guest.messageLength(), guest.messageLoaded(), rest);
    return in.arrayLength();
  }

  private int readKind() {
    long kind = in.integer();
    return kind >= ANNOUNCE && kind <= LOG ? (int) kind : -1;
  }

  static void requireFields(int fields, int least, int most) {
    if (fields < least || fields > most) {
      throw new ValueException(
          ValueException.Reason.MALFORMED, "a message of this kind has no " + fields + " elements");
    }
  }

  private GuestError readError(int fields) {
    requireFields(fields, 3, 4);
    String code = in.text();
    String message = in.text();
    Object details = fields == 4 ? ANY.read(in) : null;
    in.end();
    return new GuestError(code, message, details);
  }

  /// The guest broke the protocol, and is not continued.
  Answer violated(String how) {
    return endedBy(new Ending.ProtocolViolation(how));
  }

  private Answer ended() {
    return endedBy(limits.ending(Objects.requireNonNull(guest.ending())));
  }

  private Answer endedBy(Ending how) {
    if (ending == null) {
      ending = how;
      var event = new GuestEndedEvent();
      if (event.shouldCommit()) {
        event.tenant = hostCalls.tenant();
        event.callId = callId;
        event.ending = how.toString();
        event.commit();
      }
    }
    return Answer.ENDED;
  }

  /// A result could not be read.
  ///
  /// @return true if the result is not what the guest declared, which ends the guest; false if it
  ///   is, but not what the caller asks for
  boolean breaksDeclaration(Function function) {
    try {
      requireFields(readFrame(), 2, 2);
      readKind();
      function.anyResult().read(in);
      in.end();
      return false;
    } catch (ValueException e) {
      violated(
          "function " + function.name() + " did not return what it declares: " + e.getMessage());
      return true;
    }
  }

  long callId() {
    return callId;
  }

  Streams streams() {
    return streams;
  }

  SpeakingGuest guest() {
    return guest;
  }
}
