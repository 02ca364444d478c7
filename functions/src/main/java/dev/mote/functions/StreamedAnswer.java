package dev.mote.functions;

import dev.mote.HostCall;
import dev.mote.HostFunctionException;
import dev.mote.MemorySize;
import dev.mote.SandboxBuilder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of one request as far as it comes in pieces: what the guest says of it is checked
/// here, and what is right goes to the client. Its head goes with the first piece, so that what is
/// wrong before has its own status.
///
/// A guest that is called says it by the host functions `response.start` and `response.write`; what
/// a program writes is said for it ([ProgramOutput]). Once something was wrong, nothing more is
/// sent, and the answer is a fault whatever the guest does then.
///
/// Thread-safe.
final class StreamedAnswer {
  private final Client client;
  private final MemorySize limit;
  private final boolean isForHead;
  private @Nullable ResponseHead head; // this and the rest are guarded by this
  private boolean begun; // the client has the head
  private boolean over;
  private boolean gone; // the client takes nothing any more
  private long written;
  private @Nullable Fault fault;

  /// @param limit of the body
  /// @param isForHead whether only the head is asked for, so that the body may be missing
  StreamedAnswer(Client client, MemorySize limit, boolean isForHead) {
    this.client = client;
    this.limit = limit;
    this.isForHead = isForHead;
  }

  /// Gives a sandbox the host functions by which its guest answers. The streams of each call have
  /// an answer attached.
  static SandboxBuilder offer(SandboxBuilder builder) {
    return builder
        .hostFunction("response.start", "(status: i64, headers: [[string]])", StreamedAnswer::start)
        .hostFunction("response.write", "(piece: bytes)", StreamedAnswer::write)
        // The answer itself has a limit, and the call has one of time.
        .hostCallLimit(Integer.MAX_VALUE)
        .hostCallBytes(MemorySize.ofBytes(Long.MAX_VALUE));
  }

  @SuppressWarnings("unchecked") // they were read as what the signature says
  private static @Nullable Object start(HostCall call, List<?> arguments) {
    of(call).start((Long) arguments.get(0), (List<List<String>>) arguments.get(1));
    return null;
  }

  private static @Nullable Object write(HostCall call, List<?> arguments) {
    byte[] piece = (byte[]) arguments.get(0);
    of(call).write(piece, 0, piece.length);
    return null;
  }

  private static StreamedAnswer of(HostCall call) {
    if (call.attachment() instanceof StreamedAnswer answer) {
      return answer;
    }
    throw new HostFunctionException("response", "this call's answer cannot be streamed");
  }

  /// Begins the answer.
  ///
  /// @param status and the headers are the guest's, and may be anything
  /// @throws HostFunctionException if that cannot be; the message is for who wrote the guest
  synchronized void start(long status, List<? extends List<String>> headers) {
    requireSound();
    try {
      start(ResponseHead.of(status, headers));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  /// Begins the answer with a head that was checked.
  ///
  /// @throws HostFunctionException if that cannot be
  synchronized void start(ResponseHead its) {
    requireSound();
    if (head != null) {
      throw wrong("it was begun twice");
    }
    if (its.length() > limit.bytes()) {
      throw wrong("its body is larger than " + limit);
    }
    head = its;
  }

  /// Sends a piece of the body, and waits until the client takes it.
  ///
  /// @throws HostFunctionException if that cannot be
  synchronized void write(byte[] bytes, int offset, int length) {
    requireSound();
    ResponseHead its = head;
    if (its == null) {
      throw wrong("its body came before its head");
    }
    if (length > limit.bytes() - written) {
      throw wrong("its body is larger than " + limit);
    }
    if (its.length() >= 0 && length > its.length() - written) {
      throw wrong("its body is longer than its content-length of %d".formatted(its.length()));
    }
    if (length == 0) {
      return;
    }
    written += length;
    try {
      begin(its);
      client.write(bytes, offset, length);
    } catch (IOException e) {
      gone = true;
      throw new HostFunctionException(Fault.Kind.CLIENT_GONE.word(), "the client is gone");
    }
  }

  private void begin(ResponseHead its) throws IOException {
    if (!begun) {
      begun = true;
      client.begin(its.status(), its.headers(), its.length());
    }
  }

  /// Something is wrong with it that was found elsewhere.
  synchronized void fail(Fault why) {
    if (fault == null) {
      fault = why;
    }
  }

  private void requireSound() {
    if (fault != null) {
      throw refused(fault);
    }
    if (gone) {
      throw new HostFunctionException(Fault.Kind.CLIENT_GONE.word(), "the client is gone");
    }
    if (over) {
      throw wrong("it is over");
    }
  }

  private HostFunctionException wrong(String how) {
    var its = new Fault(Fault.Kind.RESPONSE, how);
    fault = its;
    return refused(its);
  }

  private static HostFunctionException refused(Fault why) {
    return new HostFunctionException(why.kind().word(), "the answer: " + why.detail());
  }

  /// Whether the guest has begun it.
  synchronized boolean isBegun() {
    return head != null;
  }

  /// What was wrong, so that there is no use in going on; null if nothing was.
  synchronized @Nullable Fault fault() {
    return fault;
  }

  /// The guest has ended. What was begun is complete, unless something was wrong.
  ///
  /// @param otherwise what there is in place of pieces: an answer that is whole, or why there is
  ///   none; null if the guest relies on its pieces
  synchronized FunctionResponse end(@Nullable FunctionResponse otherwise) {
    over = true;
    Fault why = fault != null ? fault : otherwise == null ? null : otherwise.fault();
    ResponseHead its = head;
    if (why == null && its != null) {
      why = incompleteness(its, otherwise != null);
    }
    if (why != null) {
      return begun ? FunctionResponse.sent(why) : FunctionResponse.of(why);
    }
    if (its == null) {
      return otherwise != null
          ? otherwise
          : FunctionResponse.of(new Fault(Fault.Kind.RESPONSE, "there is none"));
    }
    try {
      begin(its);
      return FunctionResponse.sent(null);
    } catch (IOException e) {
      return FunctionResponse.sent(new Fault(Fault.Kind.CLIENT_GONE, "it was not answered"));
    }
  }

  private @Nullable Fault incompleteness(ResponseHead its, boolean isAnsweredAgain) {
    if (gone) {
      return new Fault(Fault.Kind.CLIENT_GONE, "it takes no more of the answer");
    }
    if (isAnsweredAgain) {
      return new Fault(Fault.Kind.RESPONSE, "it has answered in pieces, and then once more");
    }
    boolean isOmitted = written == 0 && isForHead;
    return written < its.length() && !isOmitted
        ? new Fault(
            Fault.Kind.RESPONSE,
            "its body has %d bytes of its content-length of %d".formatted(written, its.length()))
        : null;
  }
}
