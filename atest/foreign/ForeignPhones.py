"""Phones that are not baresip, each in a process of its own: pjsua2 and linphonec.

Each sends a tone of 620 Hz. They are told what to do, and tell what they see: ``incoming``,
``ringing``, ``running`` (audio flows both ways), ``held`` (by the other side), ``holding``,
``digit 5``, ``referred``, ``refused`` and ``ended``. Their processes end with the test.
"""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import wave
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from robot.api import SkipExecution, logger
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn

from atest.resources.Ports import port_for_a_program

HERE = Path(__file__).parent
TONE, RATE = 620, 8000
_READY = 15.0


class Phone(ABC):
    """One phone: a process, and what it has told so far."""

    uri: str
    #: What it is told before its standard input ends.
    farewell = b""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.printed: list[str] = []
        self._read_until = 0
        self._changed = threading.Condition()
        environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": "", "DISPLAY": ""}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
            env=environment,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __str__(self) -> str:
        return self.uri

    @abstractmethod
    def events_in(self, line: str) -> Iterator[str]:
        """What a line of its output tells, in the words of this module."""

    @abstractmethod
    def order(self, what: str, *arguments: str) -> str:
        """The line that has it do something: call, answer, refuse, hang up, hold, and so on."""

    @abstractmethod
    def hears(self, frequency: int, within: float) -> bool:
        """Whether it has heard a tone (Hz), or does in time (s)."""

    def do(self, what: str, *arguments: str) -> None:
        self.write(self.order(what, *arguments))

    def write(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout
        for octets in self._process.stdout:
            line = octets.decode("utf-8", "replace").strip()
            with self._changed:
                self.printed.append(line)
                self.told.extend(self.events_in(line))
                self._changed.notify_all()
        with self._changed:
            self.told.append("gone")
            self._changed.notify_all()

    def await_event(self, event: str, within: float) -> None:
        """Waits for an event that follows those that were waited for before."""

        def found() -> bool:
            for number in range(self._read_until, len(self.told)):
                if self.told[number] == event:
                    self._read_until = number + 1
                    return True
            return False

        with self._changed:
            if not self._changed.wait_for(found, within):
                rest = ", ".join(self.told[self._read_until :]) or "nothing"
                raise AssertionError(
                    f"{self.uri} told no '{event}' within {within} s; told: {rest}"
                )

    def wait(self, check: Any, within: float) -> bool:
        with self._changed:
            return bool(self._changed.wait_for(check, within))

    def end(self) -> None:
        """Ends the process, whatever it does."""
        try:
            assert self._process.stdin
            self._process.stdin.write(self.farewell)
            self._process.stdin.close()
            self._process.wait(3)
        except (OSError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._reader.join(3)
        shutil.rmtree(self.folder, ignore_errors=True)


class PjsuaPhone(Phone):
    """pjsua2, by the program beside this module."""

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("pjsua2") is None:
            raise SkipExecution("pjsua2-python has no wheel for this Python.")
        self._heard: list[int | None] = []
        super().__init__([sys.executable, str(HERE / "pjsua2_phone.py")], folder)
        self.await_event("ready", _READY)

    def events_in(self, line: str) -> Iterator[str]:
        if not line.startswith('{"event"'):
            return
        told = json.loads(line)
        match told["event"]:
            case "ready":
                self.uri = told["uri"]
                yield "ready"
            case "hears":
                self._heard.append(told["hz"])
            case "digit":
                yield f"digit {told['digit']}"
            case "media":
                yield {1: "running", 2: "holding", 3: "held"}.get(told["status"], "no media")
            case "state" if told["state"] == "EARLY":
                yield "ringing"
            case "state" if told["state"] == "DISCONNECTED":
                yield f"refused {told['code']}" if told["code"] >= 300 else "ended"
            case "incoming" | "referred" | "failed":
                yield told["event"]

    def order(self, what: str, *arguments: str) -> str:
        names: dict[str, tuple[str, ...]] = {
            "call": ("uri",),
            "refer": ("uri",),
            "press": ("digits",),
        }
        fields: dict[str, Any] = dict(zip(names.get(what, ()), arguments, strict=False))
        if what == "refuse":
            return json.dumps({"do": "answer", "code": 603, "reason": "Decline"})
        return json.dumps({"do": what.replace(" ", "_"), **fields})

    def hears(self, frequency: int, within: float) -> bool:
        def close() -> bool:
            return any(hz is not None and abs(hz - frequency) < 15 for hz in self._heard)

        return self.wait(close, within)


class LinphonePhone(Phone):
    """linphonec, told by its own commands. It has no sound card: it plays and records files.

    It receives media at an address of this machine that is not loopback.
    """

    farewell = b"quit\n"
    #: Where it receives media, as a line of its configuration.
    _media = ""
    _EVENTS = (
        (r"Receiving new incoming call", "incoming"),
        (r"Call \d+ to \S+ ringing", "ringing"),
        (r"Media streams established", "running"),
        (r"has been paused by", "held"),
        (r"is now paused", "holding"),
        (r"Call \d+ with \S+ ended", "ended"),
        (r"Call \d+ with \S+ error", "refused"),
    )

    def __init__(self, folder: Path) -> None:
        if shutil.which("linphonec") is None:
            raise AssertionError("linphonec is not installed: apt-get install linphone-cli")
        (folder / ".local" / "share" / "linphone").mkdir(parents=True)
        port, media = port_for_a_program(), port_for_a_program()
        self.uri = f"sip:linphone@127.0.0.1:{port}"
        (folder / "rc").write_text(
            f"[sip]\nsip_port={port}\nsip_tcp_port=0\nsip_tls_port=0\nbind_address=127.0.0.1\n"
            'contact="linphone" <sip:linphone@127.0.0.1>\n'
            "register_only_when_network_is_up=0\n"
            f"[rtp]\naudio_rtp_port={media}\n{self._media}"
            "[video]\nenabled=0\ncapture=0\ndisplay=0\n"
        )
        _write_tone(folder / "tone.wav")
        command = ["linphonec", "-c", str(folder / "rc"), "-l", str(folder / "log"), "-d", "3"]
        super().__init__(command, folder)
        self.write("ipv6 disable")
        self.write("soundcard use files")
        self.await_event("ready", _READY)

    def events_in(self, line: str) -> Iterator[str]:
        if "Using wav files" in line:
            yield "ready"
        tone = re.search(r"Receiving tone (\S) from", line)
        if tone:
            yield f"digit {tone[1]}"
        for pattern, event in self._EVENTS:
            if re.search(pattern, line):
                yield event
        if "Media streams established" in line:  # not before: it would crash
            self.write(f"record {self.folder / 'heard.wav'}")
            self.write(f"play {self.folder / 'tone.wav'}")

    def order(self, what: str, *arguments: str) -> str:
        lines = {
            "call": "call {}",
            "answer": "answer",
            "refuse": "terminate",
            "hang up": "terminate",
            "hold": "pause",
            "resume": "resume",
            "press": "{}",
            "refer": "transfer {}",
        }
        return lines[what].format(*arguments)

    def hears(self, frequency: int, within: float) -> bool:
        octets = (self.folder / "heard.wav").read_bytes()
        rate = int.from_bytes(octets[24:28], "little")
        samples = np.frombuffer(octets[44 : len(octets) // 2 * 2], dtype="<i2") / 32768
        size = rate // 4
        windows = [samples[at : at + size] for at in range(0, samples.size - size, size)]
        return any(_has_tone(window, frequency, rate) for window in windows)


class LoopbackLinphonePhone(LinphonePhone):
    """A linphonec for agents that talk with loopback only."""

    _media = "bind_address=127.0.0.1\n"


def _has_tone(window: Any, frequency: int, rate: int) -> bool:
    if np.sqrt(np.mean(window**2)) < 0.003:
        return False
    spectrum = np.abs(np.fft.rfft(window * np.hanning(window.size)))
    return bool(abs(np.argmax(spectrum) * rate / window.size - frequency) < 15)


def _write_tone(path: Path) -> None:
    """A minute of the tone that a phone sends."""
    samples = 8000 * np.sin(2 * np.pi * TONE * np.arange(RATE * 60) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


_KINDS: dict[str, type[PjsuaPhone] | type[LinphonePhone]] = {
    "linphonec at loopback": LoopbackLinphonePhone,
    "pjsua2": PjsuaPhone,
    "linphonec": LinphonePhone,
}


@library(scope="TEST", auto_keywords=True)
class ForeignPhones:
    """Starts phones and ends them with their test."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._phones: list[Phone] = []

    def start_phone(self, kind: str) -> Phone:
        """Starts a phone at a port of its own; it has a ``uri``.

        Kinds are ``pjsua2``, ``linphonec`` and ``linphonec at loopback``.
        """
        output = BuiltIn().get_variable_value("${OUTPUT DIR}")
        folder = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=output))
        try:
            phone = _KINDS[kind](folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._phones.append(phone)
        return phone

    def phone_does(self, phone: Phone, what: str, *arguments: str) -> None:
        """Has a phone ``call``, ``answer``, ``refuse``, ``hang up``, ``hold`` and so on."""
        phone.do(what, *arguments)

    def phone_should_tell(self, phone: Phone, *events: str, within: float = 8.0) -> None:
        """Waits for these events, in this order."""
        for event in events:
            phone.await_event(event, within)

    def phone_should_hear(self, phone: Phone, frequency: int, within: float = 5.0) -> None:
        """Fails unless it hears that tone (Hz); linphonec has to have heard it in a past call."""
        if not phone.hears(frequency, within):
            raise AssertionError(f"{phone.uri} heard no tone of {frequency} Hz.")

    def end_test(self, data: Any, result: Any) -> None:
        """Listener: ends the phones, and shows what they printed when the test failed."""
        phones, self._phones = self._phones, []
        for phone in phones:
            phone.end()
            if result.failed:
                logger.info("\n".join([phone.uri, *phone.printed[-200:]]))
