"""A baresip that runs by itself, as on a device: the library has not started it."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn

from atest.resources.Ports import port_for_a_program
from BaresipLibrary.backends.external.ctrl_tcp import FrameSplitter, encode
from BaresipLibrary.backends.external.installation import find_program

_READY = 10.0
_MODULES = ("g711", "auconv", "auresamp", "sndfile", "ausine", "aufile", "aubridge")
_APPLICATIONS = ("account", "menu", "ctrl_tcp", "debug_cmd")


class RunningBaresip:
    """Starts and ends it. One at a time; it ends with the suite."""

    ROBOT_LIBRARY_SCOPE = "SUITE"
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._control = 0

    def start_device(
        self,
        account: str = "device",
        without: str = "",
        parameters: str = "",
        own: bool = False,
        regint: int = 0,
    ) -> dict[str, str]:
        """Starts a baresip; returns where it is controlled, where its first account is called, and
        where it records.

        `account` are the users of its accounts, with commas; `parameters` are more of each account,
        `regint` is that of each. Its configuration has no line that begins with `without`. With
        `own` it goes on with what baresip writes itself at its first start.
        """
        output = BuiltIn().get_variable_value("${OUTPUT DIR}")
        self._folder = Path(tempfile.mkdtemp(prefix="device-", dir=output))
        recordings = self._folder / "recordings"
        recordings.mkdir()
        sip, control = port_for_a_program(), port_for_a_program()
        self._control = control
        program = find_program(None, None)
        lines = [
            f"sip_listen 127.0.0.1:{sip}", f"ctrl_tcp_listen 127.0.0.1:{control}",
            "net_interface 127.0.0.1", "audio_player aubridge,p", "audio_source aubridge,q",
            "audio_alert aubridge,a", "ausrc_srate 48000", "ausrc_channels 2",
            f"snd_path {recordings}", "ringback_disabled yes", "menu_bell no",
            f"module_path {program.module_folder}",
            *(f"module {name}.so" for name in _MODULES if name in program.modules),
            *(f"module_app {name}.so" for name in _APPLICATIONS),
        ]  # fmt: skip
        kept = [line for line in lines if not without or not line.startswith(without)]
        kept += self._own_configuration(program.path) if own else []
        (self._folder / "config").write_text("\n".join(kept) + "\n")
        (self._folder / "contacts").touch()
        uris = [f"sip:{user}@127.0.0.1:{sip}" for user in account.split(",") if user]
        accounts = "".join(f"<{uri}>;regint={regint}{parameters}\n" for uri in uris)
        (self._folder / "accounts").write_text(accounts)
        self._process = subprocess.Popen(
            [program.path, "-f", str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._await_ready()
        uri = next(iter(uris), "")
        return {"control": f"127.0.0.1:{control}", "uri": uri, "recordings": str(recordings)}

    def _own_configuration(self, program: str) -> list[str]:
        """What a first start writes; of a line that is there twice the first one counts."""
        assert self._folder is not None
        with subprocess.Popen(
            [program, "-f", str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as self._process:
            self._await_ready()
            self._process.terminate()
        written = (self._folder / "config").read_text().splitlines()
        absent = ("module_app", "module", "#")  # sound cards and networks that are not there
        return [line for line in written if not line.startswith(absent)]

    def _await_ready(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        deadline, printed = time.monotonic() + _READY, b""
        stream = self._process.stdout.fileno()
        while b"baresip is ready" not in printed:
            remaining = max(0.0, deadline - time.monotonic())
            if not select.select([stream], [], [], remaining)[0]:
                raise AssertionError(f"The device did not come up: {printed!r}")
            piece = os.read(stream, 65536)
            if not piece:
                raise AssertionError(f"The device ended: {printed!r}")
            printed += piece

    def device_should_still_run(self) -> None:
        """It was left alone, and answers on its control port."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"The device ended with {self._process.returncode}.")

    def ask_device(self, command: str) -> str:
        """Has another client ask it; the one before has lost its connection then."""
        with socket.create_connection(("127.0.0.1", self._control), timeout=_READY) as connection:
            connection.sendall(encode(json.dumps({"command": command, "token": "t"}).encode()))
            splitter = FrameSplitter()
            while piece := connection.recv(65536):
                for message in map(json.loads, splitter.feed(piece)):
                    if message.get("response"):
                        return str(message["data"])
        raise AssertionError(f"The device did not answer {command}.")

    def kill_device(self) -> None:
        """Kills it, as a device that loses power."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)

    def stop_device(self) -> None:
        """Ends it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def end_suite(self, data: object, result: object) -> None:
        """Listener: ends it in any case."""
        self.stop_device()
