"""Whether a backend can do what an account asks for, and what a tester should be warned of."""

import re

from ..account import Account, codec_name
from ..backends.base import Backend
from ..backends.capabilities import Capability
from ..errors import UsageError
from ..sip.reasons import reason_phrase
from ..sip.uris import is_ip_address

_BUSY = 486
#: What codecs are called elsewhere, in lower case and without signs.
_NAMES = {
    "PCMA (A-law) or PCMU (µ-law)": "g711 pcm",
    "PCMA": "alaw g711a g711alaw",
    "PCMU": "ulaw mulaw g711u g711ulaw g711mu g711mulaw",
    "G722": "g722",
}


def check_requirements(name: str, account: Account, backend: Backend) -> None:
    """Checks an account against the baresip that is to play it.

    Raises:
        UsageError: the account asks for what this baresip lacks; the message says what it has, or
            which baresip can do it.
    """
    _check_media(name, account, backend)
    _check_codecs(name, account, backend)
    for what, is_needed in _needs(account).items():
        if not is_needed or what in backend.capabilities:
            continue
        if backend.is_attached:
            raise UsageError(f"{name} cannot {what.value}: {backend.why_not(what)}")
        raise UsageError(f"{name}: {backend.description} cannot {what.value}. {what.who_can}")


def _check_media(name: str, account: Account, backend: Backend) -> None:
    if account.media_enc and account.media_enc not in backend.media_encryptions:
        known = ", ".join(sorted(backend.media_encryptions))
        raise UsageError(
            f"{name}: {backend.description} does not support media_enc={account.media_enc};"
            f" it supports {known}."
        )
    traversal = account.nat_traversal
    if traversal and traversal not in backend.nat_traversals:
        raise UsageError(f"{name}: {backend.description} has no module {traversal}.")


def _check_codecs(name: str, account: Account, backend: Backend) -> None:
    for codec in account.audio_codecs:
        known_as = backend.codecs.get(codec_name(codec))
        if known_as is None or ("/" in codec and codec.lower() not in _forms(known_as)):
            have = ", ".join(backend.codecs.values())
            raise UsageError(
                f"{name}: {backend.description} does not support the codec {codec};"
                f" it supports {have}.{_meant_codec(codec, backend)}"
            )


def _needs(account: Account) -> dict[Capability, bool]:
    """What only some baresips can do, and whether an account asks for it."""
    return {
        Capability.MESSAGE_WAITING: account.mwi,
        Capability.DTMF_INFO: account.dtmf_mode == "info",
        Capability.DTMF_AUTO: account.dtmf_mode == "auto",
        Capability.CATCH_ALL: account.catch_all is True,
        Capability.CATCH_ALL_REGISTERED: account.catch_all is True and account.regint > 0,
        Capability.OWN_CALLS_ONLY: account.catch_all is False and account.regint == 0,
        Capability.WEBSOCKET: account.uses_websocket,
        Capability.RELIABLE_PROVISIONAL: account.rel100 != "no",
        Capability.NEXT_OUTBOUND: bool(account.next_outbounds),
        Capability.VERIFY_TLS: account.uses_tls and account.tls.verify,
    }


def refuses_by_hanging_up(backend: Backend, status: int, reason: str) -> bool:
    """Whether a refusal is what a baresip sends that hangs up on an incoming call."""
    usual = status == _BUSY and reason == reason_phrase(_BUSY)
    return usual and Capability.OWN_REFUSALS not in backend.capabilities


def caveats(account: Account, backend: Backend) -> tuple[str, ...]:
    """What may surprise a tester about an agent, a sentence each."""
    return backend.caveats + _unchecked_names(account)


def _unchecked_names(account: Account) -> tuple[str, ...]:
    """A warning that no baresip compares an IP address with the names in a certificate."""
    if not (account.uses_tls and account.tls.verify):
        return ()
    if account.transport == "wss":
        return (
            "tls_verify: over wss the server's certificate must come from a trusted CA, but baresip"
            " does not check for whom it was issued.",
        )
    by_address = [hop for hop in account.next_hops if is_ip_address(hop)]
    unchecked = by_address if account.next_hops else ["a peer of a local agent"]
    return tuple(
        f"tls_verify: {where} is reached by its IP address, so its certificate must come from a"
        " trusted CA, but baresip does not check for whom it was issued. Give a host name to have"
        " that checked, too."
        for where in unchecked
    )


def _meant_codec(codec: str, backend: Backend) -> str:
    """What else people call codecs, as a question; empty where none of this baresip's is meant."""
    word = re.sub("[^a-z0-9]", "", codec_name(codec))
    meant = next((name for name, words in _NAMES.items() if word in words.split()), None)
    is_there = meant is not None and meant.split()[0].lower() in backend.codecs
    return f" Did you mean {meant}?" if is_there else ""


def _forms(codec: str) -> tuple[str, ...]:
    """A codec with its channels, and without them; that of G.722 also as SDP has it (RFC 3551)."""
    whole = codec.lower()
    in_sdp = whole.replace("g722/16000", "g722/8000")
    return tuple(form for one in (whole, in_sdp) for form in (one, one.rpartition("/")[0]))
