"""The embedded worker's messages, and what they mean to the library."""

import re
import ssl
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ... import events
from ...account import Account, codec_name
from ...events import ClosedBy, Event
from ...sip.reasons import split_glued
from ..base import PromptSource, Source, ToneSource
from ..stack_settings import StackSettings

#: What the stack prints about a message that it could not read, in place of tracing it.
UNREADABLE = "sip: msg decode err"
#: "486 Busy Here", and nothing after it but more words.
_STATUS = re.compile(r"([3-6]\d\d)(?: (.*))?", re.DOTALL)
#: A jitter buffer (ms) as short as good phones have: the stack's own default delays by 100 ms. With
#: 40 ms, jitter of as much leaves a busy machine no time: a tenth of the packets comes too late.
MEDIA = ("audio_jitter_buffer_type fixed", "audio_jitter_buffer_ms 60-200")
_ERRNO = re.compile(r" \[\d+\]$")
#: The second is baresip 1.0's.
_OUR_HANG_UP = ("Rejected by user", "Connection reset by user")
_RANG_TOO_LONG = "Local timeout"
_PEERS_HANG_UP = "Connection reset by peer"
#: The stack's own spelling.
_TRANSFERRED = "Call transfered"
#: How it says that another call took its place: Call-ID and tags of Replaces (RFC 3891),
#: before 3.0 the Call-ID alone.
_REPLACED = re.compile(r"\S+ replaced")


def start_message(
    account: Account,
    codecs: Mapping[str, str],
    address: str,
    port: int,
    stem: Path,
    settings: StackSettings = StackSettings(),  # noqa: B008 - frozen
) -> dict[str, Any]:
    """The first message to a worker. It holds the password: it is sent, never shown."""
    specified = tuple(codecs[codec_name(codec)] for codec in account.audio_codecs)
    account = replace(account, audio_codecs=specified)
    return {
        "config": {
            "net_interface": address,
            "max_concurrent_calls": None,
            "expose_headers": ["Replaces"],
            "extra_config_text": _configuration(account, address, port),
        },
        "first_lines": "".join(f"{line}\n" for line in settings.lines),
        "aor": account.line(address, port) + settings.suffix,
        "stem": str(stem),
    }


def _configuration(account: Account, address: str, port: int) -> str:
    lines = [
        f"sip_listen {bracketed(address)}:{port}",
        "dns_getaddrinfo yes",
        ring_line(account),
        *MEDIA,
        *tls_lines(account),
    ]
    return "".join(f"{line}\n" for line in lines)


def ring_line(account: Account) -> str:
    """The line that says how long a call may ring; 0 is as long as its caller lets it."""
    return f"call_local_timeout {account.ring_timeout}"


def tls_lines(account: Account) -> list[str]:
    """The configuration of TLS: what is trusted, shown and checked."""
    tls = account.tls
    lines = [f"sip_verify_server {'yes' if tls.verify else 'no'}"]
    # Parsing the system's certificates costs 10 ms, so only those pay who may need them.
    system = ssl.get_default_verify_paths().cafile if account.uses_tls else None
    ca_file = tls.ca_file or system
    if ca_file:
        lines.append(f"sip_cafile {ca_file}")
    if tls.certificate:
        lines.append(f"sip_certificate {tls.certificate}")
    return lines


def bracketed(address: str) -> str:
    """An address as it stands before a port."""
    return f"[{address}]" if ":" in address else address


def source_message(source: Source) -> dict[str, Any]:
    """A source as the worker reads it."""
    match source:
        case ToneSource(frequency, level):
            return {"kind": "tone", "frequency": frequency, "level": level}
        case PromptSource(_, renderings):
            return {"kind": "prompt", "renderings": {r: str(p) for r, p in renderings.items()}}
        case None:
            return {"kind": "silence"}


def closed(at: float, call_id: str, raw: str) -> events.CallClosed:
    """What the stack's words for the end of a call mean."""
    own, _ = split_glued(raw)
    words = _ERRNO.sub("", own)
    if words == _TRANSFERRED:
        return events.CallClosed(at, call_id, ClosedBy.TRANSFER, None, "transferred", raw)
    if _REPLACED.fullmatch(words):
        return events.CallClosed(at, call_id, ClosedBy.TRANSFER, None, "replaced", raw)
    if match := _STATUS.fullmatch(own):
        return events.CallClosed(at, call_id, ClosedBy.REFUSAL, int(match[1]), match[2] or "", raw)
    if words == _RANG_TOO_LONG:
        why = "nobody accepted it within its ring timeout"
        return events.CallClosed(at, call_id, ClosedBy.FAILURE, None, why, raw)
    if words in _OUR_HANG_UP:
        return events.CallClosed(at, call_id, ClosedBy.US, None, words, raw)
    if words == _PEERS_HANG_UP:
        return events.CallClosed(at, call_id, ClosedBy.PEER, None, words, raw)
    return events.CallClosed(at, call_id, ClosedBy.FAILURE, None, words, raw)


