"""CPython: the cases of its own test suite, module by module."""

from results import Results, listed
from sides import Run

name = "python"

_MARK = "\x16@@ "


def units():
    return listed("python-modules.txt")


def run(side, module, only=None):
    """The outcome of each case."""
    results = Results()
    begin = 0
    while results.attempts < 30:
        # Flags as CPython's own runner has them.
        command = ["/usr/bin/python3.11", "-bb", "-E", "-u", "-W", "default", "/suites/run_cases.py", module, str(begin)]
        command += only or []
        ended = side.start(Run(command, directory="/tmp", silence=90))
        results.attempt(ended)
        running, complete = None, False
        for line in ended.output.splitlines():
            at = line.find(_MARK)
            if at < 0:
                continue
            word, _, rest = line[at + len(_MARK) :].partition(" ")
            if word == "start":
                number, _, running = rest.partition(" ")
                begin = int(number) + 1
            elif word == "complete":
                complete = True
            elif word == "stop":
                running = None
            else:
                if results.outcomes.get(rest) in (None, "pass"):
                    results.outcomes[rest] = word
        if complete or side.over():
            break
        if running is None:  # it did not even start, or ended between two cases
            results.outcomes.setdefault(f"{module} (the module itself)", "crash")
            break
        results.outcomes[running] = "hang" if ended.late else "crash"
    return results
