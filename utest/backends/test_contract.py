"""What every backend promises, on real baresips: of the wheel, and of the program on PATH."""

import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.backends import addresses, launchers
from BaresipLibrary.backends.base import Backend, ToneSource
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.backends.embedded import process
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.backends.external.installation import is_on_path
from BaresipLibrary.backends.external.started import ExternalBackend
from BaresipLibrary.backends.launchers import Forker, Spawner
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import AgentGone, BackendError, CommandRefused
from BaresipLibrary.events import (
    AgentDied,
    AudioArrived,
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    ClosedBy,
    Event,
    MediaStarted,
    RtpCounted,
    SipMessage,
)

E = TypeVar("E", bound=Event)
SOON = 10.0


KINDS = {
    "forked": (EmbeddedBackend, Forker),
    "spawned": (EmbeddedBackend, Spawner),
    "external": (ExternalBackend, Forker),
    "external, spawned": (ExternalBackend, Spawner),
}


class Line:
    """One backend and the queue of what it reported."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.events: queue.Queue[Event] = queue.Queue()
        self.uri = ""

    def start(self) -> "Line":
        self.uri = self.backend.start(self.events.put)
        return self

    def next(self, kind: type[E]) -> E:
        deadline = time.monotonic() + SOON
        while True:
            event = self.events.get(timeout=max(0.0, deadline - time.monotonic()))
            if isinstance(event, kind):
                return event

    def needs(self, capability: Capability) -> None:
        if capability not in self.backend.capabilities:
            pytest.skip(f"{self.backend.description} cannot {capability.value}")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    if "external" in request.param and not is_on_path():
        pytest.skip("no baresip on PATH")
    return str(request.param)


@pytest.fixture
def make(kind: str, tmp_path: Path) -> Iterator[Callable[[str], Line]]:
    lines: list[Line] = []
    backend, launcher_kind = KINDS[kind]
    changes = Changes()
    with closing(launcher_kind(changes)) as launcher:

        def make(name: str) -> Line:
            lines.append(Line(backend(Account(name), tmp_path / name, changes, launcher)))
            return lines[-1]

        yield make
        for line in lines:
            line.backend.stop()


def call(alice: Line, bob: Line) -> str:
    call_id = alice.backend.dial(bob.uri)
    bob.next(CallIncoming)
    bob.backend.answer(call_id)
    alice.next(CallEstablished)
    bob.next(CallEstablished)
    return call_id


def test_a_call_from_the_first_event_to_the_last(make: Callable[[str], Line]) -> None:
    alice, bob = make("alice").start(), make("bob").start()
    before = time.monotonic()
    has_headers = Capability.INVITE_HEADERS in alice.backend.capabilities
    call_id = alice.backend.dial(bob.uri, [("X-A", "1"), ("X-A", "2")] if has_headers else ())
    assert alice.events.queue[0].at >= before - 1
    assert any(isinstance(event, CallDialled) for event in alice.events.queue)
    assert bob.next(CallIncoming).call_id == call_id
    bob.backend.answer(call_id)
    assert alice.next(CallEstablished).at < time.monotonic()
    media = bob.next(MediaStarted)
    bob.backend.listen(call_id, True)
    alice.backend.set_audio_source(call_id, ToneSource(440))
    while not bob.next(AudioArrived).rx:
        pass
    bob.backend.listen(call_id, False)
    bob.backend.hang_up(call_id)
    assert bob.next(CallClosed).by is ClosedBy.US
    assert alice.next(CallClosed).by is ClosedBy.PEER
    assert media.rx.stat().st_size > 44


def test_packets_are_counted_while_they_are_watched(make: Callable[[str], Line]) -> None:
    alice, bob = make("alice").start(), make("bob").start()
    call_id = alice.backend.dial(bob.uri)
    bob.next(CallIncoming)
    bob.backend.answer(call_id)
    bob.next(CallEstablished)
    alice.backend.set_audio_source(call_id, ToneSource(440))
    bob.backend.watch_rtp(call_id, True)
    while not (counted := bob.next(RtpCounted)).received.packets:
        pass
    assert counted.received.ssrcs and len(counted.received.ssrcs) == 1
    sees_each = Capability.SEE_RTP in bob.backend.capabilities
    assert (counted.received.payload_types is not None) is sees_each
    bob.backend.watch_rtp(call_id, False)


def test_there_is_no_last_call(make: Callable[[str], Line]) -> None:
    """The stack of the wheel has 256 names for a call; then it begins anew."""
    alice, bob = make("alice").start(), make("bob").start()
    for _ in range(300):
        call_id = alice.backend.dial(bob.uri)
        assert bob.next(CallIncoming).call_id == call_id
        bob.backend.hang_up(call_id)
        for line in (alice, bob):
            assert line.next(CallClosed).call_id == call_id


def test_a_refusal_carries_its_status_words_and_headers(make: Callable[[str], Line]) -> None:
    alice, bob = make("alice").start(), make("bob").start()
    bob.needs(Capability.REFUSAL_HEADERS)
    call_id = alice.backend.dial(bob.uri)
    bob.next(CallIncoming)
    bob.backend.refuse(call_id, 603, "Not Today", [("X-Why", "no")])
    closed = alice.next(CallClosed)
    assert (closed.status, closed.words) == (603, "Not Today")
    assert bob.next(CallClosed).by is ClosedBy.US


def test_bytes_that_are_no_text_arrive_as_what_they_are(make: Callable[[str], Line]) -> None:
    bob = make("bob").start()
    host, _, port = bob.uri.partition("@")[2].partition(":")
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        local = udp.getsockname()[1]
        head = (
            f"INVITE {bob.uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{local};branch=z9hG4bKa\r\n"
            f"From: <sip:x@127.0.0.1:{local}>;tag=1\r\nTo: <{bob.uri}>\r\nCall-ID: odd\r\n"
            f"CSeq: 1 INVITE\r\nContact: <sip:x@127.0.0.1:{local}>\r\nMax-Forwards: 70\r\n"
        ).encode()
        odd = b"X-Latin: caf\xe9\r\nX-Percent: 100%s %n\r\nX-Empty:\r\nX-Folded: a\r\n  b\r\n"
        utf8 = "X-Utf8: café 電話\r\nContent-Length: 0\r\n\r\n".encode()
        udp.sendto(head + odd + utf8, (host, int(port)))
    text = bob.next(SipMessage).text
    for header in ("X-Latin: caf\ufffd", "X-Percent: 100%s %n", "X-Utf8: café 電話"):
        assert header in text


def test_a_command_that_is_refused_leaves_the_agent_alive(make: Callable[[str], Line]) -> None:
    alice = make("alice").start()
    with pytest.raises(CommandRefused, match="the call has ended"):
        alice.backend.hang_up("nothing")
    with pytest.raises(CommandRefused):
        alice.backend.dial("sip:bob@127.0.0.1:9;transport=nonsense")
    dialled = {event.call_id for event in alice.events.queue if isinstance(event, CallDialled)}
    for call_id in dialled:
        assert alice.next(CallClosed).call_id == call_id, "or the agent would ring for ever"
    assert alice.backend.count_packets("nothing") is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_agent_is_known_by_its_signal(
    make: Callable[[str], Line], number: signal.Signals
) -> None:
    alice = make("alice").start()
    assert alice.backend.pid is not None
    os.kill(alice.backend.pid, number)
    assert alice.next(AgentDied).status == -number
    with pytest.raises(AgentGone):
        alice.backend.dial("sip:bob@127.0.0.1:9")


def test_nothing_is_left_of_a_stopped_agent(make: Callable[[str], Line]) -> None:
    alice = make("alice").start()
    pid, folder = alice.backend.pid, alice.backend.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    alice.backend.stop()
    alice.backend.stop()
    assert not folder.exists()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_stopped_process_says_so_and_is_ended_by_the_ladder(make: Callable[[str], Line]) -> None:
    alice = make("alice").start()
    pid = alice.backend.pid
    assert pid is not None
    assert not alice.backend.is_stopped
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(BackendError, match=r"the command 'dial' in 2 s: its process is stopped\."):
        alice.backend.dial("sip:bob@127.0.0.1:9")
    assert alice.backend.is_stopped
    began = time.monotonic()
    alice.backend.stop()
    assert time.monotonic() - began < 2, "it cannot be asked, so nobody waits for it"
    assert not psutil.pid_exists(pid)


def test_an_agent_that_never_started_takes_nothing_with_it(
    make: Callable[[str], Line], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once this emptied the working directory."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "precious").write_text("x")
    monkeypatch.chdir(home)
    make("alice").backend.stop()
    monkeypatch.setattr(addresses, "free_port", _no_port)
    with pytest.raises(BackendError, match="no port today"):
        make("bob").start()
    make("bob").backend.stop()
    assert (home / "precious").read_text() == "x"


def _no_port(address: str) -> int:
    raise BackendError(f"no port today at {address}")


def test_a_port_that_was_taken_meanwhile_is_tried_again(
    make: Callable[[str], Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        taken = udp.getsockname()[1]
        ports = iter([taken, taken])
        real = addresses._try_port
        monkeypatch.setattr(addresses, "_try_port", lambda a: next(ports, None) or real(a))
        alice = make("alice").start()
    assert not alice.uri.endswith(f":{taken}")
    assert next(ports, None) is None


def test_without_a_baresip_it_says_what_to_install(
    make: Callable[[str], Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "is_installed", lambda: False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BackendError, match=r"pip install \"robotframework-baresip\[embedded\]\""):
        make("alice")


def test_a_fork_server_that_was_killed_is_replaced(tmp_path: Path) -> None:
    changes = Changes()
    with closing(Forker(changes)) as forker:
        first = Line(EmbeddedBackend(Account("alice"), tmp_path / "a", changes, forker)).start()
        assert forker._process is not None
        forker._process.kill()
        second = Line(EmbeddedBackend(Account("bob"), tmp_path / "b", changes, forker)).start()
        try:
            assert call(first, second)
        finally:
            second.backend.stop()
            first.backend.stop()


def test_an_agent_whose_start_was_interrupted_is_not_mistaken_for_the_next(tmp_path: Path) -> None:
    changes = Changes()
    with closing(Forker(changes)) as forker:
        forker.warm_up()
        assert forker._process is not None
        server = psutil.Process(forker._process.pid)
        server.suspend()
        given_up = EmbeddedBackend(Account("alice"), tmp_path / "a", changes, forker)
        with interrupted_after(0.3), pytest.raises(InterruptedHereError):
            given_up.start(lambda event: None)
        server.resume()
        line = Line(EmbeddedBackend(Account("bob"), tmp_path / "b", changes, forker)).start()
        try:
            others = [one for one in server.children() if one.pid != line.backend.pid]
            assert not psutil.wait_procs(others, timeout=SOON)[1]
            line.backend.dial("sip:nobody@127.0.0.1:9")
            assert line.backend._child is not None
            assert not line.backend._child.exited
        finally:
            line.backend.stop()


def test_an_agent_is_started_after_another_whose_request_still_waits(tmp_path: Path) -> None:
    changes = Changes()
    with closing(Forker(changes)) as forker:
        forker.warm_up()
        assert forker._process is not None
        server = psutil.Process(forker._process.pid)
        server.suspend()
        given_up = EmbeddedBackend(Account("alice"), tmp_path / "a", changes, forker)
        with interrupted_after(0.3), pytest.raises(InterruptedHereError):
            given_up.start(lambda event: None)
        resuming = threading.Timer(0.3, server.resume)
        resuming.start()
        line = Line(EmbeddedBackend(Account("bob"), tmp_path / "b", changes, forker)).start()
        resuming.join()
        try:
            assert [child.pid for child in server.children()] == [line.backend.pid]
        finally:
            line.backend.stop()


def test_a_fork_server_that_answers_too_late_takes_no_folder_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one was given the folder that the first one removed at its end."""
    monkeypatch.setattr(launchers, "_FORK_TIMEOUT", 0.1)
    slow = "import time; time.sleep(0.5)\n" + launchers._ENTRY
    changes = Changes()
    with closing(Forker(changes)) as forker:
        backend = EmbeddedBackend(Account("alice"), tmp_path / "a", changes, forker)
        with monkeypatch.context() as patch:
            patch.setattr(launchers, "_ENTRY", slow)
            with pytest.raises(
                BackendError, match=r"\(the fork server\) has not answered for 0\.1 s"
            ):
                backend.start(lambda event: None)
        monkeypatch.setattr(launchers, "_FORK_TIMEOUT", SOON)
        line = Line(backend).start()
        line.backend.stop()


def test_a_fork_server_that_stands_still_is_not_waited_for(tmp_path: Path) -> None:
    changes = Changes()
    forker = Forker(changes)
    line = Line(EmbeddedBackend(Account("alice"), tmp_path / "a", changes, forker)).start()
    assert forker._process is not None
    pid = forker._process.pid
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
    forker.close()
    assert not psutil.pid_exists(pid)
    line.backend.stop()


class InterruptedHereError(Exception):
    """As Robot's timeouts and Ctrl-C do, it comes out of nowhere."""


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    def interrupt(number: int, frame: object) -> None:
        raise InterruptedHereError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
