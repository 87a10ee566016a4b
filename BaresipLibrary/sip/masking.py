"""Secrets in SIP messages, made unreadable before anything is shown."""

import re

_MASK = "***"
#: What a digest (RFC 7616) proves the password with, and keys in SDP (RFC 4568).
_SECRETS = (
    re.compile(r'(\b(?:response|cnonce)\s*=\s*")[^"]*(")', re.IGNORECASE),
    re.compile(r"(^a=crypto:.*?inline:)[^\s|;]+()", re.IGNORECASE | re.MULTILINE),
    re.compile(r"(^a=(?:ice-pwd|key-mgmt):)\S.*()", re.IGNORECASE | re.MULTILINE),
)


def masked(text: str) -> str:
    """The message with digest answers, SRTP keys and ICE passwords replaced by ``***``.

    What a message carries openly, such as the realm or the key's lifetime, stays.
    """
    for secret in _SECRETS:
        text = secret.sub(rf"\g<1>{_MASK}\g<2>", text)
    return text
