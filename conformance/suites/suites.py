"""Runs foreign test suites natively and in a VM and compares them test by test; see README.md."""

import argparse
import json
import re
import sys
from dataclasses import asdict, dataclass, field

import gosuite
import programsuite
import pythonsuite
from results import Results, listed
from sides import BUILT, Mote, Native

MOST_SECONDS = 1800  # for a unit, unless it is said

SUITES = {suite.name: suite for suite in (gosuite, pythonsuite, programsuite)}


@dataclass
class Expected:
    """A line of expected-differences.txt."""

    suite: str
    unit: str
    test: str
    reason: str
    matched: bool = False

    def matches(self, suite, unit, test):
        if suite == self.suite and re.fullmatch(self.unit, unit) and re.fullmatch(self.test, test):
            self.matched = True
            return True
        return False


def expected_differences():
    for line in listed("expected-differences.txt"):
        which, _, reason = line.partition(": ")
        suite, unit, test = which.split()
        yield Expected(suite, unit, test, reason.strip())


def kept(which, suite, unit):
    """The file that keeps what a unit did on one side; what it wrote lies beside it as a log."""
    return BUILT / which / suite.name / f"{unit.replace('/', '.')}.json"


def load(file):
    return Results(**json.loads(file.read_text())) if file.exists() else None


def keep(results, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".log").write_text(results.log)
    results.log = ""
    file.write_text(json.dumps(asdict(results), indent=1))
    return results


def natively(suite, unit, again=False):
    """What the unit's tests do natively, which changes only with the root tree."""
    file = kept("native", suite, unit)
    known = None if again else load(file)
    return known or keep(suite.run(Native(MOST_SECONDS), unit), file)


def in_mote(suite, unit, native, arguments):
    """What the unit's tests do in a VM. A test that fails there is run once more with the others that failed, for tests
    that race against time."""
    file = kept("mote", suite, unit)
    known = load(file)
    if arguments.report or (arguments.resume and known and (not known.cut or known.cut >= arguments.seconds)):
        return known
    side = Mote(arguments.seconds, arguments.option)
    wanted = native.passed()
    results = suite.run(side, unit)
    if side.over():
        results.cut = arguments.seconds
    if results.output != native.output:
        results.outcomes = {test: f"another output, {outcome}" for test, outcome in results.outcomes.items()}
    failed = [test for test in wanted if results.outcomes.get(test) != "pass"]
    if not results.cut and failed and len(failed) <= 40 and len(failed) < len(wanted):
        again = suite.run(Mote(arguments.seconds, arguments.option), unit, failed)
        results.second = [test for test in failed if again.outcomes.get(test) == "pass"]
        results.outcomes |= {test: "pass" for test in results.second}
        results.log += "\n--- second run\n" + again.log
        results.seconds += again.seconds
    return keep(results, file)


@dataclass
class Count:
    """What a comparison has found so far."""

    units: int = 0
    passed: int = 0  # natively, in the units that came to their end in the VM
    same: int = 0  # of these, in the VM too
    expected: int = 0
    unexpected: int = 0
    cut: list = field(default_factory=list)

    def add(self, suite, unit, native, mote, expected):
        """Adds a unit, and says which of its tests differ."""
        wanted = native.passed()
        differing = [test for test in wanted if mote.outcomes.get(test) != "pass"]
        if mote.cut:
            self.cut.append(unit)
            for test in differing:
                if test in mote.outcomes:
                    print(f"    {mote.outcomes[test]}: {test}", flush=True)
            return
        self.units += 1
        self.passed += len(wanted)
        self.same += len(wanted) - len(differing)
        for test in differing:
            if any(entry.matches(suite.name, unit, test) for entry in expected):
                self.expected += 1
            else:
                self.unexpected += 1
                print(f"    {mote.outcomes.get(test, 'not run')}: {test}", flush=True)

    def print(self, suite):
        percent = 100 * self.same / self.passed if self.passed else 0
        print(
            f"{suite.name}: {self.units} units, {self.passed} tests passed natively, "
            f"{self.same} of them in mote: {percent:.2f} %"
        )
        print(f"passed natively, failed in mote: {self.passed - self.same} ({self.expected} expected, {self.unexpected} not)")
        if self.cut:
            print(f"cut off, and not counted: {', '.join(self.cut)}")
        sys.stdout.flush()


def compare(suite, units, expected, arguments):
    """Runs the units of a suite, those first that were the shortest natively; prints a line for each and what differs.

    Returns how many tests differ unexpectedly or belong to units that were cut off.
    """
    width = max(map(len, units))
    natives = {}
    for unit in units:
        natives[unit] = native = natively(suite, unit, arguments.native_again)
        if arguments.native_only:
            print(f"{unit:{width}}  {len(native.passed()):5} of {len(native.outcomes)} pass, {native.seconds:.0f} s", flush=True)
    if arguments.native_only:
        return 0
    count = Count()
    for unit in sorted(units, key=lambda unit: natives[unit].seconds):
        native = natives[unit]
        mote = in_mote(suite, unit, native, arguments)
        if mote is None:
            continue
        passed = sum(mote.outcomes.get(test) == "pass" for test in native.passed())
        note = f", {len(mote.second)} of them at the second attempt" if mote.second else ""
        note += ", CUT OFF" if mote.cut else ""
        print(
            f"{unit:{width}}  {len(native.passed()):5} natively in {native.seconds:4.0f} s, "
            f"{passed:5} in mote in {mote.seconds:4.0f} s{note}",
            flush=True,
        )
        count.add(suite, unit, native, mote, expected)
    count.print(suite)
    return count.unexpected + len(count.cut)


def main():
    parser = argparse.ArgumentParser(prog="conformance/run-suites", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the units in quick.txt only")
    parser.add_argument("--native-only", action="store_true", help="no VM: only what passes natively")
    parser.add_argument("--native-again", action="store_true", help="run natively what has been run already")
    parser.add_argument("--resume", action="store_true", help="no VM for a unit whose outcomes in one are kept")
    parser.add_argument("--report", action="store_true", help="no VM at all: only what is kept")
    parser.add_argument("--seconds", type=float, default=MOST_SECONDS, help="for a unit in a VM; then it is cut off")
    parser.add_argument("--option", action="append", default=[], help="a further option of mote run; repeatable")
    parser.add_argument("suite", nargs="?", help=" or ".join(SUITES))
    parser.add_argument("unit", nargs="*", help="packages, modules or programs, as regular expressions")
    arguments = parser.parse_args()
    if arguments.suite and arguments.suite not in SUITES:
        parser.error(f"no suite {arguments.suite}: there are {', '.join(SUITES)}")
    expected = list(expected_differences())
    unexpected = 0
    for suite in SUITES.values():
        if arguments.suite not in (None, suite.name):
            continue
        units = suite.units()
        if arguments.quick:
            quick = [line.split()[1] for line in listed("quick.txt") if line.split()[0] == suite.name]
            units = [unit for unit in units if unit in quick]
        if arguments.unit:
            units = [unit for unit in units if any(re.fullmatch(wanted, unit) for wanted in arguments.unit)]
        if units:
            unexpected += compare(suite, units, expected, arguments)
        else:
            parser.error(f"{suite.name} has no such units, or they are not built")
    sys.exit(1 if unexpected else 0)


main()