def split_status(raw: str) -> tuple[int | None, str]:
    """The SIP status and the words of an outcome; without a status the words alone."""
    own, _ = split_glued(raw)
    match = _STATUS.fullmatch(own)
    return (int(match[1]), match[2] or "") if match else (None, _ERRNO.sub("", own))


def _registration_failed(message: dict[str, Any]) -> Event:
    return events.RegistrationFailed(message["at"], *split_status(message["text"] or ""))


def _transfer_failed(message: dict[str, Any]) -> Event:
    status, words = split_status(message["text"] or "")
    return events.TransferFailed(message["at"], message["call_id"], status, words)


def _quality(message: dict[str, Any]) -> Event:
    fields = ("rtt", "jitter", "received", "lost")
    return events.QualityReported(
        message["at"], message["call_id"], *(message[field] for field in fields)
    )


def _media(message: dict[str, Any]) -> Event:
    rx, tx = Path(message["rx"]), Path(message["tx"])
    return events.MediaStarted(
        message["at"], message["call_id"], message["rate"], message["channels"], rx, tx
    )


def _timed(message: dict[str, Any]) -> Event:
    fields = ("frame", "earliest", "latest")
    return events.AudioTimed(
        message["at"],
        message["call_id"],
        Path(message["path"]),
        *(message[field] for field in fields),
    )


def _plain(kind: type[Event], *fields: str) -> Callable[[dict[str, Any]], Event]:
    return lambda message: kind(message["at"], *(message[field] for field in fields))


_READERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "Registering": _plain(events.Registering),
    "Registered": _plain(events.Registered),
    "RegistrationFailed": _registration_failed,
    "Unregistered": _plain(events.Unregistered),
    "CallDialled": _plain(events.CallDialled, "call_id", "peer"),
    "CallIncoming": _plain(events.CallIncoming, "call_id", "peer"),
    "CallRinging": _plain(events.CallRinging, "call_id"),
    "CallProgress": _plain(events.CallProgress, "call_id"),
    "CallAnswered": _plain(events.CallAnswered, "call_id"),
    "CallEstablished": _plain(events.CallEstablished, "call_id"),
    "CallClosed": lambda m: closed(m["at"], m["call_id"], m["text"] or ""),
    "TransferRequested": lambda m: events.TransferRequested(m["at"], m["call_id"], m["text"] or ""),
    "TransferFailed": _transfer_failed,
    "DtmfReceived": lambda m: events.DtmfReceived(m["at"], m["call_id"], m["text"]),
    "QualityReported": _quality,
    "Muted": _plain(events.Muted, "call_id", "on"),
    "MediaStarted": _media,
    "RecordingEnded": _plain(events.RecordingEnded, "call_id", "why"),
    "AudioArrived": _plain(events.AudioArrived, "call_id"),
    "AudioTimed": _timed,
    "PromptEnded": _plain(events.PromptEnded, "call_id"),
    "AudioTrouble": _plain(events.AudioTrouble, "call_id", "text"),
    "SipMessage": _plain(events.SipMessage, "sent", "transport", "source", "destination", "text"),
    "StackLog": _plain(events.StackLog, "level", "text"),
}


def to_event(message: dict[str, Any]) -> Event:
    """The event that a worker's message reports.

    Raises:
        KeyError: the worker speaks another version of this protocol.
    """
    if call_id := message.get("call_id"):
        message["call_id"] = sys.intern(call_id)  # one text for all events of a call
    return _READERS[message["event"]](message)


def broken(error: BaseException) -> events.AgentDied:
    """The event that a thread reports which an error of this library ends."""
    trace = traceback.extract_tb(error.__traceback__)
    where = f", at {Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    fault = f"{type(error).__name__}: {error}{where}"
    words = "".join(traceback.format_exception(error))
    return events.AgentDied(time.monotonic(), None, words, fault)


def died(status: int | None, last_words: str) -> events.AgentDied:
    """The event that a channel's unexpected end reports."""
    return events.AgentDied(time.monotonic(), status, last_words)
