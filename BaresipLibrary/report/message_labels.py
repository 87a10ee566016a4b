"""What stands at the arrow of a SIP message in a sequence diagram."""

from ..sip.messages import Message, split_address
from ..sip.sdp import audio_in, description_in
from ..sip.subscriptions import event_of

#: How many codecs of an offer are named.
_CODECS = 3
#: How many characters of a text are shown.
_TEXT = 40


def label(message: Message) -> str:
    """The message in a few words, such as ``200 OK (INVITE)`` or ``INVITE hold``."""
    if message.status is not None:
        status = f"{message.status} {message.reason_phrase}".strip()
        return f"{status} ({message.transaction_method})"
    match message.method:
        case "INVITE":
            return _invite(message)
        case "REFER":
            target = split_address(message.first("Refer-To") or "")[1]
            uri, _, headers = target.partition("?")
            return f"REFER → {uri}" + (" Replaces" if "replaces=" in headers.lower() else "")
        case "NOTIFY" if _carries(message, "message/sipfrag"):
            return f"NOTIFY {_status_line(message.body)}"
        case "SUBSCRIBE" | "NOTIFY" | "PUBLISH" as method:
            return f"{method} {event_of(message)}".strip()
        case str(method) if message.start_line.endswith("SIP/2.0"):
            return method
    return message.start_line or "an empty message"


def hint(message: Message, transport: str) -> str:
    """What matters less: the transport when it is not UDP, codecs and direction of audio, texts."""
    parts = [] if transport.upper() == "UDP" else [transport]
    parts += _state_of_subscription(message)
    description = description_in(message)
    if description is not None:
        audio = description.audio
        names = [codec.partition("/")[0] for codec in audio.codecs] if audio else []
        codecs = [] if audio and audio.is_refused else names
        shown = codecs[:1] if message.status or message.method == "ACK" else codecs[:_CODECS]
        more = "…" if len(codecs) > _CODECS and len(shown) > 1 else ""
        parts.append(", ".join(shown) + more or "no audio")
        parts += [] if not audio or audio.words == "sendrecv" else [audio.words]
    elif message.method == "MESSAGE" and message.body.strip():
        parts.append(" ".join(message.body[:_TEXT].split()) + "…" * (len(message.body) > _TEXT))
    return " · ".join(parts)


def _state_of_subscription(message: Message) -> list[str]:
    """For how long a SUBSCRIBE asks, and what a NOTIFY says of the subscription."""
    if message.method == "SUBSCRIBE" and (expires := message.first("Expires")):
        return [f"for {expires} s"]
    state = message.first("Subscription-State") if message.method == "NOTIFY" else None
    return [state] if state else []


def _invite(message: Message) -> str:
    if message.first("Replaces"):
        return "INVITE Replaces"
    if not message.to_tag:
        return "INVITE"
    audio = audio_in(message)
    return "INVITE hold" if audio and audio.is_hold else "re-INVITE"


def _status_line(sipfrag: str) -> str:
    """The status and reason phrase of a sipfrag (RFC 3420)."""
    first = Message(sipfrag.lstrip())
    return f"{first.status} {first.reason_phrase}".strip() if first.status else first.start_line


def _carries(message: Message, content_type: str) -> bool:
    return (message.first("Content-Type") or "").lower().startswith(content_type)
