package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A sandbox has one process, and says so in the way that programs and libraries expect of a kernel
/// without the call: they tell it, and go on.
class OneProcessTest {
  @Test
  @Tag("every-kvm")
  void whoeverWantsAnotherProcessIsToldThatThereAreNone() {
    var streams = Streams.capture();
    Ending ending;
    try (var sandbox =
        Sandbox.builder(Program.of(Corpus.programs().resolve("one-process"))).build()) {
      ending = sandbox.run(streams);
    }
    assertThat(ending).isEqualTo(new Ending.Exited(0));
    String no = " = -1 errno 38 (Function not implemented)\n";
    assertThat(streams.outputText())
        .isEqualTo(
            "fork()"
                + no
                + "syscall(SYS_fork)"
                + no
                + "syscall(SYS_vfork)"
                + no
                + "clone(nothing, stack + sizeof stack, SIGCHLD, 0)"
                + no
                + "clone(nothing, stack + sizeof stack, CLONE_VM | SIGCHLD, 0)"
                + no
                + "clone(nothing, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, 0)"
                + no
                + """
                clone(nothing, stack + sizeof stack, thread | CLONE_NEWNS, 0) = -1 errno 22 (Invalid argument)
                clone(nothing, stack + sizeof stack, thread | CLONE_NEWUSER, 0) = -1 errno 22 (Invalid argument)
                clone(nothing, stack + sizeof stack, thread | CLONE_NEWPID, 0) = -1 errno 22 (Invalid argument)
                clone(nothing, stack + sizeof stack, thread | CLONE_NEWUTS, 0) = -1 errno 1 (Operation not permitted)
                clone(nothing, stack + sizeof stack, thread | CLONE_NEWNET, 0) = -1 errno 1 (Operation not permitted)
                """
                + "syscall(SYS_clone3, &arguments, sizeof arguments)"
                + no
                + """
                posix_spawn(&child, "/bin/true", 0, 0, words, 0) = 38
                posix_spawnp(&child, "true", 0, 0, words, 0) = 38
                system("true") = 32512
                popen("true", "r") == 0 ? -1 : 0 = -1 errno 12 (Cannot allocate memory)
                wait(0) = -1 errno 10 (No child processes)
                waitid(P_ALL, 0, 0, WEXITED) = -1 errno 10 (No child processes)
                sethostname("other", 5) = -1 errno 1 (Operation not permitted)
                setdomainname("other", 5) = -1 errno 1 (Operation not permitted)
                gethostname(name, sizeof name) = 0
                mote
                """);
  }
}
