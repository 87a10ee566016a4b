"""How long the keys of SRTP in a session description are (RFC 4568)."""

import math

#: Octets of key and salt in each suite of SRTP (RFC 4568, 6188, 7714).
_KEY_OCTETS = {
    "AES_CM_128_HMAC_SHA1_80": 30, "AES_CM_128_HMAC_SHA1_32": 30, "F8_128_HMAC_SHA1_80": 30,
    "AES_192_CM_HMAC_SHA1_80": 38, "AES_192_CM_HMAC_SHA1_32": 38,
    "AES_256_CM_HMAC_SHA1_80": 46, "AES_256_CM_HMAC_SHA1_32": 46,
    "AEAD_AES_128_GCM": 28, "AEAD_AES_256_GCM": 44,
}  # fmt: skip
#: Characters of the longest key that a baresip has room for.
_LONGEST_KEY = math.ceil(46 * 4 / 3)


def fits(key: str, suite: str) -> bool:
    """Whether a key, written as ``inline:<base64>|lifetime|MKI``, is as long as its suite wants.

    Two keys (``inline:…;inline:…``) are one that is too long to baresip, as is a needless ``=``.
    """
    octets, written = _KEY_OCTETS.get(suite.upper()), key.partition(":")[2].partition("|")[0]
    is_padded = "=" not in written or len(written) % 4 == 0
    return octets is None or (is_padded and len(_base64(key)) == math.ceil(octets * 4 / 3))


def fits_any(key: str) -> bool:
    """Whether a baresip has room for a key, whatever its suite wants."""
    return 0 < len(_base64(key)) <= _LONGEST_KEY


def _base64(key: str) -> str:
    return key.partition(":")[2].partition("|")[0].rstrip("=")
