"""Runs foreign test suites natively and in a VM and compares them test by test; see README.md."""

import argparse
import json
import re
import sys
from dataclasses import asdict, dataclass

import gosuite
import programsuite
import pythonsuite
from results import Results, listed
from sides import BUILT, HERE, Mote, Native

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


def natively(suite, unit, again):
    """What the unit's tests do natively, which is kept: it changes only with the root tree."""
    kept = BUILT / "native" / suite.name / f"{unit.replace('/', '.')}.json"
    if kept.exists() and not again:
        return Results(**json.loads(kept.read_text()))
    results = suite.run(Native(), unit)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.with_suffix(".log").write_text(results.log)
    results.log = ""
    kept.write_text(json.dumps(asdict(results), indent=1))
    return results


def in_mote(suite, unit, native, side):
    """What the unit's tests do in a VM. A test that fails there is run once more with the others that failed, for tests
    that race against time."""
    wanted = native.passed()
    results = suite.run(side, unit)
    if results.output != native.output:
        results.outcomes = {test: f"another output, {outcome}" for test, outcome in results.outcomes.items()}
    failed = [test for test in wanted if results.outcomes.get(test) != "pass"]
    second = []
    if failed and len(failed) <= 40 and len(failed) < len(wanted):
        again = suite.run(side, unit, failed)
        second = [test for test in failed if again.outcomes.get(test) == "pass"]
        results.outcomes |= {test: "pass" for test in second}
        results.log += "\n--- second run\n" + again.log
        results.seconds += again.seconds
    log = BUILT / "mote" / suite.name / f"{unit.replace('/', '.')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(results.log)
    return results, second


def compare(suite, units, expected, arguments):
    """Runs the units of a suite; prints a line for each and what differs; returns how many differ unexpectedly."""
    passed = same = unexpected = listed_ones = 0
    width = max(map(len, units))
    for unit in units:
        native = natively(suite, unit, arguments.native_again)
        if arguments.native_only:
            print(f"{unit:{width}}  {len(native.passed()):5} of {len(native.outcomes)} pass, {native.seconds:.0f} s", flush=True)
            continue
        wanted = native.passed()
        mote, second = in_mote(suite, unit, native, Mote(arguments.option))
        differing = [test for test in wanted if mote.outcomes.get(test) != "pass"]
        passed += len(wanted)
        same += len(wanted) - len(differing)
        note = f", {len(second)} of them at the second attempt" if second else ""
        print(
            f"{unit:{width}}  {len(wanted):5} natively in {native.seconds:4.0f} s, "
            f"{len(wanted) - len(differing):5} in mote in {mote.seconds:4.0f} s{note}",
            flush=True,
        )
        for test in differing:
            entry = next((entry for entry in expected if entry.matches(suite.name, unit, test)), None)
            if entry:
                listed_ones += 1
            else:
                unexpected += 1
                print(f"    {mote.outcomes.get(test, 'not run')}: {test}", flush=True)
    if not arguments.native_only:
        percent = 100 * same / passed if passed else 0
        print(f"{suite.name}: {passed} passed natively, {same} of them in mote: {percent:.2f} %")
        print(f"passed natively, failed in mote: {passed - same} ({listed_ones} expected, {unexpected} not)", flush=True)
    return unexpected


def main():
    parser = argparse.ArgumentParser(prog="conformance/run-suites", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the units in quick.txt only")
    parser.add_argument("--native-only", action="store_true", help="no VM: only what passes natively")
    parser.add_argument("--native-again", action="store_true", help="run natively what has been run already")
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
