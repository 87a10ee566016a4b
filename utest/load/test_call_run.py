"""What came of runs of calls: percentiles, sums, files."""

import json
import re
import statistics
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.errors import UsageError
from BaresipLibrary.keywords import call_rate
from BaresipLibrary.keywords.call_rate import CallRateKeywords
from BaresipLibrary.load.call_run import (
    MOST_TOLD,
    CallRun,
    FailedCall,
    Percentile,
    RunField,
    Spread,
    most_each_second,
)
from BaresipLibrary.load.saved_runs import add_up, read_run
from BaresipLibrary.report.call_runs import call_run_html


def a_run(began: float = 1000.0, **values: object) -> CallRun:
    plain: dict[str, Any] = {"rate": 5.0, "seconds": 3.0, "seeds": [7], **values}
    return CallRun(began=began, **plain)


def test_percentiles_are_interpolated_as_numpy_does() -> None:
    values = [float(value * value % 97) for value in range(61)]
    spread = Spread.of(values)
    expected = np.percentile(values, [0, 5, 50, 95, 99, 100])
    shown = (spread.min, spread.p5, spread.p50, spread.p95, spread.p99, spread.max)
    assert shown == pytest.approx(expected, abs=1e-4)
    assert spread.p50 == statistics.median(values)
    assert spread.count == 61


def test_one_value_is_all_its_percentiles_and_none_has_none() -> None:
    assert Spread.of([2.0]) == Spread(1, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0)
    assert Spread.of([]) == Spread()


def test_shares_are_of_what_was_judged_and_of_what_was_attempted() -> None:
    run = a_run(attempted=10, established=8, succeeded=6, failed=2, undecided_because={"late": 2})
    assert run.failed_percent == 25.0
    assert run.established_percent == 80.0
    assert run.undecided == 2
    assert a_run().failed_percent is None


def test_runs_are_added_up_second_by_second() -> None:
    first = a_run(
        offered=3,
        failures={"486 Busy Here": 1},
        went_up=[0.0, 1.2, 1.5],
        went_down=[1.4, 2.9, 2.9],
        failed_at=[2.9],
        setup_times=[0.1],
    )
    later = a_run(
        began=1002.4,
        offered=4,
        failures={"486 Busy Here": 2, "408 Timeout": 1},
        went_up=[0.55, 1.1],
        went_down=[1.5, 2.1],
        failed_at=[0.1, 2.2],
        undecided_at=[0.25],
        setup_times=[0.3],
        not_attempted_because={"late": 1},
    )
    total = add_up([first, later])
    assert (total.rate, total.offered, total.seconds, total.began) == (10.0, 7, 5.4, 1000.0)
    assert total.failures == {"486 Busy Here": 3, "408 Timeout": 1}
    assert total.concurrent == [1, 2, 2, 2, 1, 0], "and not the sum of what each had at most"
    assert total.peak == 2
    assert total.failed_at == [2.9, 2.5, 4.6], "by the clock of the first, to the millisecond"
    assert total.undecided_at == [2.65]
    assert total.not_attempted == 1
    assert total.setup_time.p50 == pytest.approx(0.2)
    assert total.seeds == [7, 7]
    assert first.went_up == [0.0, 1.2, 1.5] and first.failures == {"486 Busy Here": 1}


def test_a_run_is_the_same_after_a_file_and_after_remote(tmp_path: Path) -> None:
    run = a_run(
        failed=1, failed_calls=[FailedCall(0.5, "a", "b", "id", "408 x", "y")], scores=[4.4]
    )
    run.save(tmp_path / "new" / "run.json")
    assert read_run(tmp_path / "new" / "run.json") == run
    assert read_run(json.loads(json.dumps(asdict(run)))) == run
    assert read_run(run) is run


def test_what_is_not_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no JSON")
    (tmp_path / "other.json").write_text('{"rate": 5}')
    with pytest.raises(UsageError, match="is not a file that Run Calls has saved"):
        read_run(tmp_path / "text")
    with pytest.raises(UsageError, match="is not a run of calls: it has no 'began'"):
        read_run(tmp_path / "other.json")
    with pytest.raises(UsageError, match="5 is neither what Run Calls returned"):
        read_run(5)
    with pytest.raises(FileNotFoundError):
        read_run(tmp_path / "none.json")


