"""Runs the cases of one module of CPython's test suite and says the outcome of each, so that another program can read it
whatever the cases write:

    run_cases.py MODULE BEGIN [CASE...]

BEGIN is the number of the first case to run; if cases are named, only those run.
"""

import fcntl
import os
import sys
import tempfile
import unittest

from test import support

MARK = "\x16@@ "


class Teller(unittest.TestResult):
    def __init__(self, channel, numbers):
        super().__init__()
        self.channel = channel
        self.numbers = numbers

    def tell(self, *words):
        os.write(self.channel, ("\n" + MARK + " ".join(map(str, words)) + "\n").encode("utf-8", "backslashreplace"))

    def startTest(self, test):
        super().startTest(test)
        self.tell("start", self.numbers.get(id(test), 0), test.id())

    def stopTest(self, test):
        super().stopTest(test)
        self.tell("stop")

    def addSuccess(self, test):
        self.tell("pass", test.id())

    def addSkip(self, test, reason):
        self.tell("skip", test.id())
        self.explain(reason)

    def addFailure(self, test, error):
        self.tell("fail", test.id())
        self.explain(self._exc_info_to_string(error, test))

    def addError(self, test, error):
        self.tell("error", test.id())
        self.explain(self._exc_info_to_string(error, test))

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.tell("fail", test.id())
            self.explain(f"{subtest}\n{self._exc_info_to_string(error, test)}")

    def addExpectedFailure(self, test, error):
        self.tell("pass", test.id())

    def addUnexpectedSuccess(self, test):
        self.tell("fail", test.id())

    def explain(self, text):
        os.write(self.channel, text.encode("utf-8", "backslashreplace"))


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def main():
    module, begin, only = sys.argv[1], int(sys.argv[2]), set(sys.argv[3:])
    # A number that no case expects to get, and that stays when a case replaces the standard output.
    channel = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 200)
    support.use_resources = []
    os.chdir(tempfile.mkdtemp())
    sys.argv[1:] = []
    result = Teller(channel, {})
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName("test." + module)
    except unittest.SkipTest as reason:
        result.tell("complete")
        result.explain(str(reason))
        return
    cases = list(flatten(suite))
    result.numbers = {id(case): number for number, case in enumerate(cases)}
    # A flat suite keeps what its classes and modules set up as long as their cases follow each other.
    unittest.TestSuite(case for case in cases[begin:] if not only or case.id() in only).run(result)
    result.tell("complete")
    sys.stdout.flush()
    os._exit(0)


main()
