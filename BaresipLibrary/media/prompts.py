"""Prompts: which of them an agent hears, when it began, and whether it came to its end."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..audio.levels import level_dbfs
from ..audio.prompt_files import PromptFile, load_prompt
from ..audio.prompt_finder import PromptFinder, PromptMatch, best_match
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.lost_audio import explain_lost_audio
from ..diagnosis.media import explain_silence
from ..errors import UsageError
from .listener import listening
from .results import HeardPrompt
from .sample_listener import SampleListener, loudest_stretch, summary

#: Seconds of a prompt's sound that it takes to recognise it over a bad line.
_SURE = 1.4
#: Seconds that it may take to arrive beyond that.
_LATE = 1.0
#: Seconds by which the end of a prompt may be early or late: lost packets shorten it.
_SHIFT = 0.5
#: Seconds at the end of a prompt that must be recognised for its end to count as heard, and how
#: many of them may still be missing.
_END, _TO_COME = 5.0, 0.1
#: Relative to the loudest sample of a prompt (-40 dB): what is fainter is not its end.
_FAINT = 0.01
#: Seconds of a prompt's last moment, and the dB by which its level relative to the rest may differ.
_MOMENT, _MOST_FALL = 0.3, 10.0
#: Seconds from one comparison of the rivals to the next, and from one look for the end to the next.
_WEIGH, _LOOK = 0.5, 0.1


class _PromptListener(SampleListener):
    """Listens for the first of some prompts; the others are its rivals.

    Its audio counts from the start of the wait on; `candidates` may be set after that.
    """

    def __init__(self, agent: Agent, call_id: str | None) -> None:
        super().__init__(agent, call_id, skip=0.0)
        self.heard: HeardPrompt | None = None
        self.rival: HeardPrompt | None = None
        self.has_end = False
        self.candidates: Sequence[PromptFile] = ()
        self._finders: list[PromptFinder] = []
        self._since = 0
        self._next_look = 0.0

    def start(self, rate: int) -> None:
        if rate != self.rate:
            super().start(rate)
            self._since, self._finders = 0, []

    def keep(self, samples: NDArray[np.float64]) -> None:
        super().keep(samples)
        if self.heard is None:
            if not self._finders:
                self._finders = [PromptFinder(prompt, self.rate) for prompt in self.candidates]
            for finder in self._finders:
                finder.feed(samples)
            self._weigh()
        elif not self.has_end and self.seconds >= self._next_look:
            self.look_for_end()

    def _weigh(self) -> None:
        """Decides which of the candidates it is, once any of them has been found."""
        if not any(finder.match for finder in self._finders):
            return
        if len(self._finders) == 1:
            assert self._finders[0].match
            self.heard = self._named(0, self._finders[0].match)
        elif self.seconds >= self._next_look:
            self._next_look = self.seconds + _WEIGH
            best = best_match(self.candidates, self.samples[self._since :], self.rate)
            if best and best[0] == 0:
                self.heard = self._named(*best)
            elif best:
                self.rival = self._named(*best)
                self._since, self._finders = self.samples.size, []
        if self.heard:
            self._next_look = self._end_is_due() - _SHIFT

    def _named(self, number: int, match: PromptMatch) -> HeardPrompt:
        offset = match.offset + self._since / self.rate + self._delay()
        return HeardPrompt(self.candidates[number].path.name, offset, match.score)

    def _delay(self) -> float:
        """Seconds from the start of the wait to the first sample."""
        first = self.arrivals[0]
        return max(0.0, first.at - self.began - first.seconds)

    def _end_is_due(self) -> float:
        """Where in the audio (s) the end of the prompt is due."""
        assert self.heard
        return self.heard.offset - self._delay() + _sounding(self.candidates[0])

    def look_for_end(self) -> None:
        """Finds out whether the prompt has been heard to its end by now."""
        if not self.heard or self.has_end:
            return
        self._next_look = self.seconds + _LOOK
        end = _backwards(self.candidates[0])
        first = max(0.0, self._end_is_due() - end.seconds - _SHIFT)
        backwards = self.samples[round(first * self.rate) :][::-1]
        match = PromptFinder(end, self.rate).feed(backwards)
        if match is not None and match.offset >= -_TO_COME:
            from_end = backwards[round(max(0.0, match.offset) * self.rate) :]
            self.has_end = _is_as_loud(from_end, self.rate, end)


def _is_as_loud(heard: NDArray[np.float64], rate: int, end: PromptFile) -> bool:
    """Whether the end of what was heard is as loud, relative to the rest, as in the prompt.

    Both run backwards. Patterns may be similar for seconds, and still lack a little at the end.
    """
    fall = _fall(end.samples, end.sample_rate, end.seconds)
    return abs(_fall(heard, rate, end.seconds) - fall) <= _MOST_FALL


def _fall(backwards: NDArray[np.float64], rate: int, seconds: float) -> float:
    """By how many dB the last moment is fainter than the last `seconds`."""
    whole = backwards[: round(seconds * rate)]
    return level_dbfs(whole) - level_dbfs(whole[: round(_MOMENT * rate)])


def listen_for_prompt(
    agent: Agent,
    files: Sequence[Path],
    within: float,
    *,
    to_its_end: bool = False,
    call_id: str | None = None,
) -> HeardPrompt:
    """Waits until the agent hears the first of some prompts, which must begin `within` seconds.

    The other prompts are those that it must not be mistaken for. With `to_its_end` it waits for
    the end of the prompt, too.

    Raises:
        CallFailure: the prompt does not begin in time, breaks off, or the call ends.
        UsageError: there is no such call; a file is missing or cannot be recognised.
    """
    listener = _PromptListener(agent, call_id)

    def heard() -> HeardPrompt | None:
        listener.read()
        if not listener.heard and not listener.call.is_live:
            raise _failure(listener, within)
        return listener.heard

    def ended() -> bool | None:
        listener.read()
        if not listener.call.is_live:
            listener.look_for_end()
        return listener.has_end or (None if listener.call.is_live else True)

    with listening([listener]):
        listener.candidates = [_load(path) for path in files]
        wanted = listener.candidates[0]
        prompt = wait_until(agent.changes, heard, within + _sure_after(wanted) + _LATE)
        if prompt is None or prompt.offset > within:
            raise _failure(listener, within)
        if to_its_end:
            left = prompt.offset + wanted.seconds - (time.monotonic() - listener.began)
            wait_until(agent.changes, ended, max(0.0, left) + _SHIFT + _LATE)
            listener.look_for_end()
            if not listener.has_end:
                raise _broken_off(listener, prompt)
    return prompt


def _load(path: Path) -> PromptFile:
    try:
        prompt = load_prompt(path)
        for sound in (prompt, _backwards(prompt)):
            PromptFinder(sound, sound.sample_rate)
    except (FileNotFoundError, ValueError) as error:
        raise UsageError(str(error)) from error
    return prompt


def _failure(listener: _PromptListener, within: float) -> CallFailure:
    name, at = listener.agent.name, time.monotonic()
    late = f"{name} did not hear {listener.candidates[0].path.name} begin within {within:g} s"
    if listener.heard:
        return CallFailure(f"{late}: it heard {listener.heard}.", listener.agent)
    if not listener.call.is_live:
        return CallFailure(f"{late}: {listener.call.describe()}.", listener.agent)
    if not listener.seconds:
        message = f"{late}: {listener.why_silent()}."
    else:
        rival = f"; the best match was {listener.rival}" if listener.rival else ""
        paused = listener.pause()
        pause = f"; {paused}" if paused else ""
        message = f"{late}: it heard {summary(listener.samples, listener.rate)}{rival}{pause}."
    silent = not listener.seconds or loudest_stretch(listener.samples, listener.rate) is None
    return CallFailure(
        message,
        listener.agent,
        lambda agents: (
            explain_silence(listener.agent, listener.call, agents, at)
            if silent
            else explain_lost_audio(listener.agent, listener.call, listener.began)
        ),
    )


def _broken_off(listener: _PromptListener, prompt: HeardPrompt) -> CallFailure:
    last = listener.samples[-listener.rate :]
    why = listener.pause() if listener.call.is_live else listener.call.describe()
    story = f"; {why}" if why else ""
    return CallFailure(
        f"{listener.agent.name} did not hear {prompt.name} to its end: it began {prompt.when},"
        f" and the last audio was {summary(last, listener.rate)}{story}.",
        listener.agent,
        lambda _: explain_lost_audio(listener.agent, listener.call, listener.began),
    )


def _sure_after(prompt: PromptFile) -> float:
    """Seconds from the beginning of a prompt until it has enough sound to be recognised."""
    sizes = np.abs(prompt.samples)
    sound = np.cumsum(sizes > _FAINT * sizes.max())
    return float(np.searchsorted(sound, _SURE * prompt.sample_rate)) / prompt.sample_rate


def _sounding(prompt: PromptFile) -> float:
    """Seconds from the beginning of a prompt to its last sound."""
    sizes = np.abs(prompt.samples)
    last = np.flatnonzero(sizes > _FAINT * sizes.max())[-1]
    return float(last + 1) / prompt.sample_rate


def _backwards(prompt: PromptFile) -> PromptFile:
    """The end of a prompt, backwards: where that is found, the prompt has come to its end."""
    end = round(_sounding(prompt) * prompt.sample_rate)
    start = max(0, end - round(_END * prompt.sample_rate))
    return PromptFile(prompt.path, prompt.samples[start:end][::-1], prompt.sample_rate)
