"""How good the speech sounds that an agent has heard: with its reference, and without one."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.levels import level_dbfs
from ..audio.prompt_files import PromptFile, load_prompt
from ..audio.reference_finder import (
    LEAST_WAVEFORM,
    ReferenceFinder,
    sounding_part,
    waveform_likeness,
)
from ..errors import NothingYet, UsageError
from ..speech.activity import VoiceActivity
from ..speech.scores import RATE
from ..speech.scoring import score
from ..types import AudioDirection
from .clips import media_of
from .results import WITHOUT_REFERENCE, SpeechQualityField, SpeechScore
from .tracks import Track, TrackStream

#: Seconds that a reference may last: the time that it takes to score it grows with it.
_LONGEST = 60.0
#: Seconds of what was heard that are scored without a reference, and of speech that must be in it.
_NEWEST, _LEAST_SPEECH = 30.0, 2.0
#: Seconds before the first and after the last sound that are scored, too.
_AROUND = 0.1
#: Seconds of new audio from one look for the reference to the next, and from one score without a
#: reference to the next.
_LOOK, _AGAIN = 0.25, 1.0
#: A reference is a wideband one with more than this (dB) of its sound above this frequency (Hz).
_WIDEBAND, _NARROWBAND = -50.0, 4000.0
_VISQOL = "ViSQOL 3, speech mode (visqol-python, lattice model)"
_NO_REFERENCE = "DNSMOS P.835 and PLCMOS v2 (speechmos)"


@dataclass(frozen=True, eq=False)
class SpeechClip:
    """A part of a recording that can be scored."""

    samples: NDArray[np.float64]
    rate: int
    begin: float
    end: float
    scale: str
    source: str
    likeness: float | None = None

    def score(self, field: SpeechQualityField, scores: dict[str, float]) -> SpeechScore:
        """The score that a field asks for, of those that the clip has got."""
        value = SpeechScore(scores[field.name])
        value.scores = dict(scores)
        value.scale, value.source = self.scale, self.source
        value.begin, value.end, value.likeness = self.begin, self.end, self.likeness
        return value


class SpeechSearch(ABC):
    """Looks for speech to score in what an agent heard in a call, from its beginning on."""

    def __init__(self, agent: Agent, call: Call) -> None:
        """Prepares to look.

        Raises:
            UsageError: the audio of the agent's baresip is not timed.
        """
        self.agent = agent
        self.call = call
        self._track = Track(agent, call, AudioDirection.rx)
        self._looks: dict[Path, tuple[float, SpeechClip | None]] = {}

    def newest(self, after: SpeechClip | None = None) -> SpeechClip:
        """The newest speech that can be scored, and that is not `after` or older.

        Raises:
            NothingYet: there is none; says what was heard instead.
        """
        media_of(self.agent, self.call, "speech to score")
        for stream in reversed(self._track.streams):
            found = self._look(stream) if stream.rate else None
            if found is not None and (after is None or _is_newer(found, after)):
                return found
            if found is not None:
                break
        raise NothingYet(self._why_nothing())

    def _look(self, stream: TrackStream) -> SpeechClip | None:
        """The newest speech in one recording; looked for once in a while only."""
        self._take(stream, stream.read_new())
        looked_at, found = self._looks.get(stream.path, (-_LOOK, None))
        if stream.seconds - looked_at >= _LOOK or not self.call.is_live:
            found = self._found(stream)
            self._looks[stream.path] = stream.seconds, found
        return found

    @abstractmethod
    def _take(self, stream: TrackStream, samples: NDArray[np.float64]) -> None:
        """Takes what was added to a recording."""

    @abstractmethod
    def scores(self, heard: SpeechClip) -> dict[str, float]:
        """The scores by the names of their fields; takes a third of the time that it lasts."""

    @abstractmethod
    def _found(self, stream: TrackStream) -> SpeechClip | None:
        """The newest speech in one recording."""

    @abstractmethod
    def _why_nothing(self) -> str:
        """Says in a sentence why there is nothing to score."""

    @property
    def _codec_changed(self) -> str:
        changed = len(self._track.streams) > 1
        return "; the sample rate of its audio changed in between" if changed else ""


class ReferenceSearch(SpeechSearch):
    """Looks for a reference, and compares with it."""

    def __init__(
        self, agent: Agent, call: Call, reference: PromptFile, best: dict[object, float]
    ) -> None:
        """`best`: where the best possible scores of references are kept for the run."""
        super().__init__(agent, call)
        self._reference = reference
        self._best = best
        self._finders: dict[Path, ReferenceFinder] = {}
        self._alike = 0.0
        self._so_far: float | None = None

    def _take(self, stream: TrackStream, samples: NDArray[np.float64]) -> None:
        if stream.path not in self._finders:
            self._finders[stream.path] = ReferenceFinder(self._reference, stream.rate)
        self._finders[stream.path].feed(samples)

    def _found(self, stream: TrackStream) -> SpeechClip | None:
        finder, rate = self._finders[stream.path], stream.rate
        rejected = []
        self._so_far = None
        for place in finder.occurrences():
            if self.call.is_live and stream.seconds < place.begin + self._needed:
                # Its end may still come, and be taken for what is like it before.
                self._so_far = stream.seconds - place.begin
                continue
            begin, end = max(0.0, place.begin - _AROUND), place.end + _AROUND
            samples = stream.samples(begin, end)
            alike = waveform_likeness(self._reference, samples, rate)
            if alike >= LEAST_WAVEFORM:
                scale = f"MOS-LQO from 1 to 5 beside a {_band(self._reference)} reference"
                return SpeechClip(samples, rate, begin, end, scale, _VISQOL, alike)
            rejected.append(alike)
        self._alike = max([self._alike, *(rejected or [finder.best_likeness])])
        return None

    @property
    def _needed(self) -> float:
        """Seconds from where the reference begins to where it can be scored."""
        begin, end = sounding_part(self._reference)
        return end - begin + 2 * _AROUND

    def scores(self, heard: SpeechClip) -> dict[str, float]:
        begin, end = sounding_part(self._reference)
        first, last = (round(at * self._reference.sample_rate) for at in (begin, end))
        margin = round(_AROUND * self._reference.sample_rate)
        samples = self._reference.samples[max(0, first - margin) : last + margin]
        reference = _resampled(samples, self._reference.sample_rate, RATE)
        mos = score("with_reference", reference, _resampled(heard.samples, heard.rate, RATE))
        return {"mos_lqo": mos, "at_most": self._at_most(reference, heard.rate)}

    def _at_most(self, reference: NDArray[np.float64], rate: int) -> float:
        """What the reference itself scores with the sample rate of the call's codec."""
        key = self._reference.samples.tobytes(), self._reference.sample_rate, min(rate, RATE)
        if key not in self._best:
            narrowed = _resampled(_resampled(reference, RATE, key[-1]), key[-1], RATE)
            self._best[key] = score("with_reference", reference, narrowed)
        return self._best[key]

    def _why_nothing(self) -> str:
        missing = f"{self.agent.name} has not heard all of {self._reference.path.name}"
        length = self._needed - 2 * _AROUND
        if self._so_far is not None:
            needed = f"{self._needed:.2f} s are needed"
            return f"{missing} yet: it began {self._so_far:.2f} s ago, and {needed}."
        if self._track.seconds < length:
            heard = f"{self._track.seconds:.1f} s of audio have arrived"
            return f"{missing}: it lasts {length:.1f} s, and {heard}."
        return (
            f"{missing}: the most similar {length:.1f} s were {self._alike:.0%} alike, which is not"
            f" enough{self._codec_changed}."
        )


