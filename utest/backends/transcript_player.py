"""A program that plays one agent's baresip from a transcript. Run by a script that names it.

It does what the real one did, in the same order: it says nothing before it was asked what the real
one was asked, and a recording opens where it opened. The backend chooses sources in a thread of its
own: what it asks for then may come at another time, and is waited for only where a recording opened
after it; where this one was never asked for it, another transcript of that version has the answer.
Any other command that the real baresip was never given ends the program.
"""

import base64
import json
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_UNEXPECTED = 70
_OF_SOURCES = {"callfind", "mute", "ausrc"}
_ADDRESS = re.compile(r"\[?[\w.:]+\]?:\d+\b|0x[0-9a-f]+")
_PATH = re.compile(r"/[^\s,]*/")
_INTERVAL = re.compile(r";regint=\d+")

Step = dict[str, Any]
#: A command, and the answer to it.
Told = tuple[dict[str, str], dict[str, Any]]


class Replay:
    """One transcript, and the point it has come to."""

    def __init__(self, transcript: Path, folder: Path) -> None:
        steps = steps_of(transcript)
        self.transcript = transcript
        lines = (folder / "config").read_text().splitlines()
        config = dict(reversed([line.split(None, 1) for line in lines if " " in line]))
        self.address, self.now = steps[0]["address"], config["sip_listen"]
        self.steps = steps[1:]
        self.recordings = folder / config["snd_path"]
        host, _, port = config["ctrl_tcp_listen"].rpartition(":")
        self.server = socket.create_server((host, int(port)))
        self.peer: socket.socket | None = None
        self.rest = b""
        self.told = dialogue(self.steps)

    def run(self) -> None:
        """Plays until it is told to quit, or the connection ends."""
        self.play()
        self.peer, _ = self.server.accept()
        self.play()
        while (command := self.next_command()) is not None:
            self.take(command)
            if command["command"] == "quit":
                return

    def take(self, command: dict[str, str]) -> None:
        due = self.due(command)
        if due is None:
            say(f"\x1b[31mreplay: no baresip was told {essence(command)}\x1b[;m\n")
            sys.exit(_UNEXPECTED)
        recorded, answer = due
        place = next((n for n, one in enumerate(self.steps) if one.get(">") is recorded), None)
        mine = {**answer, "token": command["token"]}
        if place == 0:
            self.steps.pop(0)
            number = next(n for n, one in enumerate(self.steps) if one.get("<") is answer)
            self.steps[number] = {"<": mine}
        else:
            if place is not None:  # another thread was quicker then
                self.leave(place)
            mine["data"] = mine["data"].replace(
                recorded.get("params", ""), command.get("params", "")
            )
            self.show({"<": mine})
        self.play()

    def due(self, command: dict[str, str]) -> Told | None:
        """The recorded command and its answer: of those about sources any one of its name."""
        asked = essence(command)
        for recorded, answer in dialogue(self.steps):
            if essence(recorded) == asked:
                return recorded, answer
        if command["command"] not in _OF_SOURCES:
            return None
        return next(
            (one for one in self.told_anywhere() if one[0]["command"] == command["command"]), None
        )

    def told_anywhere(self) -> Iterator[Told]:
        """What this baresip was told, and then what others of its version were."""
        yield from self.told
        for other in sorted(self.transcript.parent.glob("*.jsonl")):
            yield from dialogue(steps_of(other))

    def leave(self, place: int) -> None:
        """Takes a command and its answer out of what is to come."""
        token = self.steps.pop(place)[">"]["token"]
        self.steps = [one for one in self.steps if one.get("<", {}).get("token") != token]

    def play(self) -> None:
        """What came next, until baresip was told something."""
        while self.steps:
            step = self.steps[0]
            if ">" in step:
                if step[">"]["command"] not in _OF_SOURCES or self.opens_a_recording():
                    return
                self.leave(0)
            elif "<" in step and self.peer is None:
                return
            else:
                self.show(self.steps.pop(0))

    def opens_a_recording(self) -> bool:
        """Whether a recording opens before the next command that is not about sources."""
        for one in self.steps:
            if "file" in one:
                return True
            if ">" in one and one[">"]["command"] not in _OF_SOURCES:
                return False
        return False

    def show(self, step: Step) -> None:
        if "print" in step:
            say(self.moved(step["print"]))
        elif "file" in step:
            (self.recordings / self.moved(step["file"])).write_bytes(base64.b64decode(step["head"]))
        elif "<" in step:
            payload = self.moved(json.dumps(step["<"])).encode()
            assert self.peer is not None
            self.peer.sendall(b"%d:%s," % (len(payload), payload))

    def moved(self, text: str) -> str:
        """The text with the address of today in place of the recorded one."""
        host, _, port = self.address.rpartition(":")
        now, _, number = self.now.rpartition(":")
        text = text.replace(f"{host}:{int(port) + 1}", f"{now}:{int(number) + 1}")
        return text.replace(self.address, self.now)

    def next_command(self) -> dict[str, str] | None:
        assert self.peer is not None
        while b":" not in self.rest or len(self.rest) < self.needed():
            data = self.peer.recv(65536)
            if not data:
                return None
            self.rest += data
        prefix, _, body = self.rest.partition(b":")
        self.rest = body[int(prefix) + 1 :]
        command: dict[str, str] = json.loads(body[: int(prefix)])
        return command

    def needed(self) -> int:
        prefix = self.rest.partition(b":")[0]
        return len(prefix) + 1 + int(prefix) + 1


def steps_of(transcript: Path) -> list[Step]:
    """What a transcript has, step by step."""
    return [json.loads(line) for line in transcript.read_text().splitlines()]


def dialogue(steps: list[Step]) -> list[Told]:
    """The commands, each with its answer."""
    answers = {one["<"]["token"]: one["<"] for one in steps if one.get("<", {}).get("response")}
    commands = [one[">"] for one in steps if ">" in one]
    return [(one, answers[one["token"]]) for one in commands if one["token"] in answers]


def essence(command: dict[str, str] | None) -> str | None:
    """A command without what differs from day to day: addresses, folders and passwords."""
    if command is None:
        return None
    text = f"{command['command']} {command.get('params', '')}".strip()
    text = _PATH.sub("FOLDER/", _ADDRESS.sub("ADDRESS", text))
    if (
        command["command"] == "uanew"
    ):  # the account's parameters are what `account.line` is tested for
        text = f"{text.partition(';')[0]} {_INTERVAL.findall(text)}"
    return text


def say(text: str) -> None:
    """Prints at once, as baresip does."""
    sys.stdout.buffer.write(text.encode(errors="replace"))
    sys.stdout.buffer.flush()


def main(transcript: str, version: str) -> None:
    """Plays the agent, or tells the version."""
    if "-f" not in sys.argv:
        say(f"baresip v{version} Copyright (C) 2010 - 2025 Alfred E. Heggestad et al.\n")
        return
    folder = Path(sys.argv[sys.argv.index("-f") + 1])
    Replay(Path(transcript), folder).run()
