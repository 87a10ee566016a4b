"""The Python API: phones that a test starts, and the settings that they share."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

from robot.api.types import Secret

from .agents.agent import Agent
from .keywords.agents import AgentKeywords
from .keywords.arguments import converted
from .keywords.base import Context
from .phone import Components, Headers, Phone, Seconds, as_timedelta
from .types import BackendName, Occasion


class AgentSettings(TypedDict, total=False):
    """What a phone can be told when it starts: the options of the keyword `Start Agent`."""

    display_name: str | None
    transport: str
    auth_user: str | None
    outbound: str | None
    stun_server: str | None
    stun_user: str | None
    stun_password: str | Secret | None
    media_enc: str | None
    regint: int | None
    mwi: bool
    dtmf_mode: str
    headers: Headers | None
    audio_codecs: list[str] | None
    metadata: Mapping[str, Any] | None
    address: str | None
    tls_ca_file: Path | None
    tls_certificate: Path | None
    tls_verify: bool
    catch_all: bool | None
    ring_timeout: Seconds | None
    backend: str | None
    executable: str | None
    control: str | None
    config: list[str] | None
    account_parameters: str | None
    recordings_folder: Path | None


class Phones:
    """The phones of a test, and the settings that they share.

    They run on this machine, without a sound card; local ones need no SIP server. As a context
    manager it stops all of them at the end of the block.

    What a failure says is explained by what all its phones saw, and they can dial each other. Each
    thread of a program needs a `Phones` of its own.
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

        `timeout`: how long methods wait when they are not told; `backend`: ``embedded``,
        ``external``, or ``auto`` for embedded where its wheel is installed; `output`: the folder
        that recordings stay in, below ``recordings``, else they are deleted at the end;
        `executable`, `catch_all` and `ring_timeout`: as the library's import takes them.

        Raises:
            UsageError: there is no such backend.
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
        self._context.backends.check(backend)
        self._output = None if output is None else Path(output).absolute()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._do = Components(self._context, log_steps=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getitem__(self, name: str) -> Phone:
        return Phone(self._context.agents.get(name), self._do)

    def __iter__(self) -> Iterator[Phone]:
        return (Phone(agent, self._do) for agent in self._context.agents)

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
        given = {**settings, "username": username, "domain": domain, "password": password}
        options = converted(
            AgentKeywords.start_agent,
            {setting: value for setting, value in given.items() if value is not None},
        )
        self._name_recordings()
        with self._do.step("start_agent", name):
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
        self._context.agents.stop_all()
        self._context.launcher.close()
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def _name_recordings(self) -> None:
        if self._output is None and self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="baresip-phones-")
        folder = self._output or Path(self._temporary.name if self._temporary else "")
        self._context.recordings.enter(folder)
