"""Commands that both a started and an attached baresip are given."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.base import Packets
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.backends.external.attached import AttachedBackend
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.controlled import _has_room
from BaresipLibrary.backends.external.ctrl_tcp import Command
from BaresipLibrary.backends.external.installation import Version
from BaresipLibrary.backends.external.live_call import LiveCall
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import CommandRefused
from BaresipLibrary.events import CallEstablished, CallIncoming, Event, RtpCounted
from BaresipLibrary.media.awaited_silence import wait_until_silence

from .fake_device import FakeDevice


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with closing(FakeDevice()) as device:
        yield device


@pytest.fixture
def backend(device: FakeDevice) -> Iterator[AttachedBackend]:
    attached = AttachedBackend(Account("bob"), Changes(), ExternalSettings(control=device.address))
    attached.start(lambda event: None)
    yield attached
    attached._translator.calls.clear()
    attached.stop()


def test_audio_that_starts_while_a_call_is_accepted_is_that_calls(
    backend: AttachedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although another INVITE was on its way, which is read before the answer to a command."""
    backend.version = Version(2, 3)  # the recordings of 2.9 and later name the peer
    translator = backend._translator
    translator.calls["from-alice"] = LiveCall(incoming=True, peer="sip:alice@a")
    accepted: list[str] = []
    unread = ["from-carol"]

    def ask(*commands: Command) -> list[str]:
        if unread:
            translator.signalling = unread.pop()
        if ("accept", "from-alice") in commands:
            accepted.append(translator.call_with(peer=""))
        return ["" for _ in commands]

    monkeypatch.setattr(backend, "_ask", ask)
    backend.answer("from-alice")
    assert accepted == ["from-alice"]


