"""Who hears whom, and how a wrong matrix is told."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.audio.signatures import Heard, SignatureDetector, signatures
from BaresipLibrary.backends.base import Packets
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import UsageError
from BaresipLibrary.media import who_hears
from BaresipLibrary.media.listener import Listener, listening
from BaresipLibrary.media.who_hears import (
    Cell,
    Matrix,
    _SignatureListener,
    failure,
    find_who_hears_whom,
)
from BaresipLibrary.report.matrix_table import matrix_table

from ..audio import signals
from ..scripted import Phone
from .recorded import RATE, ListeningAgent


def test_everyone_needs_a_call_and_a_signature(bob: ListeningAgent, tmp_path: Path) -> None:
    idle = Phone(tmp_path, "alice").agent
    with pytest.raises(UsageError, match="alice has no call to hear others in"):
        find_who_hears_whom({bob.agent: [idle]}, 5)
    many = [Phone(tmp_path, f"a{number}").agent for number in range(13)]
    with pytest.raises(UsageError, match="for 12 agents at most, not 13"):
        find_who_hears_whom(dict.fromkeys(many, ()), 5)


def test_an_agent_with_an_echo_hears_itself(bob: ListeningAgent) -> None:
    (signature,) = signatures(1, RATE)
    bob.hears(signals.tone(signature.frequency, 1, RATE, -25))
    matrix = find_who_hears_whom({bob.agent: [bob.agent]}, 1.1)
    assert matrix.is_right
    assert matrix.cells[0].level == pytest.approx(-25, abs=0.5)
    sources = [command for command in bob.phone.backend.commands if command[0].startswith("set_")]
    assert sources[-1] == ("set_audio_source", "in-1", None)


class BusyMachine:
    """Stands for the module `time` where so many seconds were needed for something else."""

    def __init__(self) -> None:
        self.lost = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.lost


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> BusyMachine:
    machine = BusyMachine()
    monkeypatch.setattr(who_hears, "time", machine)
    return machine


def test_who_was_listened_to_before_others_is_no_less_heard(
    bob: ListeningAgent, busy: BusyMachine
) -> None:
    (signature,) = signatures(1, RATE)
    listener = _SignatureListener(bob.agent, [signature], bob.agent.calls[0])
    listener.begin()
    listener.skip()
    bob.write(signals.tone(signature.frequency, 1, RATE, -25))
    listener.read()
    busy.lost += 5
    assert [one.verdict for one in listener.receptions()] == [Heard.HEARD]
    listener.read()  # and nothing has come since
    assert [one.verdict for one in listener.receptions()] == [Heard.NOT_HEARD]
    listener.close()


def test_who_was_heard_is_not_unheard_for_a_short_time_without_audio(
    bob: ListeningAgent, busy: BusyMachine
) -> None:
    """Packets that are lost for 0.7 s: what they held is not known."""
    (signature,) = signatures(1, RATE)
    listener = _SignatureListener(bob.agent, [signature], bob.agent.calls[0])
    listener.begin()
    listener.skip()
    bob.write(signals.tone(signature.frequency, 1, RATE, -25))
    listener.read()
    for passed, verdict in ((0.7, Heard.HEARD), (0.7, Heard.NOT_HEARD)):
        busy.lost += passed
        listener.read()
        assert [one.verdict for one in listener.receptions()] == [verdict]
    listener.close()


@pytest.mark.parametrize(
    ("packets", "kept", "has_all"), [(50, 0.0, False), (50, 1.0, True), (2, 0.0, True)]
)
def test_nobody_counts_as_unheard_whose_packets_came_and_were_not_recorded(
    bob: ListeningAgent,
    busy: BusyMachine,
    monkeypatch: pytest.MonkeyPatch,
    packets: int,
    kept: float,
    has_all: bool,
) -> None:
    """In 1 s on a busy machine; with 2 packets, nothing was sent."""
    listener = _SignatureListener(bob.agent, signatures(1, RATE), bob.agent.calls[0])
    listener.begin()
    listener.skip()
    counted = Packets(packets, 245)
    monkeypatch.setattr(bob.phone.backend, "count_packets", lambda call_id: counted)
    bob.write(signals.silence(kept, RATE))
    busy.lost += 1
    listener.read_to_end()
    listener.check_all()
    assert listener.has_all is has_all
    listener.close()


def test_what_came_while_others_began_to_listen_is_left_out(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    (signature,) = signatures(1, RATE)
    before, after = signals.silence(3, RATE), signals.tone(signature.frequency, 1, RATE, -25)
    bob.hears(np.concatenate([before, after]))
    fed: list[int] = []

    @contextmanager
    def slowly(listeners: list[Listener]) -> Iterator[None]:
        with listening(listeners):
            bob.write(before)
            yield

    def feed(detector: SignatureDetector, samples: signals.Samples) -> None:
        fed.append(samples.size)
        original(detector, samples)

    original = SignatureDetector.feed
    monkeypatch.setattr(who_hears, "listening", slowly)
    monkeypatch.setattr(SignatureDetector, "feed", feed)
    assert find_who_hears_whom({bob.agent: [bob.agent]}, 1.1).is_right
    assert fed == [RATE]


def test_time_that_the_first_look_takes_is_not_waited_twice(
    bob: ListeningAgent, busy: BusyMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def wait(changes: Changes, check: Callable[[], Matrix | None], timeout: float) -> Matrix | None:
        waited.append(timeout)
        busy.lost += 2.4
        return check()

    monkeypatch.setattr(who_hears, "wait_until", wait)
    assert not find_who_hears_whom({bob.agent: [bob.agent]}, 5).is_right
    assert waited[::2] == [pytest.approx(1, abs=0.5), pytest.approx(5 - 2 * 2.4, abs=0.5)]


def matrix_of(tmp_path: Path, verdicts: str) -> Matrix:
    """Alice, bob and carol, row by row; a capital is as wanted, H or N, and ? is not sure."""
    agents = [ListeningAgent(tmp_path, name).agent for name in ("alice", "bob", "carol")]
    agents[2].name = "<b>carol"
    pairs = [(one, other) for one in agents for other in agents]
    kinds = {
        "h": Heard.HEARD,
        "n": Heard.NOT_HEARD,
        "?": Heard.UNSURE,
    }
    cells = tuple(
        Cell(one, other, (kind in "Hn"), kinds[kind.lower()], -30.0)
        for (one, other), kind in zip(pairs, verdicts, strict=True)
    )
    return Matrix({agent: agent.calls[0] for agent in agents}, cells, 2.0)


def test_a_wrong_matrix_names_every_wrong_cell(tmp_path: Path) -> None:
    matrix = matrix_of(tmp_path, "NHhnNnNH?")
    assert str(failure(matrix)) == (
        "After 2.0 s, alice hears <b>carol, which it should not; bob does not hear alice or"
        " <b>carol; <b>carol may hear itself, which it should not."
    )
    table = matrix_table(matrix)
    assert table.count('class="centred bad"') == 4
    assert "<b>" not in table
    assert type(table) is str


def test_a_matrix_is_right_when_every_cell_is(tmp_path: Path) -> None:
    assert matrix_of(tmp_path, "NHNHNNNNN").is_right
