"""Real programs: each line of programs.list is one, whose output and status must be the same on both sides."""

import shlex

from results import Results, listed
from sides import Run

name = "programs"

def _commands():
    lines = (line.split(":", 1) for line in listed("programs.list"))
    return {title.strip(): shlex.split(command) for title, command in lines}


def units():
    return list(_commands())


def run(side, title, only=None):
    """One test, which natively passes when it ends with status 0, and in a VM when it also writes the same."""
    results = Results()
    ended = side.start(Run(_commands()[title], directory="/suites/programs", seconds=600))
    results.attempt(ended)
    if not side.over():
        results.outcomes[title] = "pass" if ended.status == 0 and not ended.late else f"status {ended.status} {ended.late}"
    results.output = ended.output
    return results
