"""The embedded worker's messages, and what they mean to the library."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ... import events
from ...account import Account, codec_name
from ...events import Event
from ...rtp import PacketLength, RtpCounts, RtpGap, RtpLateness, SequenceJump, TelephoneEvent
from ..baresip_text import MEDIA, bracketed, call_closed, ring_line, split_status, tls_lines
from ..base import PromptSource, Source, ToneSource
from ..stack_settings import StackSettings


def start_message(
    account: Account,
    codecs: Mapping[str, str],
    address: str,
    port: int,
    stem: Path,
    settings: StackSettings = StackSettings(),  # noqa: B008 - frozen
) -> dict[str, Any]:
    """The first message to a worker. It holds the password: it is sent, never shown."""
    account = _specified(account, codecs)
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
        "mailbox": account.uri_at(address, port) if account.mwi else None,
    }


def anonymous_line(account: Account, codecs: Mapping[str, str], settings: StackSettings) -> str:
    """The account line of a second user agent, which calls as nobody with this account's means."""
    nobody = replace(
        _specified(account, codecs),
        username="anonymous",
        domain="anonymous.invalid",
        display_name="Anonymous",
        auth_user=account.auth_user or account.username,
        regint=0,
        mwi=False,
        catch_all=False,
    )
    return nobody.line("", 0) + settings.suffix


def _specified(account: Account, codecs: Mapping[str, str]) -> Account:
    """The account with its codecs as the stack specifies them."""
    specified = tuple(codecs[codec_name(codec)] for codec in account.audio_codecs)
    return replace(account, audio_codecs=specified)


def _configuration(account: Account, address: str, port: int) -> str:
    lines = [
        f"sip_listen {bracketed(address)}:{port}",
        "dns_getaddrinfo yes",
        ring_line(account),
        *MEDIA,
        *tls_lines(account),
    ]
    return "".join(f"{line}\n" for line in lines)


def source_message(source: Source) -> dict[str, Any]:
    """A source as the worker reads it."""
    match source:
        case ToneSource(frequency, level):
            return {"kind": "tone", "frequency": frequency, "level": level}
        case PromptSource(name, renderings, then):
            files = {rate: str(path) for rate, path in renderings.items()}
            return {
                "kind": "prompt",
                "name": name,
                "renderings": files,
                "then": source_message(then),
            }
        case None:
            return {"kind": "silence"}


#: One path for all events of a recording: most tell how it was timed.
_path = lru_cache(maxsize=1000)(Path)


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
    rx, tx = _path(message["rx"]), _path(message["tx"])
    return events.MediaStarted(
        message["at"], message["call_id"], message["rate"], message["channels"], rx, tx
    )


def _timed(message: dict[str, Any]) -> list[Event]:
    at, call_id = message["at"], message["call_id"]
    return [
        events.AudioTimed(at, call_id, _path(path), *bounds)
        for path, *bounds in message["stretches"]
    ]


def _rtp(message: dict[str, Any]) -> Event:
    received, sent = _counts(message["received"]), _counts(message["sent"])
    return events.RtpCounted(message["at"], message["call_id"], received, sent)


def _counts(counted: dict[str, Any]) -> RtpCounts:
    jump = counted.pop("went_back")
    return RtpCounts(
        went_back=SequenceJump(*jump) if jump else None,
        padded=tuple(counted.pop("padded")),
        lengths=tuple(PacketLength(*length) for length in counted.pop("lengths")),
        ssrcs=tuple(counted.pop("ssrcs")),
        in_turns=tuple(counted.pop("in_turns")),
        payload_types=tuple(counted.pop("payload_types")),
        lateness=tuple(RtpLateness(*late) for late in counted.pop("lateness")),
        gaps=tuple(RtpGap(*gap) for gap in counted.pop("gaps")),
        events=tuple(TelephoneEvent(*event) for event in counted.pop("events")),
        **counted,
    )


def _plain(kind: type[Event], *fields: str) -> Callable[[dict[str, Any]], Event]:
    return lambda message: kind(message["at"], *(message[field] for field in fields))


_READERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "Registering": _plain(events.Registering),
    "Registered": _plain(events.Registered),
    "RegistrationFailed": _registration_failed,
    "Unregistered": _plain(events.Unregistered),
    "SubscriptionClosed": lambda m: events.SubscriptionClosed(m["at"], m["call_id"], m["text"]),
    "CallDialled": _plain(events.CallDialled, "call_id", "peer"),
    "CallIncoming": lambda m: events.CallIncoming(
        m["at"], m["call_id"], m["peer"], m.get("silent", False)
    ),
    "CallRinging": _plain(events.CallRinging, "call_id"),
    "CallProgress": _plain(events.CallProgress, "call_id"),
    "CallAnswered": _plain(events.CallAnswered, "call_id"),
    "CallEstablished": _plain(events.CallEstablished, "call_id"),
    "CallClosed": lambda m: call_closed(m["at"], m["call_id"], m["text"] or ""),
    "TransferRequested": lambda m: events.TransferRequested(m["at"], m["call_id"], m["text"] or ""),
    "TransferFailed": _transfer_failed,
    "DtmfReceived": lambda m: events.DtmfReceived(m["at"], m["call_id"], m["text"]),
    "QualityReported": _quality,
    "RtpCounted": _rtp,
    "Muted": _plain(events.Muted, "call_id", "on"),
    "MediaStarted": _media,
    "RecordingEnded": _plain(events.RecordingEnded, "call_id", "why"),
    "AudioArrived": _plain(events.AudioArrived, "call_id", "rx", "tx"),
    "PromptEnded": _plain(events.PromptEnded, "call_id", "name"),
    "AudioTrouble": _plain(events.AudioTrouble, "call_id", "text"),
    "RequestFailed": _plain(events.RequestFailed, "number", "words"),
    "SipMessage": _plain(events.SipMessage, "sent", "transport", "source", "destination", "text"),
    "StackLog": _plain(events.StackLog, "level", "text"),
    "WorkerFailed": lambda m: events.AgentDied(m["at"], None, m["words"], m["fault"]),
}


def to_events(message: dict[str, Any]) -> list[Event]:
    """The events that a worker's message reports, nearly always one.

    Raises:
        KeyError: the worker speaks another version of this protocol.
    """
    if call_id := message.get("call_id"):
        message["call_id"] = sys.intern(call_id)  # one text for all events of a call
    if message["event"] == "AudioTimed":
        return _timed(message)
    return [_READERS[message["event"]](message)]
