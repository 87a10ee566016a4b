"""Brings up Kamailio and SIPp for the acceptance suites, on ports the operating system gives."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import soundfile
import trustme
from robot.api import SkipExecution, logger
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn

from atest.resources.Ports import port_for_a_program

HERE = Path(__file__).parent
MODULES = "/usr/lib/x86_64-linux-gnu/kamailio/modules"
#: Empty tables for Kamailio's db_text, which come with Kamailio itself.
PRESENCE_TABLES = Path("/usr/share/kamailio/dbtext/kamailio")
REALM = "atest"
#: What the scenarios that are built into SIPp play, by names that begin with ``pcap/``.
SIPP_SOUNDS = Path("/usr/share/sip-tester")
#: Passwords that no suite may find anywhere in what it wrote.
PASSWORDS = {
    "alice": "s3cret;pw-alice",
    "bob": "s3cret pw-bob",
    "carol": "s3cret-pw-carol",
    "digest-user": "s3cret-pw-trunk",
    "turn-user": "s3cret;pw turn",
    "astray": "s3cret-pw-astray",
    **dict.fromkeys(("1001", "1002", "1003"), "s3cret-pw-desk"),
}
_PORT_ATTEMPTS = 5
_READY = 10.0


@library(scope="GLOBAL", auto_keywords=True)
class Servers:
    """Keywords that start and stop foreign SIP servers and phones."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._folders: dict[str, Path] = {}
        self._ports: dict[str, int] = {}

    def close(self) -> None:
        """Listener: ends what a suite forgot."""
        for name in list(self._processes):
            self.stop_server(name)

    def start_kamailio(
        self,
        name: str = "kamailio",
        port: int | None = None,
        certified_as: str = "127.0.0.1",
        presence: bool = False,
        configuration: Path = HERE / "kamailio.cfg",
    ) -> dict[str, object]:
        """Starts a registrar and proxy; returns its domain, ports, CA file and realm.

        With ``presence`` it is a presence server, too, and tells who is in a call.
        """
        kamailio = _require("kamailio", "kamailio kamailio-tls-modules kamailio-websocket-modules")
        port = port or port_for_a_program()
        self._ports[name], tls_port = port, port_for_a_program()
        folder = self._new_folder(name)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        trustme.CA().cert_pem.write_to_path(folder / "other-ca.pem")
        server = authority.issue_cert(certified_as)
        server.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        client = authority.issue_cert("127.0.0.1")
        client.private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
        values = {
            "port": str(port),
            "tls_port": str(tls_port),
            "modules": _module_folder(),
            "folder": str(folder),
            "realm": REALM,
            "passwords": "\n    ".join(
                f'$sht(passwords=>{user}) = "{word}";' for user, word in PASSWORDS.items()
            ),
        }
        text = configuration.read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        config = folder / "kamailio.cfg"
        config.write_text(text)
        config.chmod(0o600)
        command = [kamailio, "-f", config, "-DD", "-E", "-m", "16", "-M", "4"]
        command += ["-Y", folder, "-w", folder, "-P", folder / "pid"]
        if presence:
            shutil.copytree(PRESENCE_TABLES, folder / "dbtext")
            command += ["-A", "WITH_PRESENCE"]
        self._spawn(name, [str(part) for part in command], folder / "log")
        _await_options(port, self._processes[name], folder / "log")
        return {
            "domain": f"127.0.0.1:{port}",
            "tls_domain": f"127.0.0.1:{tls_port}",
            "port": port,
            "tls_port": tls_port,
            "ca": str(folder / "ca.pem"),
            "other_ca": str(folder / "other-ca.pem"),
            "client_certificate": str(folder / "client.pem"),
        }

    def password_of(self, user: str) -> str:
        """The password of a user, for suites that give it as text."""
        return PASSWORDS[user]

    def start_sipp(
        self, scenario: str, *arguments: str, name: str = "sipp", **values: str
    ) -> dict[str, object]:
        """Starts SIPp for one call with a scenario of this folder; returns its address.

        Values stand for their @names@ in the scenario. What is not in this folder is built into
        SIPp, such as ``uac``.
        """
        _require("sipp", "sip-tester")
        folder = self._new_folder(name)
        chosen = _chosen_scenario(scenario, values, folder)
        for attempts_left in reversed(range(_PORT_ATTEMPTS)):
            port, media = port_for_a_program(), port_for_a_program()
            command = ["sipp", *chosen, "-i", "127.0.0.1"]
            command += ["-mi", "127.0.0.1", "-p", str(port), "-mp", str(media), "-m", "1"]
            command += ["-nostdin", "-trace_err", "-error_file", str(folder / "errors"), *arguments]
            self._spawn(name, command, folder / "log", cwd=folder)
            try:
                _await_bound(port, self._processes[name], folder)
                break
            except AssertionError as error:
                # It takes more ports than it is given: those beside the one for media.
                if "Address already in use" not in str(error) or not attempts_left:
                    raise
        return {"uri": f"sip:sipp@127.0.0.1:{port}", "address": f"127.0.0.1:{port}"}

    def write_mu_law_tone(self, frequency: float) -> str:
        """Writes two seconds of a tone as SIPp plays it, raw 8 kHz u-law; returns the path."""
        output = BuiltIn().get_variable_value("${OUTPUT DIR}")
        handle, path = tempfile.mkstemp(suffix=".ul", dir=output)
        os.close(handle)
        samples = 0.25 * np.sin(2 * np.pi * frequency * np.arange(16000) / 8000)
        soundfile.write(path, samples, 8000, format="RAW", subtype="ULAW")
        return path

    def skip_without_raw_sockets(self) -> None:
        """Skips the test where SIPp may not play packets, which it does past the system's UDP."""
        try:
            socket.socket(type=socket.SOCK_RAW, proto=socket.IPPROTO_UDP).close()
        except PermissionError:
            raise SkipExecution("SIPp may play packets for root only.") from None

    def sipp_should_succeed(self, name: str = "sipp", timeout: float = 10.0) -> None:
        """Waits for the end of SIPp and fails when its scenario did not go as written."""
        process = self._processes.pop(name)
        folder = self._folders.pop(name)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = -9
        errors = folder / "errors"
        text = errors.read_text(errors="replace") if errors.exists() else ""
        shutil.rmtree(folder, ignore_errors=True)
        if code != 0:
            raise AssertionError(f"SIPp ended with {code}:\n{text[-3000:]}")

    def start_stun_server(self) -> str:
        """Starts a STUN server (RFC 8489, binding only); returns it as Start Agent takes it."""
        self._stun = StunServer()
        return f"stun:127.0.0.1:{self._stun.port}"

    def stun_server_should_have_been_asked(self) -> None:
        """Ends the STUN server and fails when nobody asked it."""
        self._stun.stop()
        if not self._stun.requests:
            raise AssertionError("Nobody asked the STUN server.")

    def stop_server(self, name: str = "kamailio") -> None:
        """Ends a server or SIPp; does nothing when it has ended."""
        process = self._processes.pop(name, None)
        if process is None:
            return
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        folder = self._folders.pop(name)
        log = folder / "log"
        if log.exists():
            logger.debug(log.read_text(errors="replace"))
        shutil.rmtree(folder, ignore_errors=True)

    def kill_server(self, name: str = "kamailio") -> None:
        """Ends a server as a crash does; `Start Server Again` brings it back."""
        process = self._processes[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start_server_again(self, name: str = "kamailio") -> None:
        """Starts a Kamailio that was killed, at the same port; it has forgotten everything."""
        command, log = self._processes[name].args, self._folders[name] / "log"
        assert isinstance(command, list)
        self._spawn(name, command, log)
        _await_options(self._ports[name], self._processes[name], log)

    def _spawn(self, name: str, command: list[str], log: Path, cwd: Path | None = None) -> None:
        with log.open("ab") as output:
            self._processes[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=cwd,
            )

    def _new_folder(self, name: str) -> Path:
        if name in self._processes:
            self.stop_server(name)
        output = BuiltIn().get_variable_value("${OUTPUT DIR}")
        self._folders[name] = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=output))
        return self._folders[name]


