"""The process that scores speech, and the models."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from BaresipLibrary.errors import BackendError, UsageError
from BaresipLibrary.speech import scores, scoring
from BaresipLibrary.speech.scoring import require_packages, score

from ..audio import signals

SPEECH = signals.speech(3.0, scores.RATE, np.random.default_rng(1))


def test_a_model_judges_the_same_sound_best() -> None:
    noise = np.random.default_rng(2).normal(scale=0.02, size=SPEECH.size)
    same = score("with_reference", SPEECH, SPEECH)
    assert same > 4
    assert score("with_reference", SPEECH, SPEECH + noise) < same - 0.5


def test_scores_without_a_reference_are_the_same_each_time() -> None:
    first, second = (scores.without_reference(SPEECH) for _ in range(2))
    assert first == second
    assert list(first) == ["sig", "bak", "ovrl", "plcmos"]
    assert all(0.5 < value < 5.5 for value in first.values())


def test_longer_speech_is_judged_in_several_stretches() -> None:
    noisy = SPEECH + np.random.default_rng(2).normal(scale=0.05, size=SPEECH.size)
    first, last = np.tile(SPEECH, 4), np.tile(noisy, 4)
    each = [scores.without_reference(sound)["bak"] for sound in (first, last)]
    both = scores.without_reference(np.concatenate([first, last]))["bak"]
    assert each[1] + 0.2 < both < each[0] - 0.2


@pytest.mark.parametrize(
    ("task", "module", "package"),
    [
        ("with_reference", "visqol", r"visqol-python\[lattice\]"),
        ("with_reference", "ai_edge_litert", r"visqol-python\[lattice\]"),
        ("without_reference", "onnxruntime", "onnxruntime"),
        ("without_reference", "speechmos", "speechmos"),
    ],
)
def test_a_package_that_is_missing_is_named(
    task: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        scoring, "find_spec", lambda name: None if name == module else find_spec(name)
    )
    with pytest.raises(UsageError, match=f'needs the package {package}: pip install "robot'):
        require_packages(task)


def test_nothing_is_missing_where_the_extra_is_installed() -> None:
    for task in ("with_reference", "without_reference"):
        require_packages(task)


def test_a_model_that_fails_is_told() -> None:
    with pytest.raises(BackendError, match="Speech was not scored: "):
        score("with_reference", np.empty(0), np.empty(0))


def test_a_process_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_ENTRY", "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(BackendError, match="Speech was not scored, as the process for it ended"):
        score("with_reference", SPEECH, SPEECH)


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_ENTRY", "import threading; threading.Event().wait()")
    monkeypatch.setattr(scoring, "_START", 0.2)
    monkeypatch.setattr(scoring, "_EACH", 0.0)
    with pytest.raises(BackendError, match="Speech was not scored within 0 s"):
        score("with_reference", SPEECH, SPEECH)


def test_the_models_are_not_loaded_in_this_process() -> None:
    program = (
        "import sys, BaresipLibrary; BaresipLibrary.BaresipLibrary();"
        " print([name for name in ('visqol', 'scipy', 'onnxruntime') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
