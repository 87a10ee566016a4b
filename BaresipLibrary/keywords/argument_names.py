"""Which argument a suite probably meant, where it wrote a name that the keyword does not have."""

import difflib
import re
from collections.abc import Iterable

#: How similar a word must be to a name to be taken for it: one letter in five may differ.
_LIKE = 0.75
#: What other programs, other keywords and people call the arguments.
_OTHER_NAMES = {
    "address": "bind bind_address ip local_address local_ip",
    "audio_codecs": "codec codecs",
    "auth_user": "auth_id auth_name auth_username authname authuser",
    "display_name": "caller_id caller_name callerid",
    "domain": "host hostname port realm registrar server sip_domain sip_server",
    "dtmf_mode": "dtmf",
    "media_enc": "encryption media_encryption srtp",
    "outbound": "outbound_proxy proxy sbc",
    "password": "pass passwd pwd secret",
    "regint": "expires register_interval",
    "stun_server": "stun turn turn_server",
    "timeout": "wait within",
    "tls_ca_file": "ca ca_file cafile",
    "tls_certificate": "cert certificate",
    "tls_verify": "verify verify_ssl",
    "transport": "proto protocol tcp tls udp",
    "username": "account extension login number user user_id user_name userid",
    "within": "timeout",
}
_VOCABULARY = {*_OTHER_NAMES, *(word for words in _OTHER_NAMES.values() for word in words.split())}


def meant_argument(word: str, names: Iterable[str]) -> str | None:
    """The argument, of those that there are, that a word is another or a misspelt name of."""
    known, spelt = list(names), _spelt(word)
    for name in known:
        if spelt in _OTHER_NAMES.get(name, "").split():
            return name
    return next(iter(difflib.get_close_matches(spelt, known, n=1, cutoff=_LIKE)), None)


def may_be_shown(word: str) -> bool:
    """Whether a word is surely the name of an argument, and not the beginning of a secret."""
    return _spelt(word) in _VOCABULARY


def _spelt(word: str) -> str:
    return re.sub(r"[ -]", "_", word.strip().lower())
