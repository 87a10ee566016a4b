"""The SIP account of an agent. Every value is checked when the account is made."""

import re
from ast import literal_eval
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

from .errors import UsageError
from .frozen import frozen
from .sip.uris import host_part, is_host, is_uri, looks_like_uri

_QUOTED = '"\\'
_BARE = ';"<>'
_TOKEN = re.compile(r"[A-Za-z0-9!%*_+`'~.-]+")
_STUN = r"(stun|turns?):(\[[0-9A-Fa-f:.]+\]|[^\s:;\"<>@]+)(:\d{1,5})?"
#: How a certificate begins in a PEM file (RFC 7468, section 5).
_CERTIFICATE = rb"-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----"
#: An address with brackets or a port, which only a URI has.
_WITH_PORT = r"\[.*|[^:]*:\d*"
_LONGEST_INTERVAL = 86_400 * 7
_LONGEST_RING = 86_400
#: Headers that the SIP stack sets itself, and a suite must not.
_OWN_HEADERS = frozenset({
    "via", "from", "to", "call-id", "cseq", "contact", "content-length", "content-type",
    "max-forwards", "route", "record-route", "authorization", "proxy-authorization",
    "v", "f", "t", "i", "m", "l", "c",
})  # fmt: skip

#: The only dtmf_mode that baresip does not have: the library sends these digits as audio.
INBAND = "inband"

Headers = tuple[tuple[str, str], ...]


@frozen
class Tls:
    """Which certificates TLS trusts, and which one the agent shows.

    `ca_file`: the trusted CA certificates (PEM); `certificate`: the agent's own certificate with
    its key, in one PEM file; `verify`: whether the peer's certificate is checked.
    """

    ca_file: Path | None = None
    certificate: Path | None = None
    verify: bool = True

    def __post_init__(self) -> None:
        for what, path in (("tls_ca_file", self.ca_file), ("tls_certificate", self.certificate)):
            if path is not None and not path.is_file():
                raise UsageError(f"{what}: there is no file {path}.")
            if path is not None and re.search(r"\s", str(path)):
                raise UsageError(f"{what} must not contain white space: {path}.")
        if self.ca_file and not re.search(_CERTIFICATE, self.ca_file.read_bytes()):
            raise UsageError(f"tls_ca_file: {self.ca_file} has no certificate in PEM format.")


