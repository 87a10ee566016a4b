"""Who hears whom: many agents speak at the same time, each with its own signature tone."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.levels import SILENCE_DBFS
from ..audio.signatures import (
    LOWEST_RATE,
    MOST_SIGNATURES,
    Heard,
    Reception,
    Signature,
    SignatureDetector,
    signatures,
)
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.media import explain_inaudible_agent
from ..errors import UsageError
from ..frozen import frozen
from ..signalling.shared_calls import calls_among
from .late_audio import is_audio
from .listener import Listener, listening
from .sending import sending
from .sources import long_tone

#: How loud a signature is sent (dBFS): twelve of them do not overload a mixer.
_LEVEL = -20.0
#: Seconds until it is certain who is not heard: 0.5 s of audio without a signature, and the delay
#: that a network, jitter buffers and a mixer may add.
SURE_AFTER = 1.0
#: Seconds after the last expected signature was heard until an unexpected one is ruled out: the
#: delays of all ways are similar.
_SETTLED = 0.3
#: Seconds without any audio after which no agent counts as heard. Where there was some before, it
#: is not known for that long whom its next packets would let hear.
_STALE = SURE_AFTER
#: How often (s) it is asked whether audio arrives that is not recorded.
_STEP = 0.5
#: Seconds that a signature lasts beyond the given time: the last agents begin a little later.
_SPARE = 5.0


@frozen
class Cell:
    """Whether one agent, the hearer, should hear another, or itself, and whether it does.

    `level` in dBFS.
    """

    hearer: Agent
    speaker: Agent
    wanted: bool
    verdict: Heard
    level: float

    @property
    def is_right(self) -> bool:
        """Whether it is certainly as wanted."""
        return self.verdict is (Heard.HEARD if self.wanted else Heard.NOT_HEARD)


@frozen
class Matrix:
    """A cell for each listener and each agent that takes part, row by row.

    `calls`: the call in which each agent takes part; `seconds`: how long the test took.
    """

    calls: Mapping[Agent, Call]
    cells: tuple[Cell, ...]
    seconds: float

    @property
    def rows(self) -> list[tuple[Cell, ...]]:
        """The cells of each listener."""
        size = len(self.calls)
        return [self.cells[at : at + size] for at in range(0, len(self.cells), size)]

    @property
    def is_right(self) -> bool:
        """Whether every cell is right."""
        return all(cell.is_right for cell in self.cells)


#: When packets of audio were counted, and how many there were; None when they can't be counted.
_Counted = tuple[float, int | None]


def _is_audio_between(before: _Counted, after: _Counted) -> bool:
    if before[1] is None or after[1] is None:
        return False
    return is_audio(after[1] - before[1], after[0] - before[0])


class _SignatureListener(Listener):
    """Listens for the signatures of all agents that take part."""

    def __init__(self, agent: Agent, expected: Sequence[Signature], call: Call) -> None:
        super().__init__(agent, call.call_id)
        self._signatures = expected
        self._detector: SignatureDetector | None = None
        self._looked_at = self._arrived_at = self._checked_at = self.began
        #: Whether all that arrived was recorded, as far as is known.
        self.has_all = False
        self._fed = 0.0
        self._counted: _Counted | None = None

    def skip(self) -> None:
        """Leaves out what arrived while others began to listen."""
        if self._reader is not None:
            self._reader.skip_to_end()
        self._looked_at = self._arrived_at = self._checked_at = time.monotonic()
        self._counted = self._checked_at, self._count()

    def check_all(self) -> None:
        """Finds out whether what arrived since the last time was recorded: at least half of it.

        On a busy machine a recording is late, and baresip leaves out what it should play. It may
        ask the agent's baresip: do not use it while you hold `changes`.
        """
        now, before = time.monotonic(), self._counted
        passed, fed = now - self._checked_at, self._fed
        if passed < _STEP / 2:
            return  # too short to tell
        self._checked_at, self._fed, self._counted = now, 0.0, None
        self.has_all = fed >= passed / 2
        if not self.has_all:
            self._counted = now, self._count()
            self.has_all = before is not None and not _is_audio_between(before, self._counted)

    def _count(self) -> int | None:
        """How many packets of audio came so far, but those that baresip drops, as on hold."""
        packets = self.packets()
        return self.audio_in(packets) - packets.untaken if packets else None

    def read(self) -> None:
        self._looked_at = time.monotonic()
        super().read()

    def start(self, rate: int) -> None:
        if rate < LOWEST_RATE:
            raise UsageError(
                f"{self.agent.name} cannot tell the other agents apart: its call runs at {rate} Hz,"
                f" and their tones need {LOWEST_RATE} Hz."
            )
        self._detector = SignatureDetector(self._signatures, rate)

    def feed(self, samples: NDArray[np.float64]) -> None:
        assert self._detector is not None
        self._detector.feed(samples)
        self._fed += samples.size / self._detector.sample_rate
        self._arrived_at = self._looked_at

    @property
    def has_audio(self) -> bool:
        """Whether audio had arrived shortly before the agent was last listened to.

        On a busy machine that may be some seconds ago: the others were listened to since.
        """
        return self._looked_at - self._arrived_at < _STALE

    def receptions(self) -> list[Reception]:
        """How each signature arrives now."""
        if self._detector is not None and self.has_audio:
            return self._detector.receptions
        verdict = Heard.UNSURE if self.has_audio else Heard.NOT_HEARD
        return [Reception(signature, verdict, SILENCE_DBFS, 0.0) for signature in self._signatures]


class _HearingTest:
    """One test of who hears whom, as long as it takes."""

    def __init__(self, expected: Mapping[Agent, Sequence[Agent]], calls: dict[Agent, Call]) -> None:
        self._expected = expected
        self._speakers = list(calls)
        self._calls = calls
        self._signatures = signatures(len(calls), LOWEST_RATE)
        self._listeners = [
            _SignatureListener(agent, self._signatures, calls[agent]) for agent in expected
        ]
        self._known: dict[tuple[Agent, Agent], Cell] = {}
        self._wrong_until = 0.0
        self._began = self._looked_at = 0.0

    def run(self, within: float) -> Matrix:
        """Waits until everyone hears whom they should; returns the matrix of then, or of the end.

        Raises:
            CallFailure: a call has ended.
        """
        with ExitStack() as stack:
            sources = [
                (agent, long_tone(agent, signature.frequency, _LEVEL, within + _SPARE))
                for agent, signature in zip(self._speakers, self._signatures, strict=True)
            ]
            for agent, source in sources:
                stack.enter_context(sending(agent, self._calls[agent], source, source.name))
            stack.enter_context(listening(self._listeners))
            for listener in self._listeners:
                listener.skip()
            self._began = time.monotonic()
            return self._find(within)

    def _find(self, within: float) -> Matrix:
        """Waits again and again: where no audio arrives any more, only time brings the answer."""
        end = SURE_AFTER
        while True:
            matrix = self._wait(min(end, within))
            for listener in self._listeners:
                listener.check_all()
            passed = time.monotonic() - self._began
            if passed >= within or (matrix and self._matrix().is_right):
                return self._matrix()
            end = passed + _STEP

    def _wait(self, seconds: float) -> Matrix | None:
        """Waits until so many seconds after the beginning, which one look may take, too."""
        left = self._began + seconds - time.monotonic()
        return wait_until(self._speakers[0].changes, self._settled, left)

    def _settled(self) -> Matrix | None:
        self._looked_at = time.monotonic()
        for listener in self._listeners:
            listener.read()
        self._require_calls()
        matrix = self._matrix()
        if any(cell.wanted and not cell.is_right for cell in matrix.cells):
            self._wrong_until = self._looked_at
        enough = max(self._began + SURE_AFTER, self._wrong_until + _SETTLED)
        return matrix if matrix.is_right and self._looked_at >= enough else None

    def _require_calls(self) -> None:
        for agent, call in self._calls.items():
            agent.require_alive()
            if not call.is_live:
                raise CallFailure(
                    f"Who hears whom is not known: {agent.name} no longer takes part,"
                    f" {call.describe()}.",
                    agent,
                )

    def _matrix(self) -> Matrix:
        cells = [
            self._cell(listener, speaker, reception)
            for listener in self._listeners
            for speaker, reception in zip(self._speakers, listener.receptions(), strict=True)
        ]
        return Matrix(self._calls, tuple(cells), time.monotonic() - self._began)

    def _cell(self, listener: _SignatureListener, speaker: Agent, reception: Reception) -> Cell:
        """What is known by now: after lost packets, what was certain before still counts.

        Whom what was not recorded would let the agent hear is not known.
        """
        hearer = listener.agent
        wanted = speaker in self._expected[hearer]
        known = self._known.get((hearer, speaker))
        verdict = reception.verdict
        early = self._looked_at < self._began + SURE_AFTER
        if not wanted and verdict is Heard.NOT_HEARD and (early or not listener.has_all):
            verdict = Heard.UNSURE
        if known and (verdict is Heard.UNSURE or (wanted and known.verdict is Heard.HEARD)):
            return known
        cell = Cell(hearer, speaker, wanted, verdict, reception.level)
        if verdict is not Heard.UNSURE:
            self._known[hearer, speaker] = cell
        return cell


def find_who_hears_whom(expected: Mapping[Agent, Sequence[Agent]], within: float) -> Matrix:
    """Finds out who hears whom in their established calls, at most `within` seconds.

    `expected` says for each listener whom it should hear. All agents in it speak at the same time,
    each with its own tone; then they send again what they sent before.

    Raises:
        UsageError: too many agents, too little time, or one without an established call.
        CallFailure: a call ends meanwhile.
    """
    speakers = (speaker for heard in expected.values() for speaker in heard)
    agents = list(dict.fromkeys([*expected, *speakers]))
    if len(agents) > MOST_SIGNATURES:
        raise UsageError(
            f"Who hears whom can be tested for {MOST_SIGNATURES} agents at most, not {len(agents)}."
        )
    if within <= SURE_AFTER:
        raise UsageError(
            f"within must be more than {SURE_AFTER:g} s to find out who hears whom,"
            f" not {within:g} s."
        )
    calls = calls_among(agents, "hear others")
    return _HearingTest(expected, calls).run(within)


def failure(matrix: Matrix) -> CallFailure:
    """A failure that says what is wrong with a matrix."""
    wrong, at = [cell for cell in matrix.cells if not cell.is_right], time.monotonic()
    sentences = [text for row in matrix.rows for text in _sentences(row)]

    def because(agents: Sequence[Agent]) -> str:
        explanations = (
            explain_inaudible_agent(cell.hearer, cell.speaker, matrix.calls, agents, at)
            for cell in wrong
            if cell.wanted
        )
        return " ".join(dict.fromkeys(explanation for explanation in explanations if explanation))

    message = f"After {matrix.seconds:.1f} s, {'; '.join(sentences)}."
    return CallFailure(message, wrong[0].hearer, because)


def _sentences(row: Sequence[Cell]) -> list[str]:
    """Clauses about what is wrong with what one agent hears."""
    hearer = row[0].hearer
    kinds = (
        (True, Heard.NOT_HEARD, "does not hear {}", " or "),
        (True, Heard.UNSURE, "does not clearly hear {}", " or "),
        (False, Heard.HEARD, "hears {}, which it should not", " and "),
        (False, Heard.UNSURE, "may hear {}, which it should not", " or "),
    )
    clauses = []
    for wanted, verdict, words, last in kinds:
        names = [
            "itself" if cell.speaker is hearer else cell.speaker.name
            for cell in row
            if cell.wanted is wanted and cell.verdict is verdict
        ]
        if names:
            clauses.append(f"{hearer.name} {words.format(_listed(names, last))}")
    return clauses


def _listed(names: Sequence[str], last: str) -> str:
    return last.join(filter(None, (", ".join(names[:-1]), names[-1])))
