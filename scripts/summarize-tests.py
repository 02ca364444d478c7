#!/usr/bin/env python3
"""Prints which tests ran on which KVM, then each test that failed, and `N passed, N failed` as the last line. Status 1
when something failed.

usage: summarize-tests.py FOLDER

Reads Maven's reports of all modules (this machine's KVM), and in FOLDER the console logs kvm-amd-nested.log and
kvm-amd-shadow.log and the exit status of each step (build.status, ...). A step that failed with no failing test to show
for it, or that never ran, counts as one failure.
"""

import glob
import os
import re
import sys
import xml.etree.ElementTree as xml


def own_kvm():
    """What KVM this machine has, from the kernel's own description of itself."""
    for module, name in (("kvm_intel", "VMX"), ("kvm_amd", "SVM"), ("kvm_pvm", "PVM")):
        if os.path.isdir("/sys/module/" + module):
            return name
    return "KVM of this machine"


def maven_results():
    """Test classes with their counts, name -> (passed, failed, skipped), and a line for each test that failed."""
    results = {}
    failures = []
    for path in sorted(glob.glob("*/target/surefire-reports/TEST-*.xml")):
        suite = xml.parse(path).getroot()
        count = {key: int(suite.get(key, 0)) for key in ("tests", "errors", "failures", "skipped")}
        failed = count["errors"] + count["failures"]
        passed = count["tests"] - failed - count["skipped"]
        results[suite.get("name", path)] = (passed, failed, count["skipped"])
        for case in suite.iter("testcase"):
            for fault in [*case.findall("failure"), *case.findall("error")]:
                message = " ".join((fault.get("message") or fault.get("type") or "").split())[:300]
                failures.append(f"{case.get('classname')}.{case.get('name')}: {message}")
    return results, failures


def console_results(log):
    """The tests of a JUnit console run with how each ended, and the counts; of a run that was cut off, as far as it got."""
    if not os.path.exists(log):
        return [], 0, 0
    with open(log, errors="replace") as file:
        ended = re.findall(r"^JUnit Jupiter > (.*) :: (SUCCESSFUL|FAILED|ABORTED|SKIPPED)\b", file.read(), re.MULTILINE)
    counts = [outcome for _, outcome in ended]
    return ended, counts.count("SUCCESSFUL"), counts.count("FAILED")


def step_status(folder, step):
    """How a step of .ci/run ended: its exit status and how long it took, or that it never ended."""
    try:
        with open(os.path.join(folder, step + ".status")) as file:
            return file.read().strip()
    except FileNotFoundError:
        return "none"


def step_failed(folder, step):
    """Whether a step of .ci/run ended with another status than 0, or never ended."""
    return not step_status(folder, step).startswith("0 ")


def main(folder):
    print("=== " + own_kvm())
    passed = failed = 0
    results, failures = maven_results()
    for name, (good, bad, skipped) in results.items():
        note = f", {bad} FAILED" if bad else ""
        note += f", {skipped} skipped" if skipped else ""
        print(f"  {name}: {good} passed{note}")
        passed += good
        failed += bad
    if step_failed(folder, "build") and not failed:
        failures.append("./build failed, though no test did")
        failed += 1
    for paging in ("nested", "shadow"):
        step = "kvm-amd-" + paging
        tests, good, bad = console_results(os.path.join(folder, step + ".log"))
        failures += [f"kvm_amd, {paging} paging: {name}" for name, outcome in tests if outcome == "FAILED"]
        if step_failed(folder, step) and not bad:
            failures.append(f"{step} did not end as it should, though no test failed: see its log")
            bad = 1
        print(f"=== kvm_amd, {paging} paging: {good} passed, {bad} failed")
        print("\n".join(f"  {name}: {outcome.lower()}" for name, outcome in tests))
        passed += good
        failed += bad
    # Last, where a log that was cut still has them.
    for step in ("build", "kvm-amd-prepared", "kvm-amd-nested", "kvm-amd-shadow"):
        print(f"{step}: status {step_status(folder, step)}")
    for failure in failures:
        print("FAILED " + failure)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