@frozen
class Account:
    """The SIP identity of an agent.

    Without a domain it is a local agent: it registers nowhere and is reached at its own address.
    `catch_all`: whether it accepts calls for any user part, None: if its baresip can;
    `ring_timeout`: after how long (s) it refuses a call that nobody accepts, 0: never;
    `rel100`: baresip's word for whether provisional responses are sent reliably.
    `next_outbounds`: the proxies that follow `outbound`, each used when the one before is dead;
    `outbound_timeout`: how long (s) a proxy may be silent before it counts as dead.
    Raises `UsageError`, with the field's name, for a value that cannot be right.
    """

    username: str
    domain: str | None = None
    password: str = field(default="", repr=False)
    display_name: str | None = None
    transport: str = "udp"
    auth_user: str | None = None
    outbound: str | None = None
    next_outbounds: tuple[str, ...] = ()
    outbound_timeout: float = 3.0
    stun_server: str | None = None
    stun_user: str | None = None
    stun_password: str = field(default="", repr=False)
    media_enc: str | None = None
    regint: int = 0
    mwi: bool = False
    dtmf_mode: str = "rtpevent"
    headers: Headers = ()
    audio_codecs: tuple[str, ...] = ()
    address: str | None = None
    tls: Tls = Tls()
    catch_all: bool | None = None
    ring_timeout: int = 0
    rel100: str = "no"

    def __post_init__(self) -> None:
        whose = "username" if self.domain else "A local agent's name is its SIP username: it"
        _refuse(whose, self.username, _BARE + "@: ")
        _refuse("domain", self.domain, _BARE + "@ ")
        _refuse("password", self.password, _QUOTED)
        _refuse("stun_user", self.stun_user, _QUOTED)
        _refuse("stun_password", self.stun_password, _QUOTED)
        _refuse("display_name", self.display_name, _QUOTED + "<>")
        _refuse("auth_user", self.auth_user, _BARE + "\\ ")
        _refuse("media_enc", self.media_enc, _BARE + " ")
        for codec in self.audio_codecs:
            _refuse("audio_codecs", codec, _BARE + ", ")
        self._check_required()
        self._check_servers()
        self._check_turn()
        check_headers(self.headers)

    def _check_required(self) -> None:
        if not self.username:
            raise UsageError("username must not be empty.")
        if self.domain is not None and (looks_like_uri(self.domain) or not is_host(self.domain)):
            inner = re.sub(r"^\w+:(//)?|/+$", "", self.domain)
            meant = f" Did you mean {inner!r}?" if is_host(inner) and inner != self.domain else ""
            raise UsageError(f"domain {self.domain!r} is not a host or host:port.{meant}")
        if self.address is not None and re.fullmatch(_WITH_PORT, self.address):
            raise UsageError(
                f"address must be an IP address without brackets and port, not {self.address!r}:"
                " the operating system chooses a free port."
            )
        if not 0 <= self.regint <= _LONGEST_INTERVAL:
            raise UsageError(
                f"regint must be between 0 and {_LONGEST_INTERVAL} s, not {self.regint}."
            )
        if not 0 <= self.ring_timeout <= _LONGEST_RING:
            raise UsageError(
                f"ring_timeout must be between 0 and {_LONGEST_RING} s, not {self.ring_timeout}."
            )
        if self.transport == "tls" and self.domain is None and self.tls.certificate is None:
            raise UsageError("A local agent with transport=tls needs a tls_certificate.")
        if self.uses_websocket and self.domain is None:
            raise UsageError(
                f"A local agent cannot have transport={self.transport}: baresip opens WebSockets"
                " and accepts none, so nobody could call it. Give it a domain."
            )

    def _check_servers(self) -> None:
        for given, uri in zip(self._outbounds, self.outbound_uris, strict=True):
            if not is_uri(uri):
                raise UsageError(f"outbound {given!r} is not a host, host:port or SIP URI.")
            if self.outbound_uris.count(uri) > 1:
                raise UsageError(f"outbound names the proxy {given!r} twice.")
        if self.outbound_timeout <= 0:
            raise UsageError("outbound_timeout must be longer than 0 s.")
        if self.stun_server is not None and not re.fullmatch(_STUN, self.stun_server):
            raise UsageError(
                "stun_server must be like stun:host:port or turn:host:port,"
                f" not {self.stun_server!r}."
            )

    def _check_turn(self) -> None:
        given = [
            name
            for name, value in (
                ("stun_user", self.stun_user),
                ("stun_password", self.stun_password),
            )
            if value
        ]
        if self.nat_traversal != "turn":
            if given:
                raise UsageError(f"{given[0]} is for a stun_server that begins with turn:.")
        elif len(given) == 1 or not self._turn_credentials[1]:
            raise UsageError(
                f"stun_server {self.stun_server!r} needs both stun_user and stun_password; without"
                " them, the user and the password of the account."
            )

    @property
    def nat_traversal(self) -> str | None:
        """How media traverses a NAT: ``stun``, ``turn``, or None."""
        return self.stun_server[:4] if self.stun_server else None

    @property
    def _turn_credentials(self) -> tuple[str, str]:
        """The user and the password for a TURN server (RFC 8656)."""
        if self.stun_user:
            return self.stun_user, self.stun_password
        return self.auth_user or self.username, self.password

    @property
    def outbound_uri(self) -> str | None:
        """The first outbound proxy as a SIP URI that carries the account's transport."""
        return next(iter(self.outbound_uris), None)

    @property
    def outbound_uris(self) -> tuple[str, ...]:
        """Every outbound proxy as such a URI, in the order in which they are used."""
        return tuple(map(self._as_uri, self._outbounds))

    @property
    def _outbounds(self) -> tuple[str, ...]:
        first = () if self.outbound is None else (self.outbound,)
        return first + self.next_outbounds

    def _as_uri(self, proxy: str) -> str:
        uri = proxy if looks_like_uri(proxy) else f"sip:{proxy}"
        if self.transport != "udp" and ";transport=" not in uri:
            uri += f";transport={self.transport}"
        return uri

    @property
    def uses_tls(self) -> bool:
        """Whether requests leave over TLS."""
        proxies = self.outbound_uris
        secure = ("transport=tls", "transport=wss")
        by_proxy = any(
            uri[:4].lower() == "sips" or any(transport in uri for transport in secure)
            for uri in proxies
        )
        return self.transport in ("tls", "wss") or by_proxy

    @property
    def uses_websocket(self) -> bool:
        """Whether requests leave over WebSocket (RFC 7118)."""
        return self.transport in ("ws", "wss") or any(
            "transport=ws" in uri for uri in self.outbound_uris
        )

    @property
    def next_hop(self) -> str | None:
        """The host that requests are sent to first; None for a local agent."""
        return next(iter(self.next_hops), None)

    @property
    def next_hops(self) -> tuple[str, ...]:
        """The hosts that requests are sent to, in the order in which they are used."""
        targets = self.outbound_uris or ((self.domain,) if self.domain else ())
        return tuple(map(host_part, targets))

    def uri_of(self, user: str) -> str:
        """The SIP URI of a user in this account's domain."""
        return f"sip:{user}@{self.domain}{self.transport_parameter}"

    def uri_at(self, address: str, port: int) -> str:
        """The SIP URI under which others reach this agent, at its domain or its own address."""
        if self.domain is not None:
            return self.uri_of(self.username)
        host = f"[{address}]" if ":" in address else address
        return f"sip:{self.username}@{host}:{self._listening(port)}{self.transport_parameter}"

    @property
    def transport_parameter(self) -> str:
        """The URI parameter for the account's transport; empty for UDP."""
        return "" if self.transport == "udp" else f";transport={self.transport}"

    def _listening(self, port: int) -> int:
        # baresip listens for TLS on the port after the one it is given.
        return port + 1 if self.transport == "tls" else port

    def line(self, address: str, port: int) -> str:
        """The account line for baresip. It holds the password: it is sent, never shown."""
        name = f'"{self.display_name}" ' if self.display_name else ""
        parameters = {
            "regint": str(self.regint),
            "answermode": "manual",
            "dtmfmode": None if self.dtmf_mode == INBAND else self.dtmf_mode,
            "auth_user": self.auth_user,
            "auth_pass": f'"{self.password}"' if self.password else None,
            "outbound": f'"{self.outbound_uri}"' if self.outbound else None,
            "audio_codecs": ",".join(self.audio_codecs) or None,
            "mediaenc": self.media_enc,
            "medianat": self.nat_traversal,
            "stunserver": self.stun_server and f'"{self.stun_server}"',
            "100rel": None if self.rel100 == "no" else self.rel100,
            "catchall": None if self.catch_all is False else "yes",
        }
        if self.nat_traversal == "turn":
            user, password = self._turn_credentials
            parameters |= {"stunuser": f'"{user}"', "stunpass": f'"{password}"'}
        given = [f"{key}={value}" for key, value in parameters.items() if value]
        return f"{name}<{self.uri_at(address, port)}>;" + ";".join(given)


