"""Settings that a suite hands to baresip: lines of its configuration, parameters of its account.

baresip ignores a name that it does not know. The library refuses it, and also a name that it sets
itself.
"""

import difflib
import re
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import UsageError
from ..frozen import frozen
from .baresip_names import CONFIGURATION, PARAMETERS, Name, Release

_AUDIO = "Send Audio and the recordings rely on it"
_ALERTING = "Accept and the states rely on it"
_AGENT = "the library runs its own"
#: Account parameters that the library sets, and what a suite uses instead.
_OWN_PARAMETERS = {
    "answermode": "a call is answered by Accept",
    "answerdelay": "a call is answered by Accept",
    "audio_codecs": "use audio_codecs=",
    "audio_player": _AUDIO,
    "audio_source": "use Send Audio",
    "auth_pass": "use password=",
    "auth_user": "use auth_user=",
    "catchall": "use catch_all=",
    "cert": "use tls_certificate=",
    "dtmfmode": "use dtmf_mode=",
    "mediaenc": "use media_enc=",
    "medianat": "use stun_server=",
    "mwi": "use mwi=",
    "outbound": "use outbound=",
    "outbound1": "use outbound=",
    "regint": "use regint=",
    "stunpass": "use stun_password=",
    "stunserver": "use stun_server=",
    "stunuser": "use stun_user=",
}
#: Configuration lines that the library needs, and what a suite uses instead.
_OWN_LINES = {
    "audio_alert": _AUDIO,
    "audio_player": _AUDIO,
    "audio_source": "use Send Audio",
    "auplay_channels": _AUDIO,
    "auplay_format": _AUDIO,
    "auplay_srate": _AUDIO,
    "ausrc_channels": _AUDIO,
    "ausrc_format": _AUDIO,
    "ausrc_srate": _AUDIO,
    "call_accept": _ALERTING,
    "call_hold_other_calls": "Hold relies on it",
    "call_local_timeout": "use ring_timeout=",
    "ctrl_tcp_listen": _AGENT,
    "net_interface": "use address=",
    "sip_cafile": "use tls_ca_file=",
    "sip_certificate": "use tls_certificate=",
    "sip_listen": "use address=",
    "sip_verify_server": "use tls_verify=",
    "snd_path": _AUDIO,
    "statmode_default": _AGENT,
}
_PARAMETER = re.compile(r'([^=;"]*)(?:=("[^"]*"|[^";]*))?(?:;|$)')
_FLAGS = ("yes", "no", "true", "false", "1", "0")

Pairs = list[tuple[str, str]]


class Reader(NamedTuple):
    """The baresip that is to read the settings.

    `modules`: those that it loads, None when that is not known; `ignores`: names that it does not
    read, whatever its version.
    """

    description: str
    release: Release
    modules: frozenset[str] | None
    ignores: frozenset[str] = frozenset()


@frozen
class StackSettings:
    """Lines and parameters for baresip, checked as far as possible before its version is known.

    `config`: lines of the configuration, ``name value`` each; `parameters`: more of the account,
    ``name=value`` with semicolons between them.
    Raises `UsageError` for what no baresip knows and for what the library sets itself.
    """

    config: tuple[str, ...] = ()
    parameters: str | None = None

    def __post_init__(self) -> None:
        for line in (*self.config, self.parameters or ""):
            if not line.replace("\t", " ").isprintable():
                raise UsageError(f"{line!r} must be one printable line.")
        _PARAMETERS.check(self._parameters())
        _CONFIG.check(self._lines())

    @property
    def lines(self) -> list[str]:
        """The lines of the configuration, as baresip reads them."""
        return [f"{name} {value}" for name, value in self._lines()]

    @property
    def suffix(self) -> str:
        """The parameters as they end an account line."""
        return "".join(f";{name}={value}" for name, value in self._parameters())

    def sets_parameter(self, name: str) -> bool:
        """Whether the parameters have one of that name."""
        return any(known == name for known, _ in self._parameters())

    def configured(self, name: str) -> str | None:
        """The value of a name in these lines; None when they do not set it."""
        return next((value for known, value in self._lines() if known == name), None)

    def require_read_by(self, reader: Reader) -> None:
        """Checks that the baresip in use reads every name.

        Raises:
            UsageError: it does not read a name, which it would ignore silently.
        """
        _PARAMETERS.require(self._parameters(), reader)
        _CONFIG.require(self._lines(), reader)

    @property
    def own_modules(self) -> frozenset[str]:
        """The modules that these lines load."""
        values = [value for name, value in self._lines() if name in ("module", "module_app")]
        return frozenset(value.removesuffix(".so") for value in values)

    def _parameters(self) -> Pairs:
        text = (self.parameters or "").strip().strip(";")
        parameters, place = [], 0
        while place < len(text):
            match = _PARAMETER.match(text, place)
            if match is None or match.end() == place:
                raise UsageError(
                    "account_parameters: expected name=value pairs such as ptime=40;rtcp_mux=yes;"
                    f" the text from character {place + 1} on is something else."
                )
            parameters.append((match[1].strip(), (match[2] or "").strip()))
            place = match.end()
        return parameters

    def _lines(self) -> Pairs:
        return [_line(text) for text in self.config]


