"""Agents: start, stop, describe."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from inspect import signature
from pathlib import Path
from typing import Any

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret
from robot.utils import DotDict

from ..account import Account, Tls, codecs_in
from ..agents.agent import Agent
from ..agents.info import info_of
from ..agents.requirements import caveats
from ..backends.external.configuration import ExternalSettings
from ..backends.factory import BackendSetup
from ..concurrency import run_concurrently
from ..errors import UsageError
from ..types import BackendName, DtmfMode, MediaEncryption, Rel100, Transport
from .arguments import named_word
from .base import AgentName, Component, header_pairs
from .settings import converted, numbered

#: A user and a domain in one, as in ``sip:1001@pbx.example.com``.
_ADDRESS = r"(?:sip:)?([^\s:;@]+)@([^\s;@]+)"


class AgentKeywords(Component):
    """Starts, stops and describes agents."""

    @keyword(tags=("Agent",))
    def start_agent(
        self,
        name: str,
        username: str | None = None,
        domain: str | None = None,
        password: str | Secret | None = None,
        *,
        display_name: str | None = None,
        transport: Transport = Transport.udp,
        auth_user: str | None = None,
        outbound: list[str] | str | None = None,
        outbound_timeout: timedelta | None = None,
        stun_server: str | None = None,
        stun_user: str | None = None,
        stun_password: str | Secret | None = None,
        media_enc: MediaEncryption | None = None,
        regint: int | None = None,
        mwi: bool = False,
        dtmf_mode: DtmfMode = DtmfMode.rtpevent,
        headers: Mapping[str, str | list[str]] | None = None,
        audio_codecs: list[str] | str | None = None,
        metadata: Mapping[str, Any] | None = None,
        address: str | None = None,
        tls_ca_file: Path | None = None,
        tls_certificate: Path | None = None,
        tls_verify: bool = True,
        catch_all: bool | None = None,
        ring_timeout: timedelta | None = None,
        rel100: Rel100 = Rel100.no,
        backend: BackendName | None = None,
        executable: str | None = None,
        control: str | None = None,
        config: list[str] | None = None,
        account_parameters: str | None = None,
        recordings_folder: Path | None = None,
    ) -> Agent:
        """Starts an agent, which is a headless SIP phone, and returns its handle.

        With neither ``username`` nor ``domain`` it is a *local agent*: its user is its name, it
        uses the loopback interface, and it needs no registrar. Other agents call it by its name.

        Fails when the name is taken, when a value cannot be written into a SIP account, when the
        backend lacks something that is asked for, and when baresip does not start. ``config`` and
        ``account_parameters`` are checked: a name that this baresip does not read is refused, and so
        is a name that the library sets itself; the message says which argument to use instead.

        | =Argument= | =Meaning= |
        | ``name`` | The name of the agent in the suite. |
        | ``username``, ``domain`` | The SIP account, ``sip:username@domain``. The domain may include a port. |
        | ``password`` | For digest authentication, as text or as Robot's ``Secret``. |
        | ``display_name`` | The name that peers see. |
        | ``transport`` | The transport to the domain: ``udp``, ``tcp``, ``tls``, or WebSocket, ``ws`` or ``wss`` (RFC 7118). |
        | ``auth_user`` | The user for digest authentication, where it is not ``username``. |
        | ``outbound`` | The proxy that requests go to, as host, host:port or SIP URI, where it is not the domain; or a list of proxies, see below. |
        | ``outbound_timeout`` | How long a proxy of a list may be silent before the next one is used; 3 seconds when left out. |
        | ``stun_server`` | ``stun:host:port`` or ``turn:host:port``; turns on NAT traversal for media. With STUN, the agent offers its address as that server sees it; with TURN, an address of the server, which relays the media. |
        | ``stun_user``, ``stun_password`` | Credentials for the TURN server, the password as text or ``Secret``; those of the account when left out. |
        | ``media_enc`` | ``srtp``, ``srtp-mand``, ``srtp-mandf`` or ``dtls_srtp``. |
        | ``regint`` | Seconds between registrations; with 0 the agent never registers. 600 when left out and there is a domain. |
        | ``mwi`` | Whether to subscribe to message waiting (RFC 3842). |
        | ``dtmf_mode`` | ``rtpevent`` (RFC 4733), ``info`` (SIP INFO), ``inband`` (tones) or ``auto``. |
        | ``headers`` | Headers of every INVITE; a list of values repeats the header. |
        | ``audio_codecs`` | Codecs in order of preference, such as ``opus, G722, PCMU, PCMA``, as text or as a list; all codecs of baresip when left out. |
        | ``metadata`` | Whatever the suite wants to keep with the agent; ``${agent.metadata}`` has it. |
        | ``address`` | The local address to use; the one that leads to the domain when left out. |
        | ``tls_ca_file`` | A PEM file with the CA certificates that TLS trusts; the system's when left out. |
        | ``tls_certificate`` | The agent's own certificate with its key, in one PEM file. |
        | ``tls_verify`` | Whether the server's certificate is checked. |
        | ``catch_all`` | Whether the agent takes calls for any user part, such as a DID; with ``False``, calls for another user get 404. The library's setting when left out. |
        | ``ring_timeout`` | How long a call may ring before the agent refuses it, in whole seconds; with ``0`` it rings until the caller gives up. The library's setting when left out. |
        | ``rel100`` | Whether provisional responses are sent reliably (100rel, RFC 3262): ``no``, ``supported`` (when the peer supports it, too), or ``required`` (a peer that does not support it gets 421, and a callee without it is not called). |
        | ``backend`` | How this agent's baresip runs: ``auto``, ``embedded``, ``external``, or a name that a plugin has registered; the library's setting when left out. |
        | ``executable`` | The baresip program, on the external backend. |
        | ``control`` | ``host:port`` of the module ctrl_tcp of a baresip that runs already: the agent uses its account, and leaves it running when it stops. |
        | ``config`` | More lines for baresip's configuration, each a name and a value, such as ``call_max_calls 1``. They come before the library's own lines. |
        | ``account_parameters`` | More parameters for baresip's account, such as ``ptime=40;rtcp_mux=yes``. |
        | ``recordings_folder`` | The folder in which the recordings of the baresip at ``control`` can be read, for audio checks. |

        Of a list of proxies, `Register` and `Dial` use the first that is not dead: one is dead when it
        cannot be reached, when it answers 503, and when it does not answer for ``outbound_timeout``.
        `Dial` and all else that is sent begin with the proxy that was used last, `Register` with the
        first. `Get Info` and the log tell which one is used, and why.

        Example:
        | Start Agent | alice |
        | Start Agent | bob | 1001 | pbx.example.com | ${PASSWORD} | transport=tls | media_enc=srtp |
        """
        _check_identity(username, domain)

        def make() -> Agent:
            account = Account(
                username=name if username is None else username,
                domain=domain,
                password=_plain(password),
                display_name=display_name,
                transport=transport.name,
                auth_user=auth_user,
                **self._outbounds(outbound, outbound_timeout),
                stun_server=stun_server,
                stun_user=stun_user,
                stun_password=_plain(stun_password),
                media_enc=media_enc.value if media_enc else None,
                regint=(600 if domain else 0) if regint is None else regint,
                mwi=mwi,
                dtmf_mode=dtmf_mode.value,
                headers=tuple(header_pairs(headers)),
                audio_codecs=codecs_in(audio_codecs),
                address=address,
                tls=Tls(tls_ca_file, tls_certificate, tls_verify),
                catch_all=self._catch_all(catch_all),
                ring_timeout=self._ring_timeout(ring_timeout),
                rel100=rel100.value,
            )
            external = ExternalSettings(
                executable=executable or (None if control else self._context.executable),
                control=control,
                config=tuple(config or ()),
                parameters=account_parameters,
                recordings=recordings_folder,
            )
            chosen = backend or self._context.backend
            return self._make(name, account, dict(metadata or {}), chosen, external)

        agent = self._agents.start(name, self._context.scope, make)
        logger.info(f"{name} is {agent.uri} ({agent.backend.description})")
        self._warn(agent)
        return agent

    @keyword(tags=("Agent", "Bulk"))
    def start_agents(
        self, prefix: str, count: int, *, first: int = 1, **settings: Any
    ) -> list[Agent]:
        """Starts many agents at the same time; returns their handles in order.

        Their names are ``prefix`` and a number. The settings are those of `Start Agent`, by name; in
        text, ``{n}`` stands for the agent's number.

        Fails when one of the agents cannot be started; the others are stopped then.

        | =Argument= | =Meaning= |
        | ``prefix`` | The first part of the names: ``caller`` gives ``caller1``, ``caller2`` and so on. |
        | ``count`` | How many agents to start. |
        | ``first`` | The number of the first agent. |
        | ``settings`` | Settings of `Start Agent`, such as ``username={n}``, ``domain`` and ``password``. |

        Example:
        | ${callers} = | Start Agents | caller | 50 |
        | ${phones} = | Start Agents | phone | 20 | first=1001 | username={n} | domain=pbx.example.com | password=secret-{n} |
        """
        if count < 1:
            raise UsageError(f"Start Agents needs a count of at least 1, not {count}.")
        given = converted(AgentKeywords.start_agent, settings)
        numbers = range(first, first + count)
        agents: list[Agent] = []

        def start(number: int) -> None:
            agents.append(self.start_agent(f"{prefix}{number}", **numbered(given, number)))

        try:
            start(first)  # a mistake in the settings shows with the first agent
            run_concurrently(start, numbers[1:])
        except BaseException:
            for agent in agents:
                self._agents.stop(agent)
            raise
        return [self._agents.get(f"{prefix}{number}") for number in numbers]

    def _outbounds(
        self, given: list[str] | str | None, patience: timedelta | None
    ) -> dict[str, Any]:
        """The fields of an account about its proxies."""
        if given == []:
            raise UsageError("outbound= is an empty list; name a proxy, or leave it out.")
        proxies = [given] if isinstance(given, str) else list(given or ())
        if patience is not None and len(proxies) < 2:
            raise UsageError("outbound_timeout is for a list of several proxies in outbound=.")
        fields: dict[str, Any] = {"next_outbounds": tuple(proxies[1:])}
        if proxies:
            fields["outbound"] = proxies[0]
        if patience is not None:
            fields["outbound_timeout"] = self._seconds(patience)
        return fields

    def _catch_all(self, given: bool | None) -> bool | None:
        """Whether any user part is taken; None when nobody asked for it, and the backend may lack it."""
        if given is None:
            return None if self._context.catch_all else False
        return given

    def _ring_timeout(self, given: timedelta | None) -> int:
        """How long a call may ring (s); 0 is until its caller gives up."""
        time = self._context.ring_timeout if given is None else given
        seconds = 0.0 if time is None else self._seconds(time)
        if not seconds.is_integer():
            raise UsageError(f"ring_timeout must be a whole number of seconds, not {seconds:g} s.")
        return int(seconds)

    def _make(
        self,
        name: str,
        account: Account,
        metadata: dict[str, Any],
        chosen: str,
        external: ExternalSettings,
    ) -> Agent:
        if account.rel100 != Rel100.no.value and external.sets_parameter("100rel"):
            raise UsageError("rel100= and account_parameters= both set 100rel; give one of them.")
        context = self._context
        stem = context.recordings.stem_for(name)
        setup = BackendSetup(account, stem, context.changes, context.launcher, external)
        backend = context.backends.make(chosen, setup)
        try:
            agent = Agent(name, account, backend, context.changes, metadata)
        except BaseException:
            backend.stop()
            raise
        context.recordings.watch(agent)
        context.evidence.watch(agent)
        return agent

    def _warn(self, agent: Agent) -> None:
        """Logs each warning about an agent once in a run."""
        for caveat in caveats(agent.account, agent.backend):
            if caveat not in self._context.warned:
                self._context.warned.add(caveat)
                logger.warn(caveat)

    @keyword(tags=("Agent",))
    def stop_agent(self, name: AgentName) -> None:
        """Stops the agent: hangs up its calls, ends its process and closes its recordings.

        Fails only when there is no such agent. An agent whose process has died can be stopped, too.

        Example:
        | Stop Agent | alice |
        """
        self._agents.stop(self._acting(name, ends=True))

    @keyword(tags=("Agent",))
    def stop_all_agents(self) -> None:
        """Stops every agent, the newest first. Does nothing when no agent runs.

        Never fails.

        Example:
        | [Teardown] | Stop All Agents |
        """
        self._agents.stop_all()

    @keyword(tags=("Agent", "Getter"))
    def get_info(self, agent: AgentName) -> DotDict:
        """Returns a summary of the agent as a dictionary, and logs it as JSON.

        Keys: ``name``, ``aor``, ``backend``, ``pid``, ``registered``, ``state``, ``reason`` and
        ``status_code`` (of the last call that ended), ``outbound`` (the proxy in use, a SIP URI, or
        ``None``), ``peer``, ``asserted_peer`` and ``connected_peer`` (what `Get Peer` returns with
        ``source`` ``initial``, ``asserted`` and ``connected``, as dictionaries, or ``None``), ``sends``
        (the audio source), ``metadata`` (as given to `Start Agent`) and ``calls`` (all calls so far,
        oldest first).

        Each call has ``media``, what offer and answer agreed on last (RFC 3264), early media
        included: ``codec`` and ``encryption`` (as `Get Codec` and `Get Media Encryption` return
        them), ``srtp_suite``, ``direction`` (of this agent, such as ``sendonly``), ``local_address``
        and ``remote_address`` (of the SDP, with the port), and for each direction, ``sends`` and
        ``receives``: ``codec``, ``payload_type``, ``ptime`` (in ms, as the receiving side's SDP asks
        for) and ``telephone_event`` (its payload type). Each is ``None`` where it is not known, as
        all are of an attached agent. ``differences`` says, a sentence each, where the RTP packets
        that arrive have another payload type or length than that, or are such that baresip does
        not play them right (embedded backend).

        A call that has ended has ``closed_by`` (``us``, ``peer``, ``refusal``, ``failure`` or
        ``transfer``) and the headers of the message that ended it: ``reasons`` (a list with
        ``protocol``, ``cause`` and ``text`` of each Reason), ``q850_cause`` (the first Q.850 cause,
        or ``None``) and ``warnings`` (a list with ``code``, ``agent`` and ``text`` of each Warning).

        Fails when there is no such agent.

        Example:
        | ${info} = | Get Info | alice |
        | Should Be Equal | ${info.peer.number} | bob |
        | Should Be Equal As Integers | ${info.calls}[-1][q850_cause] | 17 |
        """
        info = info_of(self._agents.get(agent))
        logger.info(_as_json(info))
        return DotDict(info)

    @keyword(tags=("Agent", "Getter"))
    def get_info_as_json(self, agent: AgentName) -> str:
        """Returns what `Get Info` returns, as JSON text.

        Fails when there is no such agent.

        Example:
        | ${json} = | Get Info As Json | alice |
        """
        return _as_json(info_of(self._agents.get(agent)))


def _check_identity(username: str | None, domain: str | None) -> None:
    """Checks that both are given, or neither.

    Raises:
        UsageError: one is missing, or is an option whose name Start Agent does not know.
    """
    if (username is None) == (domain is None):
        return
    word = named_word(username)
    if word:
        options = signature(AgentKeywords.start_agent).parameters
        meant = next((f" Did you mean {one}=?" for one in options if word in one.split("_")), "")
        raise UsageError(f"Start Agent has no argument '{word}'.{meant}")
    told = "Start Agent takes a username with a domain, or neither for a local agent."
    address = re.fullmatch(_ADDRESS, username or "")
    meant = f" Did you mean {address[1]}    {address[2]}?" if address else ""
    raise UsageError(f"{told}{meant}")


def _plain(password: str | Secret | None) -> str:
    """A password as the account takes it. It is passed on, never shown."""
    return password.value if isinstance(password, Secret) else password or ""


def _as_json(info: Mapping[str, Any]) -> str:
    return json.dumps(info, indent=2, ensure_ascii=False, default=str)
