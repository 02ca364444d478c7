"""What came out of the tests of one unit: a package, a module, a program."""

from dataclasses import dataclass, field

from sides import HERE


@dataclass
class Results:
    outcomes: dict = field(default_factory=dict)  # name of a test: pass, skip, fail, error, crash, hang
    seconds: float = 0
    attempts: int = 0
    output: str = ""  # where it is to be the same on both sides
    second: list = field(default_factory=list)  # the tests that passed at a second attempt only
    cut: float = 0  # after how many seconds the unit was cut off; 0 if it came to its end
    log: str = ""

    def attempt(self, ended):
        self.attempts += 1
        self.seconds += ended.seconds
        self.log += f"{ended.output}\n--- standard error\n{ended.error}\n--- status {ended.status} {ended.late}\n"

    def passed(self):
        return [test for test, outcome in self.outcomes.items() if outcome == "pass"]


def listed(file):
    """The lines of a list, without its comments."""
    lines = (HERE / file).read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
