"""An event as one compact line for log.html."""

from .. import events
from ..events import Event
from ..sip.messages import Message


def line(event: Event) -> str:
    """The few words that matter about an event."""
    match event:
        case events.Registering():
            return "REGISTERING"
        case events.Registered():
            return "REGISTERED"
        case events.RegistrationFailed(_, status, words):
            return f"REGISTRATION FAILED: {status or ''} {words}".replace("  ", " ")
        case events.Unregistered():
            return "UNREGISTERED"
        case events.TransferRequested(_, _, target):
            return f"TRANSFER to {target} requested by the peer"
        case events.TransferFailed(_, _, status, words):
            return f"TRANSFER FAILED: {status or ''} {words}".replace("  ", " ")
        case events.DtmfReceived(_, _, digit):
            return f"DTMF {digit}"
        case events.DtmfSent(_, _, digits):
            return f"SENDS DTMF {digits}"
        case events.SourceChosen(_, _, source):
            return f"SENDS {source}"
        case events.QualityReported(_, _, rtt, jitter, received, lost):
            return (
                f"RTCP rtt {rtt * 1000:.1f} ms, jitter {jitter * 1000:.1f} ms,"
                f" {received} received, {lost} lost"
            )
        case events.Muted(_, _, on):
            return "MUTED" if on else "UNMUTED"
        case events.CallDialled(_, _, peer):
            return f"DIALLED {peer}"
        case events.CallIncoming(_, _, peer):
            return f"INCOMING from {peer}"
        case events.CallRinging():
            return "RINGING at the peer"
        case events.CallProgress():
            return "EARLY MEDIA from the peer"
        case events.CallAnswered():
            return "ANSWERED"
        case events.CallEstablished():
            return "ESTABLISHED"
        case events.CallClosed(_, _, by, _, _, raw):
            return f"CLOSED by {by.value}: {raw}"
        case events.MediaStarted(_, _, rate, channels):
            return f"MEDIA at {rate} Hz, {'mono' if channels == 1 else 'stereo'}"
        case events.MessagesWaiting(_, waiting, new, old):
            return f"MESSAGES WAITING: {'yes' if waiting else 'no'}, {new} new, {old} old"
        case events.HoldChanged(_, _, ours, on):
            return f"{'HELD' if on else 'RESUMED'} by {'this agent' if ours else 'the peer'}"
        case events.RecordingEnded(_, _, why):
            return f"RECORDING ended: {why}"
        case events.PromptEnded():
            return "PROMPT ended"
        case events.AudioTrouble(_, _, text):
            return f"AUDIO trouble: {text}"
        case events.SipMessage(_, sent, transport, source, destination, text):
            other = destination if sent else source
            arrow = f"{transport} to {other}" if sent else f"{transport} from {other}"
            return f"{arrow}: {Message(text).start_line}"
        case events.StackLog(_, level, text):
            return f"baresip {level.lower()}: {text}"
        case events.AgentDied(_, status):
            return f"DIED with status {status}"
    return type(event).__name__
