"""Go: the tests of packages of the standard library, each package being one test binary."""

import re

from results import Results, listed
from sides import ROOT, Run

name = "go"

_MARK = re.compile(r"^\x16?(?:=== (RUN|CONT|PAUSE|NAME) +|--- (PASS|FAIL|SKIP): )(\S*)", re.MULTILINE)


def units():
    return [package for package in listed("go-packages.txt") if _binary(package).exists()]


def _binary(package):
    return ROOT / "suites" / "go" / f"{package.replace('/', '.')}.test"


def run(side, package, only=None):
    """The outcome of each test function, example and fuzz target with its seeds; of subtests only through theirs."""
    results = Results()
    while results.attempts < 30:
        arguments = ["-test.v=test2json", "-test.short", "-test.timeout=0"]
        if only is not None:
            left = [test for test in only if test not in results.outcomes]
            if not left:
                break
            arguments.append("-test.run=^(" + "|".join(left) + ")$")
        elif results.outcomes:
            arguments.append("-test.skip=^(" + "|".join(results.outcomes) + ")$")
        ended = side.start(
            Run(
                [f"/suites/go/{package.replace('/', '.')}.test", *arguments],
                directory=f"/usr/local/go/src/{package}",
                environment={"GOROOT": "/usr/local/go"},
                silence=120,
            )
        )
        results.attempt(ended)
        running = []
        for run_mark, end_mark, test in _MARK.findall(ended.output):
            if "/" in test or not test:
                continue
            if run_mark in ("RUN", "CONT"):
                running.append(test)
            elif run_mark == "PAUSE":
                running = [other for other in running if other != test]
            elif end_mark:
                running = [other for other in running if other != test]
                results.outcomes[test] = end_mark.lower()
        if not ended.late and re.search(r"^\x16?(PASS|FAIL)$", ended.output, re.MULTILINE) and not running:
            break
        # Somebody ended it all: whoever was running. What was not reached runs without them.
        if not running or side.over():
            break
        for test in running:
            results.outcomes[test] = "crash" if not ended.late else "hang"
    return results
