"""What evidence costs: ``python bench/evidence.py``.

What the rows mean:

- *passing test*: everything that is done so that evidence could be shown, in a test that passes and
  shows none: beginning a record, and following its keywords. It is timed by itself, around
  keywords that do nothing, since it drowns in the noise of a call. The share is that of the
  whole two-agent test (start both, dial, accept, verify both ways, hang up, stop both).
- *failed test*: from the end of its last keyword until Robot may go on, with a call of two agents
  and four recordings: ladder, capture, players and pictures. *nothing shown*: with evidence=never.
- *log of N failed tests*: the size of log.html, and how long Chromium takes until the first of its
  failed tests shows its ladder.
"""

import argparse
import statistics
import tempfile
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from robot.api import ExecutionResult, ResultWriter
from robot.running import TestSuite

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.types import Frequency

#: The keywords of a two-agent test.
KEYWORDS = 10


def microseconds_of_following(repeat: int) -> float:
    """What one passing test spends on being followed (us)."""
    library = BaresipLibrary(timeout=timedelta(seconds=5))
    evidence = library._context.evidence
    began = time.perf_counter()
    for _ in range(repeat):
        evidence.enter(Path("/nowhere"), "Suite", "Test")
        for _ in range(KEYWORDS):
            with evidence.keyword("Verify Audio Connection    alice    bob", quiet=False):
                pass
    took = (time.perf_counter() - began) / repeat
    library.close()
    return took * 1e6


def milliseconds_of_a_test(folder: Path, repeat: int) -> float:
    """The two-agent test (ms)."""
    library = BaresipLibrary(timeout=timedelta(seconds=5))
    library._context.recordings.enter(folder)
    samples = []
    for _ in range(repeat):
        began = time.perf_counter()
        for keyword, *arguments in (
            ("start_agent", "alice"),
            ("start_agent", "bob"),
            ("dial", "alice", "bob"),
            ("accept", "bob"),
            ("verify_audio_connection", "alice", "bob"),
            ("hang_up", "bob"),
            ("stop_all_agents",),
        ):
            library.run_keyword(keyword, arguments, {})
        samples.append((time.perf_counter() - began) * 1000)
    library.close()
    return statistics.median(samples)


def failing_suite(count: int, evidence: str) -> TestSuite:
    """So many tests that talk for half a second and fail then."""
    suite = TestSuite("Failing")
    suite.resource.imports.library("BaresipLibrary", args=[f"evidence={evidence}"])
    for number in range(count):
        test = suite.tests.create(f"Test {number}")
        for keyword, *arguments in (
            ("Start Agent", "alice"),
            ("Start Agent", "bob"),
            ("Dial", "alice", "bob"),
            ("Accept", "bob"),
            ("Wait Until State Is", "alice", "ESTABLISHED"),
            ("Send Audio", "alice", "tone:440"),
            ("Send Audio", "bob", f"tone:{Frequency(620):g}"),
            ("Verify Audio", "bob", "480 Hz", "within=500ms"),
        ):
            test.body.create_keyword(keyword, args=arguments)
    return suite


def milliseconds_after_the_failure(folder: Path, count: int, evidence: str) -> float:
    """From the end of the failing keyword to the end of its test (ms), and the log of it all."""
    output = folder / evidence
    failing_suite(count, evidence).run(outputdir=str(output), output="output.xml", console="none")
    ResultWriter(str(output / "output.xml")).write_results(
        log=str(output / "log.html"), report=None
    )
    ends = []
    for test in ExecutionResult(str(output / "output.xml")).suite.all_tests:
        last = [step for step in test.body if step.type == step.KEYWORD][-1]
        # Robot notes the end of a test before the listeners: the next test's start is the end.
        ends.append((test.start_time, last.end_time))
    gaps = [(begin - end).total_seconds() * 1000 for (_, end), (begin, _) in pairwise(ends)]
    return statistics.median(gaps)


def seconds_to_open(log: Path) -> float:
    """From opening a log in Chromium to the ladder of its first failed test (s)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = chromium.new_page()
        began = time.perf_counter()
        page.goto(f"{log.as_uri()}#s1-t1")
        page.locator(".sip-ladder").first.wait_for()
        took = time.perf_counter() - began
        chromium.close()
    return took


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="What evidence costs.")
    parser.add_argument("--failed", type=int, default=100, help="failed tests in one log")
    count = parser.parse_args().failed
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        following = microseconds_of_following(2000)
        whole = milliseconds_of_a_test(folder, 15)
        shown = milliseconds_after_the_failure(folder, count, "on_failure")
        hidden = milliseconds_after_the_failure(folder, min(count, 15), "never")
        log = folder / "on_failure" / "log.html"
        print(f"passing test, followed        {following:9.0f} us   of {whole:.0f} ms:"
              f" {following / whole / 10:.3f} %  aim < 3 %")  # fmt: skip
        print(f"failed test, nothing shown    {hidden:9.0f} ms")
        print(f"failed test, evidence shown   {shown:9.0f} ms")
        print(f"log of {count} failed tests      {log.stat().st_size / 1e6:9.1f} MB  aim < 100 MB")
        print(f"  opened in Chromium          {seconds_to_open(log):9.1f} s")


if __name__ == "__main__":
    main()
