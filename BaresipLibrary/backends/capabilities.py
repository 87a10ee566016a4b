"""What only some baresips can do, and which ones: in the words of error messages."""

from collections.abc import Mapping
from enum import Enum


class Capability(Enum):
    """What only some baresips can do, in the words of an error message."""

    HOLD = "hold a call"
    TRANSFER = "transfer a call"
    RECORD_SENT = "record what an agent sends"
    COUNT_PACKETS = "count RTP packets"
    SEE_RTP = "see each RTP packet"
    MESSAGE_WAITING = "subscribe to message waiting (mwi)"
    SUBSCRIBE = "subscribe to an event package"
    UNSOLICITED_SUMMARIES = "accept message summaries that it has not subscribed to"
    OWN_REFUSALS = "refuse a call with a status of the suite's choice"
    REDIRECT = "redirect a call"
    ATTENDED_TRANSFER = "transfer with consultation"
    INVITE_HEADERS = "add headers to an INVITE"
    INVITE_HEADERS_WITH_SPACES = "send headers with spaces in their values"
    REFUSAL_HEADERS = "add headers to a refusal"
    ANSWER_HEADERS = "add headers to the answer to a call"
    RELIABLE_PROVISIONAL = "send provisional responses reliably (rel100)"
    WEBSOCKET = "connect to a server over WebSocket (transport=ws or wss)"
    INVITE_WITHOUT_OFFER = "send a first INVITE without SDP (offer=False)"
    REINVITE_WITHOUT_OFFER = "send a re-INVITE without SDP"
    SEND_PROGRESS = "send a 183 with early media"
    DTMF_MODE = "send digits in another way than the account's dtmf_mode"
    DTMF_INFO = "send digits as SIP INFO"
    DTMF_AUTO = "send digits as SIP INFO where RTP events were not negotiated"
    VERIFY_TLS = "check the TLS certificate of a server"
    RECORD_AFTER_HOLD = "record a call that was on hold"
    HEAR_ONE_WAY_EARLY = "hear one-way audio before the answer"
    KEEP_RECORDING = "continue the recording of a call that is renegotiated"
    REPLACES_TAGS = "replace a call by a Replaces header with tags"
    UNDO_HOLD = "restore the media of a call after a hold that is refused"
    REINVITE_AFTER_COLLISION = "send a re-INVITE after one that collided with the peer's"
    TRANSFER_WITHOUT_HOLD = "transfer a call without holding it first"
    OTHER_ADDRESSES = "exchange media with an address of this machine other than its own"
    RECORD_ONE_WAY = "record a call that is answered with audio in one direction only"
    MEDIA_AFTER_RINGING = "continue early media after a 180 without SDP"
    REPORT_REDIRECTION = "report a redirection instead of following it"
    KEEP_CALL = "keep a call whose transfer fails"
    SEVERAL_RINGING = "accept one of several calls that ring"
    LOCAL_HOST_NAMES = "look up host names that only /etc/hosts knows"
    DIGEST_SHA_256 = "answer a challenge for a digest with SHA-256"
    ANSWER_NEW_CHALLENGES = "send a BYE or an INFO again that is challenged with a new nonce"
    REPEAT_ACK = "send the ACK again when a 200 is repeated"
    END_FORKS = "end the second call when two phones answer"
    TIME_AUDIO = "tell when audio was sent and heard"
    SHOW_MESSAGES = "show its SIP messages"
    NO_RINGING = "be called without ringing (no 180)"
    CATCH_ALL = "accept calls for a user part other than its own (catch_all)"
    CATCH_ALL_REGISTERED = "accept calls for another user part while it is registered (catch_all)"
    SEND_MESSAGE = "send a SIP MESSAGE"
    RECEIVE_MESSAGE = "receive a SIP MESSAGE"
    SEND_OPTIONS = "send an OPTIONS"
    REQUEST_HEADERS = "add headers to a MESSAGE or an OPTIONS, or choose a content type"
    ANONYMOUS_CALLS = "call anonymously"
    OWN_CALLS_ONLY = "refuse calls for a user part other than its own (catch_all=False)"
    NEXT_OUTBOUND = "use the next proxy of a list (outbound) when one is dead"

    @property
    def who_can(self) -> str:
        """What has the capability, as a sentence."""
        return f"{_WHO_CAN.get(self, 'The embedded backend')} can."


#: The first version of baresip that has a capability: seen on the programs that docs/backends.md
#: names, or read in the history of baresip (h).
SINCE: Mapping[Capability, tuple[int, ...]] = {
    Capability.DTMF_INFO: (1, 1),  # h; seen on 2.3
    Capability.WEBSOCKET: (1, 1),  # h; seen on 2.3
    Capability.VERIFY_TLS: (1, 1),  # h; seen on 2.3
    Capability.DTMF_AUTO: (2, 0),  # h; seen on 2.3
    Capability.ATTENDED_TRANSFER: (2, 0),  # h; seen on 2.3
    Capability.SEVERAL_RINGING: (2, 0),  # seen on 2.3; not tried before
    Capability.KEEP_CALL: (2, 0),  # seen on 2.3, not so on 1.1
    Capability.RECORD_AFTER_HOLD: (2, 0),  # seen on 2.3, not so on 1.1
    Capability.INVITE_HEADERS: (2, 0, 1),  # h; seen on 2.3
    Capability.RELIABLE_PROVISIONAL: (2, 6),  # h; seen on 3.18, not so on 2.3
    Capability.KEEP_RECORDING: (2, 6),  # h; seen on 3.18, not so on 2.3
    Capability.LOCAL_HOST_NAMES: (2, 7),  # h; seen on 3.18, not so on 2.3
    Capability.REPORT_REDIRECTION: (3, 3),  # h; seen on 3.18, not so on 2.3
    Capability.INVITE_HEADERS_WITH_SPACES: (3, 8),  # h; seen on 3.18, not so on 2.3
    Capability.OWN_CALLS_ONLY: (3, 8),  # h; seen on 3.18, not so on 2.3
    Capability.CATCH_ALL: (3, 11),  # h; seen on 3.18
    Capability.DIGEST_SHA_256: (3, 12),  # h; seen on 3.18, not so on 2.3
    Capability.CATCH_ALL_REGISTERED: (4, 9),  # h; seen on 4.10, not so on 3.18
    Capability.OWN_REFUSALS: (3, 19),  # h; seen on 4.10, not so on 3.18
    Capability.REPLACES_TAGS: (3, 23),  # h; seen on 4.10, not so on 3.18
}
_WHO_CAN = {
    Capability.INVITE_WITHOUT_OFFER: "No baresip up to 4.10",
    Capability.SHOW_MESSAGES: "An agent that the library starts",
    Capability.TIME_AUDIO: (
        "An agent that the library starts, or an attached one whose recordings_folder= is given,"
    ),
    Capability.SEND_MESSAGE: "The embedded backend, or a baresip with the module contact,",
    Capability.MESSAGE_WAITING: "The embedded backend, or a baresip with the module mwi,",
    Capability.NEXT_OUTBOUND: "An agent that the library starts",
} | {
    capability: f"The embedded backend, or baresip {'.'.join(map(str, version))} and later,"
    for capability, version in SINCE.items()
}
