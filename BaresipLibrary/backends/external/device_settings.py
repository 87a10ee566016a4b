"""What an attached baresip has: accounts, a configuration, and what cannot be changed there."""

import re

from ...account import INBAND, Account
from ...errors import UsageError
from ...frozen import frozen
from ..capabilities import Capability
from .configuration import SOURCE_CHANNELS, SOURCE_RATE, ExternalSettings
from .installation import Version

_LISTED = re.compile(r"^\s*(?:>|\d+ -)?\s*(sips?:\S+)(.*)$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_OK = re.compile(r"\sOK\b")

_STARTED = "An agent that the library starts can."
_NO_TRACE = f"ctrl_tcp does not show the SIP messages of an attached baresip. {_STARTED}"
#: What an attached baresip lacks, whatever its version, and why, as clauses.
WHY_ONLY_STARTED = {
    Capability.SHOW_MESSAGES: _NO_TRACE,
    Capability.SEND_MESSAGE: _NO_TRACE,
    Capability.RECEIVE_MESSAGE: _NO_TRACE,
    Capability.SEND_OPTIONS: _NO_TRACE,
    Capability.NEXT_OUTBOUND: f"an attached baresip keeps the proxy of its account. {_STARTED}",
    Capability.VERIFY_TLS: (
        "what an attached baresip checks stands in its own configuration (sip_verify_server); give"
        " tls_verify=False."
    ),
}


@frozen
class DeviceAccount:
    """An account; `registered`: whether its registrar has accepted the last REGISTER."""

    aor: str
    registered: bool


def accounts_in(listed: str) -> list[DeviceAccount]:
    """The accounts in the answer to ``reginfo``, in the order in which baresip has them."""
    found = _LISTED.findall(_COLOUR.sub("", listed))
    return [DeviceAccount(aor, _OK.search(rest) is not None) for aor, rest in found]


def require_no_configuration(account: Account) -> None:
    """Raises `UsageError` for a setting that stands in the configuration of a running baresip."""
    given = {
        "ring_timeout": (account.ring_timeout, "call_local_timeout"),
        "address": (account.address, "net_interface"),
        "tls_ca_file": (account.tls.ca_file, "sip_cafile"),
        "tls_certificate": (account.tls.certificate, "sip_certificate"),
    }
    for name, (value, line) in given.items():
        if value:
            raise UsageError(
                f"control= attaches to a running baresip and takes no {name}=: set"
                f" {line} in its configuration."
            )


def require_nothing_new(where: str, account: Account, settings: ExternalSettings) -> None:
    """Raises `UsageError` for a setting that only a new account can have."""
    given = {
        "account_parameters": settings.parameters,
        "catch_all": account.catch_all is not None,
        "rel100": account.rel100 != "no",
        "audio_codecs": account.audio_codecs,
        "media_enc": account.media_enc,
        "stun_server": account.stun_server,
        "outbound": account.outbound,
        "display_name": account.display_name,
        "dtmf_mode": account.dtmf_mode not in ("rtpevent", INBAND),
    }
    for name in (name for name, value in given.items() if value):
        raise UsageError(
            f"The baresip at {where} already has its account: {name}= would change nothing. Set"
            " it there."
        )


def source_in(config: str) -> str:
    """The audio source that a configuration names; empty without one."""
    match = re.search(r"^audio_source[ \t]+([^,\s]+,.*?)\s*$", config, re.MULTILINE)
    return match[1] if match else ""


def lacking_for_files(version: Version, modules: frozenset[str], config: str) -> str:
    """What a configuration lacks to play files; empty when nothing."""
    needed = ["aufile"] if version < (2, 0) else ["aufile", "auresamp"]
    lacking = [f"module {name}.so" for name in needed if name not in modules]
    for name, value in (("ausrc_srate", SOURCE_RATE), ("ausrc_channels", SOURCE_CHANNELS)):
        if not re.search(rf"^{name}\s+{value}\s*$", config, re.MULTILINE):
            lacking.append(f"{name} {value}")
    return ", ".join(lacking)