def _line(text: str) -> tuple[str, str]:
    name, value, rest = [*text.split(None, 2), "", "", ""][:3]
    if rest and not rest.startswith("#"):
        raise UsageError(f"config: baresip reads '{text}' only up to '{value}'.")
    return name, value


class _Table(NamedTuple):
    """The argument that takes settings, the names baresip reads, and those the library sets."""

    argument: str
    known: Mapping[str, Name]
    own: Mapping[str, str]

    def check(self, pairs: Pairs) -> None:
        """Raises `UsageError` for a name or value that no version of baresip reads."""
        seen: set[str] = set()
        for name, value in pairs:
            self._check_name(name)
            if name in seen and self.known[name].kind != "list":
                raise UsageError(f"{self.argument}: {name} is given twice.")
            self._check_value(name, value)
            seen.add(name)

    def _check_name(self, name: str) -> None:
        if name in self.own:
            raise UsageError(f"{self.argument}: the library sets {name} itself; {self.own[name]}.")
        if name not in self.known:
            near = difflib.get_close_matches(name, [*self.known, *self.own], n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"{self.argument}: no baresip knows '{name}'.{hint}")

    def _check_value(self, name: str, value: str) -> None:
        kind = self.known[name].kind
        if not value:
            raise UsageError(f"{self.argument}: {name} needs a value.")
        if kind == "number" and not re.fullmatch(r"[0-9]{1,9}", value):
            raise UsageError(f"{self.argument}: {name} must be a whole number, not '{value}'.")
        if kind == "range" and not _is_range(value):
            raise UsageError(
                f"{self.argument}: {name} must be a whole number or a range such as 20-160, not"
                f" '{value}'."
            )
        choices = _FLAGS if kind == "flag" else tuple(kind.split("|")) if "|" in kind else (value,)
        if value not in choices:
            raise UsageError(
                f"{self.argument}: {name} must be one of {', '.join(choices)}, not '{value}'."
            )

    def require(self, pairs: Pairs, reader: Reader) -> None:
        """Raises `UsageError` for a name that the baresip in use does not read."""
        for name, _ in pairs:
            setting = self.known[name]
            if name in reader.ignores:
                raise UsageError(f"{self.argument}: {reader.description} does not read {name}.")
            if not setting.is_read_by(reader.release):
                raise UsageError(
                    f"{self.argument}: {reader.description} does not read {name};"
                    f" versions {setting.versions}."
                )
            if (
                reader.modules is not None
                and setting.modules
                and not setting.modules & reader.modules
            ):
                raise UsageError(
                    f"{self.argument}: {reader.description} does not load the module"
                    f" {' or '.join(sorted(setting.modules))}, which reads {name}."
                )


def _is_range(value: str) -> bool:
    """Whether it is a whole number, or two with the smaller one first."""
    match = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", value)
    return match is not None and int(match[1]) <= int(match[2] or match[1])


_PARAMETERS = _Table("account_parameters", PARAMETERS, _OWN_PARAMETERS)
_CONFIG = _Table("config", CONFIGURATION, _OWN_LINES)
