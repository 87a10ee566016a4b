"""The process that understands speech: what it is given, how it ends, and what is told then."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from BaresipLibrary.concurrency import Changes, wait_until
from BaresipLibrary.errors import UsageError
from BaresipLibrary.speech import engine_choice
from BaresipLibrary.speech.transcriber import Transcriber, Transcription

SECOND = np.full(16000, 0.1)
Make = Callable[..., Transcriber]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes a transcriber with one of the scripted engines, which is closed after the test."""
    made: list[Transcriber] = []

    def make_one(engine: str, model: object = "") -> Transcriber:
        transcriber = Transcriber(Changes(), f"scripted:{model}")
        transcriber.engines.register("scripted", f"utest.speech.engines.{engine}")
        made.append(transcriber)
        return transcriber

    yield make_one
    for transcriber in made:
        transcriber.close()


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def finished(transcriber: Transcriber, *transcriptions: Transcription) -> None:
    for one in transcriptions:
        assert wait_until(transcriber._changes, lambda one=one: one.is_done or None, 30)


def understood(transcriber: Transcriber, *, rate: int = 16000, language: str = "en") -> list[str]:
    transcription = transcriber.submit(SECOND, rate, language)
    finished(transcriber, transcription)
    assert transcription.error is None
    return [word.text for word in transcription.words]


def error(transcriber: Transcriber) -> str:
    transcription = transcriber.submit(SECOND, 16000)
    finished(transcriber, transcription)
    assert transcription.error is not None and not transcription.words
    return transcription.error


def test_the_engine_gets_16000_samples_a_second_the_language_and_its_model(make: Make) -> None:
    transcriber = make("Scripted", "small")
    assert understood(transcriber, rate=8000, language="de")[:3] == ["32000", "de", "small"]


def test_one_process_understands_all_at_a_lower_priority_and_without_ctrl_c(make: Make) -> None:
    transcriber = make("Scripted")
    first, second = understood(transcriber), understood(transcriber)
    assert first == second
    nice, pid, session = map(int, first[3:])
    assert nice > os.nice(0) and pid == session != os.getpid()
    os.kill(pid, signal.SIGINT)
    assert understood(transcriber) == first


def test_a_killed_process_is_replaced(make: Make) -> None:
    transcriber = make("Scripted")
    pid = int(understood(transcriber)[4])
    os.kill(pid, signal.SIGKILL)
    assert int(understood(transcriber)[4]) != pid


def test_a_job_whose_process_dies_is_sent_once_more(make: Make, tmp_path: Path) -> None:
    assert understood(make("Dying", tmp_path / "died once"))[0] == "16000"


def test_a_death_without_work_is_not_counted(make: Make, tmp_path: Path) -> None:
    died_once = tmp_path / "died once"
    died_once.touch()
    transcriber = make("Dying", died_once)
    understood(transcriber)
    process = transcriber._process
    assert process is not None
    process.kill()
    process._process.wait()
    died_once.unlink()
    assert understood(transcriber)[0] == "16000"


def test_what_does_not_go_on_is_sent_to_another_process(make: Make, fifo: Path) -> None:
    transcriber = make("Slow", fifo)
    transcriber.submit(SECOND, 16000)
    fifo.read_bytes()
    stuck = transcriber._process
    transcriber.replace_process()
    fifo.read_bytes()  # it is worked on again
    assert transcriber._process is not stuck


def test_what_nobody_needs_is_not_sent_to_another_process(make: Make, fifo: Path) -> None:
    transcriber = make("Slow", fifo)
    dropped = transcriber.submit(SECOND, 16000)
    fifo.read_bytes()
    dropped.is_needed = False
    transcriber.replace_process()
    next_one = transcriber.submit(SECOND, 16000)
    fifo.read_bytes()
    assert transcriber._working is not None
    assert transcriber._working[0].transcription is next_one
    assert not dropped.is_done


def test_a_job_whose_process_dies_twice_fails_with_what_it_printed(make: Make) -> None:
    transcriber = make("Dying")
    told = (
        "The process that understands speech died 2 times over 1.0 s of audio"
        ' (was ended by SIGKILL; it printed: "last words").'
    )
    assert [error(transcriber), error(transcriber)] == [told, told]


