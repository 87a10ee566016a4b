"""What the library says to every baresip and reads from it, whichever backend runs it.

Lines of the configuration that both backends write, and what the words mean that baresip reports a
call, a registration or a transfer with.
"""

import re
import ssl

from .. import events
from ..account import Account
from ..events import ClosedBy
from ..sip.reasons import split_glued

#: What baresip prints about a message that it could not parse, instead of tracing it.
UNREADABLE = "sip: msg decode err"
#: A jitter buffer (ms) as short as in good phones: baresip's own default delays audio by 100 ms.
#: With 40 ms, a busy machine with as much jitter drops a tenth of the packets as too late.
MEDIA = ("audio_jitter_buffer_type fixed", "audio_jitter_buffer_ms 60-200")
#: "486 Busy Here", and nothing after it but more words.
_STATUS = r"(?s)([3-6]\d\d)(?: (.*))?"
_ERRNO = r" \[\d+\]$"
#: The second text is from baresip 1.0.
_OUR_HANG_UP = ("Rejected by user", "Connection reset by user")
_RANG_TOO_LONG = "Local timeout"
_PEERS_HANG_UP = "Connection reset by peer"
#: Spelled as baresip spells it.
_TRANSFERRED = "Call transfered"
#: Another call replaced this one: Call-ID and tags of its Replaces (RFC 3891); before 3.0 the
#: Call-ID alone.
_REPLACED = r"\S+ replaced"


def ring_line(account: Account) -> str:
    """The line that limits how long a call rings (s); 0 leaves that to the caller."""
    return f"call_local_timeout {account.ring_timeout}"


def tls_lines(account: Account) -> list[str]:
    """The configuration of TLS: trusted certificates, the agent's own, whether to check servers."""
    tls = account.tls
    lines = [f"sip_verify_server {'yes' if tls.verify else 'no'}"]
    # Parsing the system's certificates costs 10 ms: only agents that may use TLS pay for it.
    system = ssl.get_default_verify_paths().cafile if account.uses_tls else None
    ca_file = tls.ca_file or system
    if ca_file:
        lines.append(f"sip_cafile {ca_file}")
    if tls.certificate:
        lines.append(f"sip_certificate {tls.certificate}")
    return lines


def bracketed(address: str) -> str:
    """An address as it is written in front of a port."""
    return f"[{address}]" if ":" in address else address


def call_closed(at: float, call_id: str, raw: str) -> events.CallClosed:
    """The end of a call, from baresip's words for it."""
    by, status, words = _ending(raw)
    return events.CallClosed(at, call_id, by, status, words, raw)


def _ending(raw: str) -> tuple[ClosedBy, int | None, str]:
    own, _ = split_glued(raw)
    words = re.sub(_ERRNO, "", own)
    if words == _TRANSFERRED:
        return ClosedBy.TRANSFER, None, "transferred"
    if re.fullmatch(_REPLACED, words):
        return ClosedBy.TRANSFER, None, "replaced"
    if match := re.fullmatch(_STATUS, own):
        return ClosedBy.REFUSAL, int(match[1]), match[2] or ""
    if words == _RANG_TOO_LONG:
        return ClosedBy.FAILURE, None, "nobody accepted it within its ring timeout"
    if words in _OUR_HANG_UP:
        return ClosedBy.US, None, words
    return (ClosedBy.PEER if words == _PEERS_HANG_UP else ClosedBy.FAILURE), None, words


def split_status(raw: str) -> tuple[int | None, str]:
    """The SIP status and the reason phrase of an outcome; (None, words) when it has no status."""
    own, _ = split_glued(raw)
    match = re.fullmatch(_STATUS, own)
    return (int(match[1]), match[2] or "") if match else (None, re.sub(_ERRNO, "", own))
