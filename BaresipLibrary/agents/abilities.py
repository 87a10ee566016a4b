"""Whether a backend can do what an account asks for."""

from ..account import Account, codec_name
from ..backends.base import Backend, Capability
from ..errors import UsageError


def check_abilities(name: str, account: Account, backend: Backend) -> None:
    """Checks an account against the baresip that is to play it.

    Raises:
        UsageError: it asks for what this one lacks; says what it has, or who can.
    """
    if account.media_enc and account.media_enc not in backend.media_encryptions:
        known = ", ".join(sorted(backend.media_encryptions))
        raise UsageError(
            f"{name}: {backend.description} has no media_enc {account.media_enc}; it has {known}."
        )
    for codec in account.audio_codecs:
        known_as = backend.codecs.get(codec_name(codec))
        if known_as is None or ("/" in codec and codec.lower() not in _forms(known_as)):
            have = ", ".join(backend.codecs.values())
            raise UsageError(f"{name}: {backend.description} has no codec {codec}; it has {have}.")
    needed = {
        Capability.MESSAGE_WAITING: account.mwi,
        Capability.DTMF_INFO: account.dtmf_mode in ("info", "auto"),
        Capability.VERIFY_TLS: account.uses_tls and account.tls.verify,
    }
    for what, is_needed in needed.items():
        if is_needed and what not in backend.capabilities:
            raise UsageError(f"{name}: {backend.description} cannot {what.value}. {what.who_can}")


def _forms(codec: str) -> tuple[str, str]:
    """A codec with its channels, and without them."""
    return codec.lower(), codec.lower().rpartition("/")[0]
