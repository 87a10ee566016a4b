"""What `make test` counts and prints at its end."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import robot

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def ci() -> ModuleType:
    """The module beside `check.py`, which is not part of a package."""
    spec = importlib.util.spec_from_file_location("ci_counts", ROOT / ".ci" / "counts.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def junit(folder: Path, cases: str) -> Path:
    path = folder / "junit.xml"
    path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    return path


def robot_output(folder: Path, tests: str) -> Path:
    suite = folder / "a_suite.robot"
    suite.write_text(f"*** Test Cases ***\n{tests}")
    robot.run(suite, output=folder / "output.xml", log=None, report=None, console="none")
    return folder / "output.xml"


def test_a_failed_unit_test_is_named_with_the_end_of_its_traceback(
    ci: ModuleType, tmp_path: Path
) -> None:
    trace = "\n".join(f"line {number}" for number in range(40))
    cases = (
        '<testcase classname="utest.test_a" name="test_good"/>'
        f'<testcase classname="utest.test_a" name="test_bad"><failure>{trace}</failure></testcase>'
    )
    count = ci.count_junit(junit(tmp_path, cases))
    assert str(count) == "1 passed, 1 failed"
    (failure,) = count.failures
    assert failure.name == "utest.test_a::test_bad"
    assert failure.message.splitlines() == ["[...]", *(f"line {n}" for n in range(25, 40))]


def test_a_unit_test_that_fails_with_its_teardown_counts_once(
    ci: ModuleType, tmp_path: Path
) -> None:
    case = '<testcase classname="utest.test_a" name="test_bad">'
    cases = f"{case}<failure>one</failure></testcase>{case}<error>two</error></testcase>"
    count = ci.count_junit(junit(tmp_path, cases))
    assert [failure.message for failure in count.failures] == ["one\ntwo"]


def test_a_skipped_unit_test_says_why(ci: ModuleType, tmp_path: Path) -> None:
    cases = '<testcase classname="a" name="b"><skipped message="no codec"/></testcase>'
    assert ci.count_junit(junit(tmp_path, cases)) == ci.Count(reasons=("no codec",))


def test_a_failed_acceptance_test_is_named_with_the_start_of_its_message(
    ci: ModuleType, tmp_path: Path
) -> None:
    tests = (
        "Works\n    No Operation\nBreaks\n    Fail    Bob did not ring.${{chr(10) * 30}}more\n"
        "Lacks\n    Skip    no baresip\n"
    )
    count = ci.count_robot(robot_output(tmp_path, tests))
    assert (count.passed, count.failed, count.reasons) == (1, 1, ("no baresip",))
    (failure,) = count.failures
    assert failure.name == "A Suite.Breaks"
    assert failure.message == f"Bob did not ring.{chr(10) * 14}\n[...]"


@pytest.mark.parametrize(("passed", "code"), [(0, 0), (3, 1)])
def test_a_run_without_tests_or_that_broke_is_a_failure_with_its_output(
    ci: ModuleType, passed: int, code: int
) -> None:
    count = ci.complete(ci.Count(passed), "robot", code, "Segmentation fault\n")
    (failure,) = count.failures
    assert failure.name == f"robot ended with exit code {code} after {passed} tests"
    assert failure.message == "Segmentation fault"


def test_a_run_that_broke_off_after_a_failed_test_is_one_more_failure(ci: ModuleType) -> None:
    count = ci.Count(10, (ci.Failure("a", "b"),)).repeatable(lambda: ci.Count(1))
    broken = ci.complete(count, "pytest", 3, "INTERNALERROR", failing=range(1, 2))
    second = ci.run_again({"utest": broken})["utest"]
    assert str(second) == "11 passed, 1 failed"
    assert second.failures[0].name == "pytest ended with exit code 3 after 11 tests"


def test_a_run_with_a_failed_test_is_not_counted_twice(ci: ModuleType) -> None:
    count = ci.Count(3, (ci.Failure("a", "b"),))
    assert ci.complete(count, "robot", 1, "") == count


def test_a_test_that_the_other_backend_runs_is_skipped_for_the_reason_in_its_tag(
    ci: ModuleType, tmp_path: Path
) -> None:
    tests = (
        "One\n    [Tags]    once on embedded: why    slow\n    Fail\n"
        "Two\n    [Tags]    once on external: why not\n    Skip    so\n"
    )
    (tmp_path / "a_suite.robot").write_text(f"*** Test Cases ***\n{tests}")
    output = tmp_path / "output.xml"
    quiet = {"log": None, "report": None, "console": "none"}
    robot.run(tmp_path / "a_suite.robot", output=output, skip="once on embedded:*", **quiet)
    assert ci.count_robot(output).reasons == ("once on embedded: why", "so")


def test_the_end_says_the_counts_then_what_failed(ci: ModuleType) -> None:
    failed = ci.Count(1, (ci.Failure("Atest.Calls.Rings", "no\nring"),), ("old",))
    counts = {"utest": ci.Count(5), "atest": failed.of_stage("atest")}
    assert list(ci.summary(counts)) == [
        "utest 5 passed, 0 failed",
        "atest 1 passed, 1 failed, 1 skipped",
        "      1 skipped: old",
        "",
        "FAILED atest: Atest.Calls.Rings",
        "    no",
        "    ring",
        "",
        "6 passed, 1 failed",
    ]


def test_of_many_failures_the_first_are_named_without_their_messages(ci: ModuleType) -> None:
    failures = tuple(ci.Failure(f"test {number}", "why") for number in range(50))
    lines = list(ci.summary({"utest": ci.Count(0, failures)}))
    assert lines[1:21] == [f"FAILED : test {number}" for number in range(20)]
    assert lines[21:24] == ["", "FAILED : test 20", "    why"]


def failed_run(ci: ModuleType, second: object, *names: str) -> dict[str, object]:
    """The counts of a run in which these tests failed, and what a second run of them counts."""
    failures = tuple(ci.Failure(name, "why") for name in names)
    return {"atest": ci.Count(7, failures).repeatable(lambda: second).of_stage("atest")}


def test_a_test_that_passes_when_run_again_is_counted_as_passed_and_told(ci: ModuleType) -> None:
    second = ci.Count(1, (ci.Failure("b", "why again"),))
    counts = ci.run_again(failed_run(ci, second, "a", "b"))
    assert list(ci.summary(counts)) == [
        "atest 8 passed, 1 failed",
        "",
        "UNSTEADY, failed at first, but not when run again: atest: a",
        "    why",
        "",
        "",
        "FAILED atest: b",
        "    why",
        "",
        "8 passed, 1 failed",
    ]


def test_a_test_that_is_skipped_when_run_again_is_counted_as_skipped_and_told(
    ci: ModuleType,
) -> None:
    second = ci.Count(1, (), ("no plane",))
    counts = ci.run_again(failed_run(ci, second, "a", "b"))
    assert list(ci.summary(counts))[:2] == [
        "atest 8 passed, 0 failed, 1 skipped",
        "      1 skipped: no plane",
    ]
    assert len(ci.added(counts.values()).unsteady) == 2


def test_a_second_run_that_runs_not_all_of_them_settles_nothing(ci: ModuleType) -> None:
    counts = failed_run(ci, ci.Count(1), "a", "b")
    assert ci.run_again(counts) == counts


def test_a_failure_that_is_no_test_stays(ci: ModuleType) -> None:
    counts = {"lint": ci.Count(0, (ci.Failure("ruff check", "F401"),))}
    assert ci.run_again(counts) == counts


def test_when_many_tests_fail_none_is_run_again(ci: ModuleType) -> None:
    counts = failed_run(ci, ci.Count(7), *"abcdefg")
    assert ci.run_again(counts) == counts