def loaded(transcriber: Transcriber) -> Transcriber:
    """The transcriber, once it is known whether it has an engine; nobody speaks."""
    transcriber.warm_up()
    assert wait_until(transcriber._changes, lambda: transcriber.is_known or None, 30)
    return transcriber


def test_a_language_that_the_model_does_not_know_is_refused_before_anybody_speaks(
    make: Make,
) -> None:
    transcriber = loaded(make("English"))
    assert transcriber.refusal("en_GB") is transcriber.refusal() is None
    assert transcriber.refusal("de") == (
        "The speech model tiny understands English only, not language=de. Models for many"
        " languages have names without .en: tiny, base, small, medium, large-v3."
    )
    assert loaded(make("Scripted")).refusal("de") is None


def test_an_engine_may_name_regions_of_its_languages(make: Make) -> None:
    transcriber = loaded(make("Regional"))
    assert transcriber.refusal("pt") is transcriber.refusal("en-GB") is None
    assert transcriber.refusal("de") == (
        "The speech model own does not know language=de. It knows: EN_US, pt-BR."
    )


@pytest.mark.parametrize("engine", ["Naming", "Counting"])
def test_what_else_an_engine_calls_languages_refuses_none(make: Make, engine: str) -> None:
    transcriber = loaded(make(engine))
    assert transcriber.refusal("de") is None
    assert understood(transcriber, language="en")[1] == "en"


def test_an_engine_that_is_not_there_is_told_of_before_anybody_speaks(make: Make) -> None:
    assert loaded(make("Missing")).refusal() == "Install it."
    told = loaded(make("DyingEarly")).refusal()
    assert told and told.startswith(
        "The process that understands speech died 2 times before it was ready (exited with code 1;"
    )


def test_an_engine_that_was_not_there_is_tried_anew(make: Make, tmp_path: Path) -> None:
    engine = tmp_path / "engine"
    transcriber = make("Appearing", engine)
    assert "FileNotFoundError" in str(loaded(transcriber).refusal())
    engine.touch()
    assert loaded(transcriber).refusal() is None


def test_a_process_that_dies_before_it_is_ready_is_told(make: Make) -> None:
    transcriber = make("DyingEarly")
    transcriber.warm_up()
    told = error(transcriber)
    assert told.startswith(
        "The process that understands speech died 2 times over 1.0 s of audio (exited with code 1;"
    )
    assert told.endswith('sys.exit(3) | SystemExit: 3").')


def test_a_process_that_cannot_be_started_is_told(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert error(make("Scripted")) == (
        "The process that understands speech could not be started: No such file or directory."
    )


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("Refusing", "There is no word of None."),
        ("Wrong", "The speech engine failed: \"KeyError: 'some key'\""),
        ("Missing", "Install it."),
        (
            "Odd",
            "The speech engine utest.speech.engines.Odd cannot be made: ValueError: odd",
        ),
        (
            "Nobody",
            "The speech engine utest.speech.engines.Nobody cannot be made: AttributeError: module"
            " 'utest.speech.engines' has no attribute 'Nobody'",
        ),
    ],
)
def test_why_an_engine_understands_nothing_is_told_each_time(
    engine: str, message: str, make: Make
) -> None:
    transcriber = make(engine)
    assert [error(transcriber), error(transcriber)] == [message, message]


def test_a_stopped_process_blocks_no_keyword_and_can_be_ended(make: Make) -> None:
    transcriber = make("Scripted")
    pid = int(understood(transcriber)[4])
    os.kill(pid, signal.SIGSTOP)
    waiting = [transcriber.submit(np.zeros(16000 * 60), 16000) for _ in range(3)]
    assert wait_until(transcriber._changes, lambda: waiting[0].is_done or None, 0.2) is None
    stopped = f"the process that understands speech ({pid}) is stopped"
    assert transcriber.why_not_done() == stopped
    transcriber.close()
    assert not psutil.pid_exists(pid)
    assert {one.error for one in waiting} == {"The run ended before it was understood."}


