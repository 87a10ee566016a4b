"""A program that plays one agent's baresip from a transcript. Run by a script that names both.

It takes a command when the transcript's next one is due, and answers and prints what followed it
then. Other commands are answered as baresip does, without consequences.
"""

import json
import re
import socket
import struct
import sys
from pathlib import Path
from typing import Any

#: Commands that only ask; whoever recorded the transcripts was curious.
ASKING = {"listcalls", "callstat", "reginfo", "about", "mute", "ausrc", "uarmheader"}
#: Commands whose first parameter is a Call-ID, which must be the recorded one.
ABOUT_CALLS = {"accept", "hangup", "hold", "resume"}
#: What the backend asks for in other words.
SAME = {"uareg": "uanew"}
UNREGISTERS = ("uareg", "0 0")
WAV = struct.pack(
    "<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 0
)


class Replay:
    """One transcript of one agent, and the point it has come to."""

    def __init__(self, path: Path, agent: str, config: dict[str, str]) -> None:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        mine = [line for line in lines if line["agent"] == agent]
        self.address = next(line["address"] for line in mine if "address" in line)
        self.steps = [line for line in mine if "address" not in line]
        self.recorded = list(self.steps)
        self.config = config
        self.recordings = f"/AGENT/{agent}/rec"
        self.announced: set[str] = set()
        host, _, port = config["ctrl_tcp_listen"].rpartition(":")
        self.server = socket.create_server((host, int(port)))
        say("baresip is ready.\n")
        self.peer, _ = self.server.accept()
        self.rest = b""

    def run(self) -> None:
        """Plays until the connection ends."""
        self.play("")
        while (command := self.next_command()) is not None:
            if command["command"] == "quit":
                self.send(
                    {"response": True, "ok": True, "data": "Quit\n", "token": command["token"]}
                )
                return
            due = self.steps[0][">"] if self.steps and ">" in self.steps[0] else {}
            name = command["command"]
            is_due = bool(due) and due["command"] in (name, SAME.get(name))
            if is_due and not self.is_own(command) and not self.unregisters(command):
                if name in ABOUT_CALLS and not same_call(due, command):
                    self.answer(command, ok=False)
                    continue
                self.steps.pop(0)
                self.play(command["token"])
            elif self.unregisters(command):
                self.play_unregistration(command["token"])
            else:
                self.answer(command)

    def is_own(self, command: dict[str, str]) -> bool:
        """Whether this is the account that the backend begins with, which registers nowhere."""
        return command["command"] == "uanew" and "regint=0" in command["params"]

    def unregisters(self, command: dict[str, str]) -> bool:
        """Whether this ends a registration, which the backend does at times of its own."""
        return (command["command"], command.get("params")) == UNREGISTERS

    def play_unregistration(self, token: str) -> None:
        """What followed when that was recorded."""
        asked = [s.get(">", {}) for s in self.recorded]
        names = [(one.get("command"), one.get("params")) for one in asked]
        begin = names.index(UNREGISTERS) + 1
        rest, self.steps = self.steps, self.recorded[begin:]
        self.play(token)
        self.steps = rest

    def skip_questions(self) -> None:
        """Passes over what the recorder asked, with the answers."""
        while self.steps and self.steps[0].get(">", {}).get("command") in ASKING:
            token = self.steps.pop(0)[">"]["token"]
            answer = next(s for s in self.steps if s.get("<", {}).get("token") == token)
            self.steps.remove(answer)
            self.play("")

    def play(self, token: str) -> None:
        """What came next, until baresip was told something."""
        while self.steps and ">" not in self.steps[0]:
            step = self.steps.pop(0)
            if "print" in step:
                self.make_recordings(step["print"])
                say(self.moved(step["print"]))
                continue
            frame = step["<"]
            if frame.get("response"):
                frame = {**frame, "token": token}
            self.send(frame)
        self.skip_questions()

    def make_recordings(self, text: str) -> None:
        """As 4.10 does: first it only names a recording, and opens it before it names it again."""
        for path in re.findall(r"sndfile: dumping \w+ audio to (.+)", self.moved(text)):
            if path in self.announced:
                Path(path).write_bytes(WAV)  # relative, as baresip runs in its folder
            self.announced ^= {path}

    def moved(self, text: str) -> str:
        """The text with the addresses of today in place of the recorded ones."""
        text = text.replace(self.address, self.config["sip_listen"])
        return text.replace(self.recordings, self.config["snd_path"])

    def answer(self, command: dict[str, str], *, ok: bool = True) -> None:
        data = "baresip 4.10.0\n" if command["command"] == "about" else ""
        self.send({"response": True, "ok": ok, "data": data, "token": command["token"]})

    def send(self, frame: dict[str, Any]) -> None:
        payload = self.moved(json.dumps(frame)).encode()
        self.peer.sendall(b"%d:%s," % (len(payload), payload))

    def next_command(self) -> dict[str, str] | None:
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


def same_call(due: dict[str, str], command: dict[str, str]) -> bool:
    """Whether two commands are about the same call; who recorded them left out the current one."""
    recorded = due.get("params", "").split()
    return not recorded or recorded[0] == command["params"].split()[0]


def say(text: str) -> None:
    """Prints at once, as baresip does."""
    sys.stdout.buffer.write(text.encode(errors="replace"))
    sys.stdout.buffer.flush()


def main(transcript: str, agent: str) -> None:
    """Plays the agent, or tells the version."""
    say("baresip v4.10.0 Copyright (C) 2010 - 2025 Alfred E. Heggestad et al.\n")
    if "-f" not in sys.argv:
        return
    folder = Path(sys.argv[sys.argv.index("-f") + 1])
    lines = (folder / "config").read_text().splitlines()
    config = dict(line.split(None, 1) for line in lines if not line.startswith("module"))
    Replay(Path(transcript), agent, config).run()
