"""Reference machines in a process of their own, so that a busy Robot does not delay them.

`MachineProcess` is the end that tests hold; the process itself runs this file. Requests and answers
are lines of JSON on its standard input and output. It ends when its input does: nothing is left of
it when the process that started it is killed.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

Span = tuple[float, float]

#: How long a machine may take beyond what it was asked to wait for (s), also on a busy one.
_PATIENCE = 30.0
#: It comes before other processes, where it may.
_FIRST = -10


class Turn(NamedTuple):
    """A turn of a machine, in monotonic seconds; see `peer_machine.Spoken`."""

    begin: float
    end: float
    interrupted: float | None
    late: Span


class Truth(NamedTuple):
    """When a machine spoke, and when the other side's speech arrived there."""

    turns: list[Turn]
    arrived: list[Span]

    @property
    def spoken(self) -> list[Span]:
        return [(turn.begin, turn.end) for turn in self.turns]


class RemoteMachine:
    """One machine of a `MachineProcess`, which answers one call at its `uri`."""

    def __init__(self, ask: Callable[..., Any], number: int, uri: str) -> None:
        self._ask = ask
        self._number = number
        self.uri = uri

    def wait_for(self, turns: int, within: float) -> bool:
        """Whether it has begun so many turns, and ended the last of them, in time (s)."""
        return bool(self._ask("wait_for", self._number, turns, within, patience=within))

    def wait_for_voice(self, within: float) -> bool:
        """Whether it begins to speak in time (s)."""
        return bool(self._ask("wait_for_voice", self._number, within, patience=within))

    def truth(self) -> Truth:
        turns, arrived = self._ask("truth", self._number)
        spoken = [Turn(begin, end, stop, tuple(late)) for begin, end, stop, late in turns]
        return Truth(spoken, [(begin, end) for begin, end in arrived])

    def close(self) -> str:
        """Ends it, and returns its SIP messages as text."""
        return str(self._ask("close", self._number))


class MachineProcess:
    """A process with machines in it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self, *arguments: Any, **options: Any) -> RemoteMachine:
        """Starts a machine; arguments are those of `machine_scenarios.talks`."""
        number, uri = self._ask("start", arguments, options)
        return RemoteMachine(self._ask, number, uri)

    def close(self) -> None:
        """Ends the process, and all machines."""
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _ask(self, what: str, *arguments: Any, patience: float = 0.0) -> Any:
        # A machine that hangs would hang the test: without an answer the process is ended.
        timer = threading.Timer(patience + _PATIENCE, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(f"{json.dumps([what, arguments])}\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            raise RuntimeError(f"The machine's process has ended, and has not answered '{what}'.")
        error, answer = json.loads(line)
        if error:
            raise RuntimeError(f"The machine could not do '{what}': {error}")
        return answer


class _Served:
    """The machines of this process, and what can be asked of them."""

    def __init__(self) -> None:
        self._peers: dict[int, Any] = {}
        self._numbers = count(1)

    def start(self, arguments: list[Any], options: dict[str, Any]) -> tuple[int, str]:
        from machine_scenarios import talks
        from peer import Peer

        number, peer = next(self._numbers), Peer("machine")
        self._peers[number] = peer
        peer.run(talks, *arguments, **options)
        return number, peer.uri

    def wait_for(self, number: int, turns: int, within: float) -> bool:
        return self._machine(number).wait_for(turns, within)

    def wait_for_voice(self, number: int, within: float) -> bool:
        return self._machine(number).wait_for_voice(within)

    def truth(self, number: int) -> Any:
        machine = self._machine(number)
        turns = [
            (one.begin, one.end, one.interrupted, one.late or (0, 0)) for one in machine.spoken
        ]
        return turns, machine.arrived.spans

    def close(self, number: int) -> str:
        peer = self._peers.pop(number)
        peer.close()
        return peer.shown()

    def close_all(self) -> None:
        for peer in self._peers.values():
            peer.close()

    def _machine(self, number: int) -> Any:
        peer = self._peers[number]
        if peer.error is not None:
            raise peer.error
        return peer.result["machine"]


def _answer(served: _Served, line: str) -> None:
    what, arguments = json.loads(line)
    try:
        answer = "", getattr(served, what)(*arguments)
    except Exception as error:  # told by the one who has asked
        answer = repr(error), None
    print(json.dumps(answer), flush=True)


def main() -> None:
    """Serves until the input ends; a request that waits does not delay that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends Robot, which ends this
    with suppress(OSError):  # what it says is true only as long as it is not late
        os.nice(_FIRST)
    served = _Served()
    for line in sys.stdin:
        threading.Thread(target=_answer, args=(served, line), daemon=True).start()
    served.close_all()


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    sys.path[1:1] = [str(root), str(root / "atest" / "speech")]
    main()