def _chosen_scenario(scenario: str, values: dict[str, str], folder: Path) -> list[str]:
    """SIPp's arguments for a scenario; what it needs is put into its folder."""
    source = HERE / "sipp" / f"{scenario}.xml"
    if not source.exists():
        if SIPP_SOUNDS.exists():
            (folder / "pcap").symlink_to(SIPP_SOUNDS)
        return ["-sn", scenario]
    text = source.read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    (folder / "scenario.xml").write_text(text)
    return ["-sf", str(folder / "scenario.xml")]


class StunServer(threading.Thread):
    """Tells whoever asks the address it is seen at."""

    def __init__(self) -> None:
        super().__init__(name="stun", daemon=True)
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.requests = 0
        self.start()

    def run(self) -> None:
        """Answers until an empty datagram comes."""
        while True:
            data, (host, port) = self._socket.recvfrom(2048)
            if not data:
                return
            if data[:2] == b"\0\1":
                self.requests += 1
                cookie = int.from_bytes(data[4:8], "big")
                address = int.from_bytes(socket.inet_aton(host), "big") ^ cookie
                mapped = struct.pack("!HHBBHI", 0x20, 8, 0, 1, port ^ (cookie >> 16), address)
                header = struct.pack("!HH", 0x0101, len(mapped)) + data[4:20]
                self._socket.sendto(header + mapped, (host, port))

    def stop(self) -> None:
        """Ends the thread."""
        with socket.socket(type=socket.SOCK_DGRAM) as sock:
            sock.sendto(b"", ("127.0.0.1", self.port))
        self.join()
        self._socket.close()


def _require(program: str, packages: str) -> str:
    """The path of a program; Debian keeps servers where only root looks."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if found is None:
        raise AssertionError(f"{program} is not installed: apt-get install {packages}")
    return found


def _module_folder() -> str:
    found = next(Path("/usr/lib").glob("*/kamailio/modules"), None)
    return f"{found or MODULES}/"


def _await_options(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Asks as SIP does, with retransmissions, until the server answers."""
    deadline = time.monotonic() + _READY
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.1)
        local = udp.getsockname()[1]
        request = (
            f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{local};branch=z9hG4bK{local}\r\n"
            f"From: <sip:probe@127.0.0.1>;tag={local}\r\nTo: <sip:127.0.0.1:{port}>\r\n"
            f"Call-ID: probe-{local}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        while time.monotonic() < deadline and process.poll() is None:
            udp.sendto(request, ("127.0.0.1", port))
            try:
                if udp.recv(4096).startswith(b"SIP/2.0 200"):
                    return
            except OSError:
                continue
    raise AssertionError(f"Kamailio did not come up:\n{log.read_text(errors='replace')[-3000:]}")


def _await_bound(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Waits until SIPp listens at its port."""
    deadline = time.monotonic() + _READY
    while time.monotonic() < deadline:
        try:
            process.wait(0.01)
            break
        except subprocess.TimeoutExpired:
            bound = psutil.Process(process.pid).net_connections("udp")
            if any(connection.laddr.port == port for connection in bound):
                return
    log = (folder / "log").read_text(errors="replace")
    raise AssertionError(f"SIPp did not come up:\n{log[-3000:]}")
