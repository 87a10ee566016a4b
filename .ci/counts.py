"""Counts the tests in the results of pytest and Robot Framework, and keeps what failed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from robot.api import ExecutionResult
from robot.errors import DataError
from robot.result import TestCase

#: Of the message of a failed test, this much is printed.
LINES = 15
CHARACTERS = 1500
#: The messages of so many failed tests are printed, of the others only the names.
WITH_MESSAGE = 30
#: How Robot's message begins for a test that has a tag of its option --skip.
SKIPPED_BY_TAG = "Test skipped using "
#: When more than so many tests fail, something is broken, and none is run again.
MOST_AGAIN = 6


class Failure(NamedTuple):
    """A test that failed, or a tool that did; `stage` is the check that ran it."""

    name: str
    message: str
    stage: str = ""
    #: Runs what failed in the same run once more.
    again: "Callable[[], Count] | None" = None

    def __str__(self) -> str:
        return f"{self.stage}: {self.name}"


class Count(NamedTuple):
    passed: int = 0
    failures: tuple[Failure, ...] = ()
    #: Why, for each test that was skipped.
    reasons: tuple[str, ...] = ()
    #: Those that failed at first, and passed or were skipped when run again.
    unsteady: tuple[Failure, ...] = ()

    @property
    def failed(self) -> int:
        return len(self.failures)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"

    def of_stage(self, stage: str) -> "Count":
        """The same count, with the name of the check in every failure."""
        named = tuple(failure._replace(stage=stage) for failure in self.failures)
        return self._replace(failures=named)

    def repeatable(self, again: "Callable[[], Count]") -> "Count":
        """The same count, whose failed tests `again` runs once more."""
        return self._replace(failures=tuple(one._replace(again=again) for one in self.failures))

    def settled(self, gone: "frozenset[Failure]", reasons: tuple[str, ...]) -> "Count":
        """The same count after a second run without these failures; some of them were skipped."""
        unsteady = tuple(one for one in self.failures if one in gone)
        failures = tuple(one for one in self.failures if one not in gone)
        passed = self.passed + len(unsteady) - len(reasons)
        return Count(passed, failures, self.reasons + reasons, unsteady)


def added(counts: Iterable[Count]) -> Count:
    """All of these as one."""
    passed, failures, reasons, unsteady = zip(Count(), *counts, strict=True)
    return Count(sum(passed), sum(failures, ()), sum(reasons, ()), sum(unsteady, ()))


def complete(
    count: Count, tool: str, code: int, output: str, failing: range = range(1, 251)
) -> Count:
    """Adds a failure for a run that had no test, or that broke off.

    `failing` are the exit codes that only say that tests have failed. Robot's are how many.
    """
    ran = count.passed or count.reasons
    as_counted = code in failing if count.failed else code == 0 and ran
    if as_counted:
        return count
    said = f"{tool} ended with exit code {code} after {count.passed + count.failed} tests"
    return count._replace(failures=(*count.failures, Failure(said, ending(output))))


def count_junit(path: Path) -> Count:
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Count()
    # A test that fails and whose teardown fails too is there twice.
    outcomes: dict[str, list[ElementTree.Element]] = {}
    for case in cases:
        name = f"{case.get('classname')}::{case.get('name')}"
        outcomes.setdefault(name, []).extend(case)
    failures, reasons = [], []
    for name, children in outcomes.items():
        faults = [child.text or "" for child in children if child.tag in ("failure", "error")]
        skips = [child.get("message", "") for child in children if child.tag == "skipped"]
        if faults:
            failures.append(Failure(name, ending("\n".join(faults))))
        elif skips:
            reasons.append(skips[0])
    passed = len(outcomes) - len(failures) - len(reasons)
    return Count(passed, tuple(failures), tuple(reasons))


def count_robot(path: Path) -> Count:
    try:
        result = ExecutionResult(str(path), include_keywords=False)
    except DataError:
        return Count()
    tests = list(result.suite.all_tests)
    failures = (Failure(one.longname, beginning(one.message)) for one in tests if one.failed)
    reasons = tuple(reason(test) for test in tests if test.skipped)
    return Count(result.statistics.total.passed, tuple(failures), reasons)


def reason(test: TestCase) -> str:
    """Why a test was skipped: what the tag says for which Robot skipped it, or else the message."""
    by_tag = [tag for tag in test.tags if tag.startswith("once on ")]
    return by_tag[0] if by_tag and test.message.startswith(SKIPPED_BY_TAG) else test.message


def beginning(text: str) -> str:
    """The first lines: Robot's messages start with what happened."""
    lines = text.strip().splitlines()
    short = "\n".join(lines[:LINES])[:CHARACTERS]
    return short if len(short) == len("\n".join(lines)) else f"{short}\n[...]"


def ending(text: str) -> str:
    """The last lines: a traceback and a log end with what happened."""
    lines = text.strip().splitlines()
    short = "\n".join(lines[-LINES:])[-CHARACTERS:]
    return short if len(short) == len("\n".join(lines)) else f"[...]\n{short}"


def run_again(counts: dict[str, Count], most: int = MOST_AGAIN) -> dict[str, Count]:
    """Runs a few failed tests once more, now that nothing runs beside them."""
    failures = added(counts.values()).failures
    if len(failures) > most:
        return counts
    gone: set[Failure] = set()
    reasons: dict[str, tuple[str, ...]] = {}
    for again in {failure.again for failure in failures if failure.again}:
        group = [failure for failure in failures if failure.again is again]
        second = again()
        failed = {failure.name for failure in second.failures}
        if second.passed + second.failed + len(second.reasons) == len(group):
            gone |= {failure for failure in group if failure.name not in failed}
            stage = group[0].stage
            reasons[stage] = (*reasons.get(stage, ()), *second.reasons)
    return {
        name: count.settled(frozenset(gone), reasons.get(name, ()))
        for name, count in counts.items()
    }


def summary(counts: dict[str, Count]) -> Iterator[str]:
    """A line for each check with why tests were skipped, then what failed, and one line for all."""
    width = max(map(len, counts))
    for name, count in counts.items():
        skipped = len(count.reasons)
        yield f"{name:{width}} {count}" + (f", {skipped} skipped" if skipped else "")
        for reason, number in Counter(count.reasons).most_common():
            yield f"{number:7} skipped: {reason}"
    total = added(counts.values())
    yield from explained("UNSTEADY, failed at first, but not when run again:", total.unsteady)
    yield from explained("FAILED", total.failures)
    yield str(total)


def explained(title: str, failures: tuple[Failure, ...]) -> Iterator[str]:
    """Each failure with its message, after an empty line."""
    names_only = failures[:-WITH_MESSAGE]
    yield from (f"{title} {failure}" for failure in names_only)
    for failure in failures[len(names_only) :]:
        yield ""
        yield f"{title} {failure}"
        yield from (f"    {line}" for line in failure.message.splitlines())
    if failures:
        yield ""