def codec_name(codec: str) -> str:
    """The name in a codec as a suite writes it, such as ``opus`` in ``opus/48000/2``."""
    return codec.partition("/")[0].lower()


def codecs_in(given: Sequence[str] | str | None) -> tuple[str, ...]:
    """The codecs that a suite names, in a list or in text with commas.

    Raises:
        UsageError: a list is written in a way that Python does not read.
    """
    if not isinstance(given, str):
        return tuple(given or ())
    text = given.strip()
    if text.lower() == "none":
        return ()
    if ";" in text:
        raise UsageError(f"audio_codecs={given} is not a list; write {text.replace(';', ', ')}.")
    if not text.startswith("["):
        return tuple(codec.strip() for codec in text.split(","))
    try:
        return tuple(map(str, literal_eval(text)))
    except (ValueError, SyntaxError) as error:
        raise UsageError(f"audio_codecs={given} is not a list; write PCMU, PCMA.") from error


def is_header_name(text: str) -> bool:
    """Whether a header can have that name (RFC 3261, section 25.1)."""
    return bool(_TOKEN.fullmatch(text))


def check_headers(headers: Headers) -> None:
    """Checks headers that a suite wants to send in a request.

    Raises:
        UsageError: a name or value cannot be sent, or the SIP stack sets that header itself.
    """
    for name, value in headers:
        if not is_header_name(name):
            raise UsageError(f"headers: {name!r} is not the name of a SIP header.")
        if name.lower() in _OWN_HEADERS:
            raise UsageError(f"headers: the SIP stack sets {name} itself.")
        if not value.isprintable():
            raise UsageError(f"headers: the value of {name} must be one printable line.")


def _refuse(what: str, value: str | None, characters: str) -> None:
    for character in value or "":
        if character in characters or not character.isprintable():
            raise UsageError(f"{what} must not contain {character!r}: baresip would misread it.")