def test_a_process_that_works_is_described_and_ended(make: Make, fifo: Path) -> None:
    transcriber = make("Slow", fifo)
    assert transcriber.why_not_done() == "the speech engine is still being loaded"
    one, _ = transcriber.submit(SECOND, 16000), transcriber.submit(SECOND, 16000)
    fifo.read_bytes()
    told = transcriber.why_not_done()
    assert told.startswith("the speech engine has worked for ")
    assert told.endswith(" s on 1.0 s of audio, and 1 more pieces wait")
    transcriber.close()
    assert one.is_done and one.error


def test_jobs_are_done_in_the_order_in_which_they_were_given(make: Make, fifo: Path) -> None:
    transcriber = make("Sequential", fifo)
    jobs = [transcriber.submit(SECOND, 16000, language) for language in ("first", "", "")]
    fifo.read_bytes()
    finished(transcriber, *jobs)
    began = [float(one.words[0].text) for one in jobs]
    assert began == sorted(began)


def test_what_nobody_needs_any_more_is_not_begun(make: Make, fifo: Path) -> None:
    transcriber = make("Sequential", fifo)
    first, old, new = (transcriber.submit(SECOND, 16000, name) for name in ("first", "", ""))
    old.is_needed = False
    fifo.read_bytes()
    finished(transcriber, first, new)
    assert not old.is_done


def test_a_process_without_an_engine_ends_and_is_tried_anew_after_a_close(make: Make) -> None:
    before = set(psutil.Process().children())
    transcriber = make("Missing")
    assert error(transcriber) == error(transcriber) == transcriber.refusal() == "Install it."
    assert set(psutil.Process().children()) == before
    transcriber.close()
    assert transcriber.refusal() is None


def test_a_transcriber_that_was_closed_starts_again(make: Make) -> None:
    transcriber = make("Scripted")
    transcriber.close()
    pid = int(understood(transcriber)[4])
    transcriber.close()
    transcriber.close()
    assert not psutil.pid_exists(pid)
    assert int(understood(transcriber)[4]) != pid


def test_what_an_engine_has_started_ends_with_it(make: Make, tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    transcriber = make("Parent", noted)
    understood(transcriber)
    child = psutil.Process(int(noted.read_text()))
    transcriber.close()
    child.wait(10)


def test_no_thread_and_no_process_is_left(make: Make) -> None:
    transcriber = make("Scripted")
    understood(transcriber)
    transcriber.close()
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"transcriber", "speech-output"}


_KILLED = """
import os, sys, numpy
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.speech.transcriber import Transcriber
transcriber = Transcriber(Changes(), "scripted:" + sys.argv[1])
transcriber.engines.register("scripted", "utest.speech.engines.Slow")
transcriber.submit(numpy.full(16000, 0.1), 16000)
open(sys.argv[1], "rb").read()
print(transcriber._process.pid, flush=True)
sys.stdin.read()
"""


def test_without_the_extra_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said at once, and not when somebody has spoken."""
    monkeypatch.delenv(engine_choice.VARIABLE, raising=False)
    monkeypatch.setattr(engine_choice, "find_spec", lambda name: None)
    transcriber = Transcriber(Changes())
    for needing in (
        transcriber.check,
        transcriber.warm_up,
        lambda: transcriber.submit(SECOND, 8000),
    ):
        with pytest.raises(UsageError, match="needs the package faster-whisper: pip install"):
            needing()
    assert transcriber._thread is None


def test_the_process_ends_when_robots_is_killed_even_while_it_works(fifo: Path) -> None:
    robot = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(fifo)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert robot.stdout is not None and robot.stdin is not None
    worker = psutil.Process(int(robot.stdout.readline()))
    robot.kill()
    robot.wait()
    psutil.wait_procs([worker], timeout=10)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    robot.stdin.close()
    robot.stdout.close()


_UNUSED = """
import sys
from BaresipLibrary import BaresipLibrary
library = BaresipLibrary()
library.close()
import psutil
assert not psutil.Process().children()
heavy = {"faster_whisper", "ctranslate2", "onnxruntime", "av", "piper", "tokenizers"}
print(sorted(heavy & {*sys.modules}))
"""


def test_a_run_without_speech_loads_no_engine_and_starts_no_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _UNUSED], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