def test_what_comes_from_the_network_is_escaped_and_a_long_run_is_no_wider() -> None:
    run = a_run(
        seconds=86_400.0,
        failed=1,
        failures={"600 <script>": 1},
        failed_calls=[FailedCall(0.5, "a", "b", "<id>", "600 <script>", "<b>")],
        went_up=[float(at) for at in range(86_400)],
        went_down=[at + 30.0 for at in range(86_400)],
        failed_at=[float(at) for at in range(86_400)],
    )
    html = call_run_html(run)
    assert "<script" not in html and "<id>" not in html
    assert len(html) < 80_000
    assert "86400 s" in html


def test_what_did_not_go_well_has_marks_in_the_picture_and_in_its_legend() -> None:
    run = a_run(failed_at=[0.2, 0.4], undecided_at=[1.5], not_attempted_at=[3.0])
    html = call_run_html(run)
    marks = re.findall(r'<rect x="([\d.]+)" y="(\d+)"', html)
    assert [y for _, y in marks] == ["0", "6", "132"], "one mark for each second and kind"
    assert [float(x) for x, _ in marks] == sorted(float(x) for x, _ in marks)
    entry = "9608;</span> ([a-z -]*[a-z])"
    assert re.findall(entry, html) == ["calls that were up", "failed", "undecided", "not attempted"]
    assert re.findall(entry, call_run_html(a_run())) == ["calls that were up"]


def test_a_sum_does_not_say_how_many_are_needed_when_that_of_one_is_not_known() -> None:
    known, cut_short = a_run(offered=9, needed=12), a_run(offered=9, unfinished=2)
    assert add_up([known, cut_short]).needed == 0
    assert add_up([known, a_run(offered=5, needed=3)]).needed == 15


def test_undecided_calls_are_told_one_by_one(tmp_path: Path) -> None:
    told = FailedCall(0.5, "alice", "bob", "id-1", "an agent could not act", "bob's process ended")
    run = a_run(undecided_calls=[told], undecided_because={told.reason: 1})
    html = call_run_html(run)
    assert "the calls that are undecided" in html and "alice to bob" in html and "id-1" in html
    run.save(tmp_path / "run.json")
    later = a_run(began=1001.5, undecided_calls=[told])
    total = add_up([later, read_run(tmp_path / "run.json")])
    assert [call.at for call in total.undecided_calls] == [0.5, 2.0]


def test_the_failed_calls_of_a_sum_are_the_first_by_the_clock() -> None:
    first, later = (
        a_run(
            began=began,
            failed_calls=[FailedCall(at, "a", "b", "", "486", name) for at in range(MOST_TOLD)],
        )
        for began, name in ((1000.0, "first"), (1005.5, "later"))
    )
    told = add_up([later, first]).failed_calls
    assert len(told) == MOST_TOLD
    assert [call.at for call in told if call.details == "later"] == [
        5.5,
        6.5,
        7.5,
        8.5,
        9.5,
        10.5,
        11.5,
    ]
    assert [call.at for call in told] == sorted(call.at for call in told)


def test_the_same_run_is_not_added_twice(tmp_path: Path) -> None:
    run = a_run(offered=3)
    run.save(tmp_path / "run.json")
    with pytest.raises(UsageError, match="is given twice; it would count double"):
        add_up([run, read_run(tmp_path / "run.json")])


def test_runs_of_other_days_are_not_added(tmp_path: Path) -> None:
    """A clock that stands at 1970 would make a sum of half a century, second by second."""
    with pytest.raises(UsageError, match="One of the runs began 278 hours after another, by the"):
        add_up([a_run(), a_run(began=1_001_000.0), a_run(began=1_000_999.0)])
    assert add_up([a_run(), a_run(began=87_000.0)]).seconds == 86_003.0


def test_a_run_that_cannot_be_saved_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(call_rate.logger, "info", lambda text, **_: shown.append(text))
    run = Mock(failed=[], left_over="")
    run.result.return_value = a_run(offered=1, attempted=1, established=1, succeeded=1)
    with pytest.raises(UsageError, match=r"^The run is not saved: /dev/full cannot be written: No"):
        call_rate._carry_out(run, Path("/dev/full"))
    assert "calls that arrived" in shown[0]
    run.run.side_effect = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        call_rate._carry_out(run, Path("/dev/full"))


def test_a_phone_system_with_a_reason_for_each_call_fills_no_log() -> None:
    run = a_run(failed=502, failures={"503 Full": 3, **{f"503 no {n}": 1 for n in range(499)}})
    html = call_run_html(run)
    assert html.count("503 ") == 20 and "503 Full" in html
    assert re.search("480 other reasons</td><td[^>]*>480<", html)


