"""The Python API: phones that a test starts, and the settings that they share."""

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

from robot.api.types import Secret

from .agents.agent import Agent
from .backends.factory import BackendMaker
from .errors import UsageError
from .keywords.agents import AgentKeywords
from .keywords.base import Context
from .keywords.settings import converted
from .phone import Phone
from .phone_steps import Components, CutTraceback, Headers, Seconds, as_timedelta
from .report.recording_store import RECORDINGS
from .types import BackendName, Occasion

#: pytest then shows the line of the test that called a method, not the method.
__tracebackhide__ = True


class AgentSettings(TypedDict, total=False):
    """What a phone can be told when it starts: the options of the keyword `Start Agent`."""

    display_name: str | None
    transport: str
    auth_user: str | None
    outbound: str | list[str] | None
    outbound_timeout: Seconds | None
    stun_server: str | None
    stun_user: str | None
    stun_password: str | Secret | None
    media_enc: str | None
    regint: int | None
    mwi: bool
    dtmf_mode: str
    headers: Headers | None
    audio_codecs: list[str] | str | None
    metadata: Mapping[str, Any] | None
    address: str | None
    tls_ca_file: Path | str | None
    tls_certificate: Path | str | None
    tls_verify: bool
    catch_all: bool | None
    ring_timeout: Seconds | None
    rel100: str
    backend: str | None
    executable: str | None
    control: str | None
    config: list[str] | None
    account_parameters: str | None
    recordings_folder: Path | str | None


class Phones:
    """The phones of a test, and the settings that they share.

    They run on this machine, without a sound card; local ones need no SIP server. As a context
    manager it stops all of them at the end of the block.

    Its phones can dial each other, and a failure is explained from what all of them saw. It keeps
    what they saw until it is collected, so that each test should have a `Phones` of its own; so
    should each thread.
    """

    def __init__(
        self,
        *,
        timeout: Seconds = 10.0,
        backend: str = BackendName.auto,
        output: Path | str | None = None,
        executable: str | None = None,
        catch_all: bool = True,
        ring_timeout: Seconds | None = None,
    ) -> None:
        """Takes the settings of all phones; starts nothing.

        `timeout`: the default timeout; `backend`: ``embedded``, ``external``, or ``auto`` for
        embedded where its wheel is installed; `executable`, `catch_all` and `ring_timeout`: as the
        library's import takes them.

        `output`: recordings are kept in its subfolder ``recordings``, or when that exists in
        ``recordings/2`` and so on. Without it they are deleted at the end; when this process is
        killed, they stay in the system's temporary folder, in ``baresip-phones-*``.

        Raises:
            UsageError: there is no such backend, or a time cannot be read.
        """
        self._context = Context.create(
            as_timedelta(timeout),
            BackendName(backend),
            executable=executable,
            recordings=Occasion.always,
            evidence=Occasion.never,
            catch_all=catch_all,
            ring_timeout=None if ring_timeout is None else as_timedelta(ring_timeout),
        )
        with CutTraceback():
            self._context.backends.check(backend)
        self._output = None if output is None else Path(output).absolute()
        self._recordings: Path | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._do = Components(self._context, log_steps=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getitem__(self, name: str) -> Phone:
        """The phone of that name.

        Raises:
            UsageError: there is none, or it has been stopped; not KeyError.
        """
        with CutTraceback():
            return Phone(self._context.agents.get(name), self._do)

    def __contains__(self, phone: object) -> bool:
        """Whether a phone, or one of that name, is running."""
        if isinstance(phone, Phone):
            return self._do.runs(phone.agent)
        return isinstance(phone, str) and self._context.agents.find(phone) is not None

    def __iter__(self) -> Iterator[Phone]:
        return (Phone(agent, self._do) for agent in self._context.agents)

    def register_backend(self, name: str, make: BackendMaker, *, program: bool = False) -> None:
        """Adds a backend, for ``backend=`` of `start`.

        `program`: it takes ``executable=``, ``control=`` and ``recordings_folder=``, which are
        refused otherwise.

        Raises:
            UsageError: the name is taken or cannot be one.
        """
        with CutTraceback():
            self._context.backends.register(name, make, program=program)

    def start(
        self,
        name: str,
        username: str | None = None,
        domain: str | None = None,
        password: str | Secret | None = None,
        **settings: Unpack[AgentSettings],
    ) -> Phone:
        """Brings up a phone; without `username` and `domain` a local one that needs no registrar.

        The settings are the options of the keyword `Start Agent`, as Python values or as text.

        Raises:
            UsageError: the name is taken, or a setting makes no sense; says which.
            BackendError: baresip does not come up; nothing of it is left then.
        """
        # No traceback shows a password, whatever is raised.
        password = _secret(password)
        settings["stun_password"] = _secret(settings.get("stun_password"))
        given = {**settings, "username": username, "domain": domain, "password": password}
        with self._do.step("start_agent", name):
            options = converted(
                AgentKeywords.start_agent,
                {setting: value for setting, value in given.items() if value is not None},
            )
            self._enter_recordings()
            agent: Agent = self._do.agents.start_agent(name, **options)
        return Phone(agent, self._do)

    def save_sip_trace(self, path: Path | str) -> None:
        """Writes the SIP messages of all phones so far: a capture (``.pcap``), or else text.

        Raises:
            OSError: it cannot be written.
        """
        self._context.evidence.save(Path(path))

    def close(self) -> None:
        """Stops all phones, newest first, and what started them. Idempotent."""
        with ExitStack() as ending:  # each is done, whatever interrupts another
            ending.callback(self._leave_recordings)
            ending.callback(self._context.launcher.close)
            ending.callback(self._context.agents.stop_all)

    def _enter_recordings(self) -> None:
        if self._recordings is not None:
            return
        if self._output is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="baresip-phones-")
        output = self._output or Path(self._temporary.name if self._temporary else "")
        names = _take_folder(output / RECORDINGS)
        self._recordings = (output / RECORDINGS).joinpath(*names)
        self._context.recordings.enter(output, *names)

    def _leave_recordings(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = self._recordings = None
        elif self._recordings is not None:
            with suppress(OSError):  # it holds recordings
                self._recordings.rmdir()
                self._recordings = None


def _secret(password: str | Secret | None) -> Secret | None:
    return Secret(password) if isinstance(password, str) else password


def _take_folder(folder: Path) -> tuple[str, ...]:
    """Makes a folder that no other `Phones` uses: this one, or the first free number in it.

    Returns what its path adds to the folder's.

    Raises:
        UsageError: it cannot be made.
    """
    for names in itertools.chain([()], ((str(number),) for number in itertools.count(2))):
        path = folder.joinpath(*names)
        try:
            path.mkdir(parents=True)
            return names
        except OSError as error:
            if not path.is_dir():
                raise UsageError(f"There can be no folder {path}: {error.strerror}.") from error
    raise AssertionError("unreachable: numbers do not end")
