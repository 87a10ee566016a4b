"""Events in words, for log.html."""

from .. import events
from ..account import INBAND
from ..events import ClosedBy, Event
from ..sip.messages import Message, split_address


def line(event: Event) -> str:
    """The few words that matter about an event."""
    match event:
        case events.QualityReported(_, _, rtt, jitter, received, lost):
            return (
                f"RTCP rtt {rtt * 1000:.1f} ms, jitter {jitter * 1000:.1f} ms,"
                f" {received} received, {lost} lost"
            )
        case events.CallDialled(_, _, peer):
            return f"DIALLED {peer}"
        case events.CallIncoming(_, _, peer):
            return f"{short(event)} from {peer}"
        case events.CallRinging():
            return f"{short(event)} at the peer"
        case events.CallProgress():
            return f"{short(event)} from the peer"
        case events.CallClosed(_, _, by, status, words) if by not in (ClosedBy.US, ClosedBy.PEER):
            return f"CLOSED by {by.value}: {_answer(status, words)}"
        case events.TransferRequested(_, _, target):
            return f"TRANSFER to {target} requested by the peer"
        case events.MediaStarted(_, _, _, channels):
            return f"{short(event)}, {'mono' if channels == 1 else 'stereo'}"
        case events.SipMessage(_, sent, transport, source, destination, text):
            other = destination if sent else source
            arrow = f"{transport} to {other}" if sent else f"{transport} from {other}"
            return f"{arrow}: {Message(text).start_line}"
        case events.StackLog(_, level, text):
            return f"baresip {level.lower()}: {text}"
    return short(event)


def short(event: Event) -> str:
    """Fewer words yet, for where the agent and the messages around the event are seen too."""
    match event:
        case events.Registering():
            return "REGISTERING"
        case events.Registered():
            return "REGISTERED"
        case events.RegistrationFailed(_, status, words):
            return f"REGISTRATION FAILED: {_answer(status, words)}"
        case events.Unregistered():
            return "UNREGISTERED"
        case events.TransferRequested(_, _, target):
            return f"TRANSFER to {split_address(target)[1].partition('?')[0]}"
        case events.TransferFailed(_, _, status, words):
            return f"TRANSFER FAILED: {_answer(status, words)}"
        case events.DtmfReceived(_, _, digit):
            return f"DTMF {digit}"
        case events.DtmfSent(_, _, digits, mode):
            return f"SENDS DTMF {digits}" + (" in-band" if mode == INBAND else "")
        case events.SourceChosen(_, _, source):
            return f"SENDS {source}"
        case events.Muted(_, _, on):
            return "MUTED" if on else "UNMUTED"
        case events.CallIncoming():
            return "INCOMING"
        case events.CallRinging():
            return "RINGING"
        case events.CallProgress():
            return "EARLY MEDIA"
        case events.CallAnswered():
            return "ANSWERED"
        case events.CallEstablished():
            return "ESTABLISHED"
        case events.CallClosed(_, _, ClosedBy.US):
            return "CLOSED by this agent"
        case events.CallClosed(_, _, ClosedBy.PEER):
            return "CLOSED by the peer"
        case events.CallClosed(_, _, _, status, words):
            return f"CLOSED: {_answer(status, words)}"
        case events.RequestRefused(_, _, method, status, words):
            return f"{method} REFUSED: {_answer(status, words)}"
        case events.AnsweredAgain(_, _, contact, ended):
            became = "ended by ACK and BYE" if ended else "left without ACK and BYE"
            return f"ANSWERED by another phone, too: {contact}, {became}"
        case events.MediaStarted(_, _, rate):
            return f"MEDIA at {rate} Hz"
        case events.PromptEnded():
            return "PROMPT ended"
        case events.MessagesWaiting(_, waiting, new, old):
            return f"MESSAGES WAITING: {'yes' if waiting else 'no'}, {new} new, {old} old"
        case events.HoldChanged(_, _, ours=True, on=on):
            return "ON HOLD" if on else "RESUMED"
        case events.HoldChanged(_, _, on=on):
            return "HELD by the peer" if on else "RESUMED by the peer"
        case events.RecordingEnded(_, _, why):
            return f"RECORDING ended: {why}"
        case events.AudioTrouble(_, _, text):
            return f"AUDIO trouble: {text}"
        case events.AgentDied(fault=fault) if fault:
            return f"CANNOT BE FOLLOWED any more: {fault}"
        case events.AgentDied(_, status):
            return f"DIED with status {status}"
    return type(event).__name__


def _answer(status: int | None, words: str) -> str:
    return words if status is None else f"{status} {words}".strip()