def test_the_most_of_each_second_counts_what_goes_on_from_before() -> None:
    assert most_each_second([0.5, 0.9], [2.5, 1.1], 4) == [2, 2, 1, 0]
    assert most_each_second([0.5], [0.5], 2) == [1, 0], "also what is up for no time at all"
    assert most_each_second([], [], 2) == [0, 0]
    assert most_each_second([0.1], [5.0], 0) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("failed_calls", [{"at": 1}]),
        ("failed_calls", [5]),
        ("failed_calls", None),
        ("setup_times", None),
        ("setup_times", ["fast"]),
        ("failures", []),
        ("failures", {"486": "one"}),
        ("rate", "5/s"),
        ("stopped", None),
    ],
)
def test_a_file_with_broken_values_is_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError, match="the run is not a run of calls: "):
        read_run({**asdict(a_run()), name: value})


def test_what_is_left_open_is_told_apart() -> None:
    run = a_run(
        offered=9,
        attempted=5,
        established=3,
        needed=12,
        unchecked=1,
        not_attempted_because={"no caller was idle, as most had died": 4},
        undecided_because={"an agent could not act": 2},
    )
    assert [*run.shortcomings()] == [
        "4 of 9 calls were not attempted: no caller was idle, as most had died (4).",
        "2 of 5 calls failed while this machine was late or an agent did not work, which may be the"
        " cause: an agent could not act (2).",
        "The audio of 1 of 3 calls was not checked, as the talk was over before that: make talk="
        " longer.",
    ]
    assert not [*a_run(offered=1, attempted=1, succeeded=1).shortcomings()]


def test_a_sum_does_not_claim_of_all_what_holds_in_one_run() -> None:
    stopped = a_run(stopped="failures > 5%", failed=1)
    assert "(seed 7); failures &gt; 5% holds</b>" in call_run_html(stopped)
    total = add_up([stopped, a_run(succeeded=99)])
    assert "failures &gt; 5% holds in one of these runs</b>" in call_run_html(total)


def test_files_are_found_by_wildcards_also_in_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("BaresipLibrary.keywords.call_rate.output_directory", lambda: tmp_path)
    for part, offered in (("0", 3), ("1", 4), ("[2]", 5)):
        a_run(offered=offered).save(tmp_path / "parts" / part / "calls.json")
    keywords = CallRateKeywords.__new__(CallRateKeywords)
    assert keywords.add_up_call_runs("parts/[01]/calls.json").offered == 7
    assert keywords.add_up_call_runs(f"{tmp_path}/parts/*/calls.json").offered == 12
    assert keywords.add_up_call_runs(tmp_path / "parts" / "[2]" / "calls.json").offered == 5
    with pytest.raises(UsageError, match=r"There is no file .*/parts/9/\*\.json\."):
        keywords.add_up_call_runs("parts/9/*.json")


def test_agents_are_asked_for_where_too_few_were_the_reason() -> None:
    run = a_run(offered=9, attempted=8, needed=12, not_attempted_because={"no caller was idle": 1})
    assert "1 of 9 calls was not attempted: no caller was idle (1). At this rate about 12" in str(
        [*run.shortcomings()]
    )


@pytest.mark.parametrize(
    ("field", "percentile", "subject"),
    [
        (RunField.failed, None, "The number of failed calls"),
        (RunField.not_attempted, None, "The number of not attempted calls"),
        (RunField.failed_percent, None, "The percentage of failed calls"),
        (RunField.peak, None, "The peak of calls at the same time"),
        (RunField.setup_time, Percentile.p95, "The setup_time (p95) of the calls"),
    ],
)
def test_a_figure_that_is_not_as_expected_is_told_by_what_it_is(
    field: RunField, percentile: Percentile | None, subject: str
) -> None:
    run = a_run(succeeded=1, setup_times=[0.1])
    keywords = CallRateKeywords.__new__(CallRateKeywords)
    is_equal = AssertionOperator["=="]
    with pytest.raises(AssertionError, match=re.escape(f"{subject} '")):
        keywords.get_run_statistics(run, field, is_equal, "77", percentile=percentile)


def test_a_percentile_is_asked_for_where_there_are_many_values() -> None:
    keywords, run = CallRateKeywords.__new__(CallRateKeywords), a_run(setup_times=[0.1])
    with pytest.raises(UsageError, match="setup_time has many values: choose one, as in percent"):
        keywords.get_run_statistics(run, RunField.setup_time)
    with pytest.raises(UsageError, match=r"failed is one value: leave out percentile=\."):
        keywords.get_run_statistics(run, RunField.failed, percentile=Percentile.p5)
