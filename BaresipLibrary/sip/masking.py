"""Secrets in SIP messages, made unreadable before anything is shown."""

import re

_MASK = "***"
#: The credentials of a request (RFC 3261, section 20.7), with the lines that continue them.
_CREDENTIALS = re.compile(
    r"\b(?:proxy-)?authorization[ \t]*:[^\r\n]*(?:[\r\n]{1,2}[ \t]+[^\r\n]*)*", re.IGNORECASE
)
_UNQUOTED = re.compile(r"(\b(?:response|cnonce)\s*=\s*|:\s*basic\s+)[^\s\",]+", re.IGNORECASE)
#: What a digest (RFC 7616) proves the password with, keys in SDP (RFC 4568 and its like), and
#: passwords in URIs. A quote that nobody closes hides as much as one that is closed, and none is
#: consumed: it may be where the next secret begins.
#: Each with words of which one must be there: looking for them is quick, and few messages have any.
_SECRETS = (
    (
        ("response", "cnonce"),
        re.compile(r'(\b(?:response|cnonce)\s*=\s*")[^"\r\n,]*', re.IGNORECASE),
    ),
    (("inline:",), re.compile(r"(\binline:)[^\s|;]+", re.IGNORECASE)),
    (("ice-pwd:", "key-mgmt:"), re.compile(r"(\b(?:ice-pwd|key-mgmt):)[^\r\n]+", re.IGNORECASE)),
    (
        ("k=clear:", "k=base64:", "k=uri:"),
        re.compile(r"((?<![^\r\n])k=(?:clear|base64|uri):)[^\r\n]+", re.IGNORECASE),
    ),
    (
        ("@",),
        re.compile(r"(\bsips?:[^\s@:<>\"]{0,256}:)[^\s@<>\"]{1,256}(?=@)", re.IGNORECASE),
    ),
)


def masked(text: str) -> str:
    """The message with passwords, digest answers, SRTP keys and ICE passwords as ``***``.

    What a message carries openly, such as the realm or the key's lifetime, stays.
    """
    small = text.lower()
    if "authorization" in small:
        text = _CREDENTIALS.sub(lambda header: _UNQUOTED.sub(rf"\g<1>{_MASK}", header[0]), text)
    for words, secret in _SECRETS:
        if any(word in small for word in words):
            text = secret.sub(rf"\g<1>{_MASK}", text)
    return text
