"""The two sides on which a program runs, both in the same root tree: natively and in a VM."""

import os
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
BUILT = HERE.parent / "target" / "suites"
ROOT = BUILT / "root"

# Another command to run programs with, such as one that does not change while it is worked on.
MOTE = os.environ.get("MOTE", str(REPOSITORY / "mote"))

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC0",
    "TMPDIR": "/tmp",
}


@dataclass
class Run:
    """One run of a program."""

    command: list  # the program and its arguments, paths being those of the root tree
    directory: str = "/tmp"
    environment: dict = None  # beside ENVIRONMENT
    seconds: float = 600  # it is ended after this time
    silence: float = 600  # or after it has written nothing for this time
    memory: str = "2GiB"

    def variables(self):
        return [f"{name}={value}" for name, value in (ENVIRONMENT | (self.environment or {})).items()]


@dataclass
class Ended:
    status: int  # 128 + n after signal n
    output: str
    error: str
    late: str  # why it was ended from outside, or ""
    seconds: float


class Side:
    """Where the programs of one unit run, which have so many seconds together."""

    def __init__(self, seconds):
        self.until = time.monotonic() + seconds

    def over(self):
        return time.monotonic() >= self.until

    def start(self, run):
        left = max(1, self.until - time.monotonic())
        return execute(self.command(run), replace(run, seconds=min(run.seconds, left)))


class Native(Side):
    def command(self, run):
        return [str(HERE / "in-root"), str(ROOT), run.directory, *run.variables(), *run.command]


class Mote(Side):
    def __init__(self, seconds, options=()):
        super().__init__(seconds)
        self.options = list(options)

    def command(self, run):
        words = [MOTE, "run", "--root", str(ROOT), "--cwd", run.directory, "--memory", run.memory]
        words += ["--file-limit", "2GiB"]
        for variable in run.variables():
            words += ["--env", variable]
        return words + self.options + run.command


def execute(command, run):
    """Runs a command of this host and reads what it writes, until it ends or must be ended."""
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    written = {process.stdout: bytearray(), process.stderr: bytearray()}
    late = ""
    last = start
    with selectors.DefaultSelector() as selector:
        for stream in written:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            now = time.monotonic()
            wait = min(start + run.seconds, last + run.silence) - now
            if wait <= 0:
                late = f"not ended after {now - start:.0f} s, silent for {now - last:.0f} s"
                break
            for key, _ in selector.select(wait):
                data = os.read(key.fd, 1 << 16)
                last = time.monotonic()
                if data:
                    written[key.fileobj] += data
                else:
                    selector.unregister(key.fileobj)
    if late:
        os.killpg(process.pid, signal.SIGKILL)
    status = process.wait()
    process.stdout.close()
    process.stderr.close()
    output, error = (bytes(data).decode("utf-8", "replace") for data in written.values())
    return Ended(128 - status if status < 0 else status, output, error, late, time.monotonic() - start)