def test_a_call_id_that_baresip_takes_for_a_parameter_is_chosen_first(
    backend: AttachedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4.10 hangs up the current call where a Call-ID has an equals sign."""
    backend._translator.calls["YWJj==@host"] = LiveCall(True, "sip:alice@a", is_answered=True)
    asked: list[tuple[Command, ...]] = []
    monkeypatch.setattr(backend, "_ask", lambda *commands: asked.append(commands) or ["", ""])
    backend.hang_up("YWJj==@host")
    assert asked == [(("callfind", "YWJj==@host"), ("hangup", ""))]


def test_a_call_is_known_by_the_answer_to_the_command_that_dialled_it(
    backend: AttachedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call to the target of a transfer may begin just then."""
    translator = backend._translator

    def ask(*_: Command) -> list[str]:
        translator.dialled(time.monotonic(), "to-bob", "sip:bob@a")
        translator.dialled(time.monotonic(), "to-target", "sip:carol@a")
        return ["call uri: sip:bob@a\ncall id: to-bob\n"]

    monkeypatch.setattr(backend, "_ask", ask)
    assert backend.dial("sip:bob@a") == "to-bob"


def counted(*sources: tuple[int, int]) -> str:
    """What baresip prints of RTP: the SSRC of each source, and packets received of it."""
    members = "".join(
        f"  member {ssrc:#010x}: lost=0 Jitter=3.5ms RTT=0.0ms\n  psent=0 rcvd={count}\n"
        for ssrc, count in sources
    )
    return f"{members}  TX: packets=5, octets=800\n"


def test_packets_go_on_where_baresip_counts_anew(
    backend: AttachedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a jump of the sequence numbers, or when one of two sources has left."""
    backend._translator.calls["call"] = LiveCall(incoming=True, peer="sip:alice@a")
    answers = iter(
        (
            counted((1, 90)),
            counted((1, 100)),
            counted((1, 7)),
            counted((1, 9), (2, 50)),
            counted((1, 12)),
            counted((1, 12), (2, 3)),
        )
    )
    monkeypatch.setattr(backend, "_ask_about", lambda *_: next(answers))
    packets = [backend.count_packets("call") for _ in range(6)]
    assert packets == [Packets(count, 5) for count in (90, 100, 107, 159, 162, 165)]


def test_sent_packets_are_told_where_those_received_are_not_known(
    backend: AttachedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = LiveCall(incoming=True, peer="sip:alice@a", undecrypted=None)
    backend._translator.calls["call"] = call
    told: list[Event] = []
    monkeypatch.setattr(backend, "_report", told.append)
    monkeypatch.setattr(backend, "_ask_about", lambda *_: counted((1, 4)))
    assert backend.count_packets("call") is None
    backend._tell_rtp("call")
    (event,) = told
    assert isinstance(event, RtpCounted)
    assert (event.received.packets, event.sent.packets) == (4, 5)


def test_of_which_call_a_packet_was_is_known_while_there_is_one(backend: AttachedBackend) -> None:
    translator = backend._translator
    first = translator.calls["first"] = LiveCall(incoming=True, peer="sip:alice@a")
    translator.not_decrypted()
    translator.not_decrypted()
    assert first.undecrypted == 2
    second = translator.calls["second"] = LiveCall(incoming=True, peer="sip:carol@a")
    translator.not_decrypted()
    assert (first.undecrypted, second.undecrypted) == (None, None)
    del translator.calls["second"]
    translator.not_decrypted()
    assert first.undecrypted is None


@pytest.mark.parametrize(
    ("read", "undecrypted", "encrypted", "told"),
    [
        (3, 0, False, 3),
        (0, 0, False, 0),
        (0, 50, True, 50),
        (3, 50, True, 53),
        (3, 0, True, 3),
        (0, 0, True, None),  # it may have dropped packets without a word
        (3, None, True, None),  # of which call they were is not known
    ],
)
def test_packets_that_could_not_be_decrypted_are_counted_where_they_are_known(
    read: int, undecrypted: int | None, encrypted: bool, told: int | None
) -> None:
    call = LiveCall(incoming=True, peer="sip:alice@a", undecrypted=undecrypted)
    call.take_received({1: read})
    assert (call.received if call.received_all(encrypted=encrypted) else None) == told


class _Turn:
    """The turn to ask baresip, which tells when somebody has to wait for it."""

    def __init__(self, awaited: Callable[[], None]) -> None:
        self._lock, self._awaited = threading.Lock(), awaited

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._awaited()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.free()

    def free(self) -> None:
        """Lets the next thread ask."""
        self._lock.release()


def test_silence_is_waited_for_while_another_thread_asks_baresip(
    device: FakeDevice, backend: AttachedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for its turn must not hold `changes`, without which no answer is read."""
    device.answers |= {"callfind": "", "audio_debug": "TX: packets=5, octets=800\n psent=0 rcvd=0"}
    backend.capabilities = frozenset(Capability) - {Capability.SEE_RTP}
    backend._translator.calls["call"] = LiveCall(incoming=True, peer="sip:alice@a")
    agent = Agent("bob", Account("bob"), backend, backend._changes)
    with agent.changes:
        agent.on_event(CallIncoming(time.monotonic(), "call", "sip:alice@a"))
        agent.on_event(CallEstablished(time.monotonic(), "call"))
    turn = _Turn(device.hurry.set)
    monkeypatch.setattr(backend._control, "_turn", turn)
    asking = threading.Thread(target=backend._ask, args=(("slow", ""),), daemon=True)
    monkeypatch.setattr(
        backend, "listen", lambda _, on, closely=False: asking.start() if on else None
    )
    waiting = threading.Thread(target=wait_until_silence, args=(agent, 0.3, 5.0), daemon=True)
    waiting.start()
    waiting.join(8.0)
    is_stuck = waiting.is_alive()
    if is_stuck:
        turn.free()
    asking.join()
    assert device.hurry.is_set()
    assert not is_stuck


def test_a_folder_of_recordings_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandRefused, match="gone cannot be read: No such file or directory"):
        _has_room(tmp_path / "gone")
    assert _has_room(tmp_path)