class NoReferenceSearch(SpeechSearch):
    """Takes the newest speech, and scores it as it is."""

    def __init__(self, agent: Agent, call: Call) -> None:
        super().__init__(agent, call)
        self._activities: dict[Path, VoiceActivity] = {}
        self._speech = 0.0

    def _take(self, stream: TrackStream, samples: NDArray[np.float64]) -> None:
        if stream.path not in self._activities:
            self._activities[stream.path] = VoiceActivity(stream.rate)
        self._activities[stream.path].feed(samples)

    def _found(self, stream: TrackStream) -> SpeechClip | None:
        activity = self._activities[stream.path]
        spans = [*activity.spans, *([activity.open] if activity.open else [])]
        if not spans:
            return None
        oldest = spans[-1].end - _NEWEST
        spans = [span for span in spans if span.end > oldest]
        self._speech = sum(span.end - max(span.begin, oldest) for span in spans)
        if self._speech < _LEAST_SPEECH:
            return None
        begin, end = max(0.0, oldest, spans[0].begin - _AROUND), spans[-1].end + _AROUND
        samples, rate = stream.samples(begin, end), stream.rate
        scale = "MOS from 1 to 5, as predicted without a reference"
        return SpeechClip(samples, rate, begin, end, scale, _NO_REFERENCE)

    def scores(self, heard: SpeechClip) -> dict[str, float]:
        samples = np.clip(_resampled(heard.samples, heard.rate, RATE), -1.0, 1.0)
        scores: dict[str, float] = score("without_reference", samples)
        return {field.name: scores[field.name] for field in WITHOUT_REFERENCE}

    def _why_nothing(self) -> str:
        return (
            f"{self.agent.name} has not heard enough speech to score: {self._speech:.1f} s in"
            f" {self._track.seconds:.1f} s of audio, and it takes {_LEAST_SPEECH:g} s"
            f"{self._codec_changed}."
        )


def _is_newer(found: SpeechClip, than: SpeechClip) -> bool:
    return found.rate != than.rate or found.end >= than.end + _AGAIN


def load_reference(path: Path) -> PromptFile:
    """A reference, checked.

    Raises:
        UsageError: it is not audio, has no speech in it, or is too short or too long.
    """
    try:
        reference = load_prompt(path)
        ReferenceFinder(reference, RATE)
    except (FileNotFoundError, ValueError) as error:
        raise UsageError(str(error)) from error
    if reference.seconds > _LONGEST:
        raise UsageError(
            f"{path} cannot be a reference: it lasts {reference.seconds:.0f} s, and more than"
            f" {_LONGEST:.0f} s take too long to compare."
        )
    activity = VoiceActivity(reference.sample_rate)
    activity.feed(reference.samples)
    activity.end()
    if not activity.spans:
        raise UsageError(
            f"{path} cannot be a reference: no speech was found in it. Its level is"
            f" {level_dbfs(reference.samples):.0f} dBFS."
        )
    return reference


def _band(reference: PromptFile) -> str:
    """Whether a reference has sound above 4 kHz, in the field's words."""
    samples, rate = reference.samples, reference.sample_rate
    power = np.square(np.abs(np.fft.rfft(samples * np.hanning(samples.size))))
    above = power[np.fft.rfftfreq(samples.size, 1 / rate) > _NARROWBAND]
    share = float(above.sum() / power.sum())
    return "wideband" if share > 10 ** (_WIDEBAND / 10) else "narrowband"


def _resampled(samples: NDArray[np.float64], rate: int, to: int) -> NDArray[np.float64]:
    return np.asarray(soxr.resample(samples, rate, to, quality="VHQ")) if rate != to else samples
