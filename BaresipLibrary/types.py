"""The types of keyword arguments, each readable from a string, and of what keywords return."""

import re
from enum import Enum, auto
from pathlib import Path
from typing import ClassVar

from .frozen import frozen

#: No codec of a phone call carries higher frequencies (half of Opus' 48 kHz).
HIGHEST_FREQUENCY = 24_000.0
#: What a full-scale square wave reads, in dBFS, and digital silence (`audio.levels`).
HIGHEST_LEVEL, LOWEST_LEVEL = 3.0, -120.0


class AgentState(Enum):
    """The state of an agent, which is that of its active call.

    ``RINGING``: dialled or being called, not answered yet.
    """

    IDLE = auto()
    RINGING = auto()
    ESTABLISHED = auto()


class Behaviour(Enum):
    """What an agent does by itself with a call that comes in; `When Called` defines each."""

    ring = auto()
    accept = auto()
    reject = auto()
    deflect = auto()
    progress = auto()
    nothing = auto()


class AutoClosing(Enum):
    """When agents that still run are stopped.

    ``TEST``: at the end of the test, or of the suite whose setup started them; ``SUITE``: at the
    end of the suite; ``MANUAL``: by `Stop Agent`, `Stop All Agents`, or the end of the run.
    """

    TEST = auto()
    SUITE = auto()
    MANUAL = auto()


class Occasion(Enum):
    """When something is kept or shown: ``on_failure`` means when the test or suite setup fails."""

    always = auto()
    on_failure = auto()
    never = auto()

    def is_now(self, *, failed: bool) -> bool:
        """Whether now, at the end of something that has failed or has not, is such an occasion."""
        return self is Occasion.always or (failed and self is Occasion.on_failure)


class BackendName(str):
    """How an agent's baresip runs.

    ``embedded``: from the wheel ``baresip-python``; ``external``: an installed baresip; ``auto``:
    embedded when the wheel is installed, otherwise the program ``baresip`` on PATH. A plugin may
    register more names.
    """

    __slots__ = ()
    auto: ClassVar["BackendName"]
    embedded: ClassVar["BackendName"]
    external: ClassVar["BackendName"]

    @classmethod
    def parse(cls, value: str) -> "BackendName":
        """Reads a name in any case. Whether there is such a backend shows when it is chosen.

        Raises:
            ValueError: it is ``None``, which Robot then takes for the value.
        """
        name = value.strip().lower()
        if name == "none":
            raise ValueError("No backend is called None.")
        return cls(name)


BackendName.auto = BackendName("auto")
BackendName.embedded = BackendName("embedded")
BackendName.external = BackendName("external")


class Transport(Enum):
    """The transport to an agent's domain."""

    udp = auto()
    tcp = auto()
    tls = auto()
    ws = auto()
    wss = auto()


class MediaEncryption(Enum):
    """How media is encrypted. Support depends on the backend."""

    srtp = "srtp"
    srtp_mand = "srtp-mand"
    srtp_mandf = "srtp-mandf"
    dtls_srtp = "dtls_srtp"
    zrtp = "zrtp"


class DtmfMode(Enum):
    """How digits are sent.

    ``rtpevent``: as RTP events (RFC 4733); ``info``: by SIP INFO; ``auto``: as RTP events when the
    peer takes them, otherwise by SIP INFO; ``inband``: as tones (ITU-T Q.23).
    """

    rtpevent = "rtpevent"
    info = "info"
    auto = "auto"
    inband = "inband"


class Rel100(Enum):
    """Whether provisional responses are sent reliably (100rel, RFC 3262).

    ``supported``: where the peer supports it, too; ``required``: always, and a peer that does not
    support it is refused with 421.
    """

    no = "no"
    supported = "yes"
    required = "required"


class DtmfSource(Enum):
    """Where received digits are looked for: in the signalling, or in the audio."""

    signalling = auto()
    inband = auto()


class QualityField(Enum):
    """A figure of call quality."""

    mos = auto()
    rtt = auto()
    jitter = auto()
    packet_loss = auto()


class RtpField(Enum):
    """A figure of the RTP packets of one direction; `Get Rtp Statistics` defines each."""

    packets = auto()
    lost = auto()
    late = auto()
    duplicates = auto()
    ssrcs = auto()
    payload_types = auto()
    ptime = auto()
    longest_gap = auto()
    gaps = auto()
    events = auto()


class MailboxField(Enum):
    """A figure that a voice mailbox reports."""

    waiting = auto()
    new = auto()
    old = auto()


@frozen
class Mailbox:
    """What is in a voice mailbox.

    ``waiting``: whether there are messages; ``new`` and ``old``: how many voice messages.
    """

    waiting: bool
    new: int
    old: int


class AudioDirection(Enum):
    """The direction of a call's audio: what the agent heard (``rx``) or sent (``tx``)."""

    rx = auto()
    tx = auto()


class SdpSide(Enum):
    """Who has sent a session description: the agent (``local``) or its peer (``remote``)."""

    local = auto()
    remote = auto()


class PeerSource(Enum):
    """Where the remote party of a call is read.

    ``initial``: the From of the INVITE that arrived, or the URI that was dialled; ``asserted``: the
    newest P-Asserted-Identity, or Remote-Party-ID, of the peer; ``connected``: who it is by now, by
    the newest of these and of a From that has changed (RFC 4916).
    """

    initial = auto()
    asserted = auto()
    connected = auto()


class CallTiming(Enum):
    """A timing of a call; `Get Call Timing` defines each."""

    post_dial_delay = auto()
    setup_time = auto()
    ring_time = auto()
    answer_to_audio = auto()
    first_audio = auto()
    hold_gap = auto()
    transfer_gap = auto()
    one_way_delay = auto()
    teardown = auto()


class Frequency(float):
    """A frequency in hertz, written as ``440``, ``440 Hz`` or ``1.2 kHz``."""

    @classmethod
    def parse(cls, value: object) -> "Frequency":
        """Reads a frequency.

        Raises:
            ValueError: not a frequency, or one that no call can carry.
        """
        match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*(k?)(hz)?\s*", str(value), re.IGNORECASE)
        if not match:
            raise ValueError(f"'{value}' is not a frequency; write it like '440 Hz'.")
        hertz = float(match[1]) * (1000 if match[2] else 1)
        if not 0 < hertz < HIGHEST_FREQUENCY:
            raise ValueError(
                f"A tone must be above 0 Hz and below {HIGHEST_FREQUENCY / 1000:g} kHz,"
                f" not '{value}'."
            )
        return cls(hertz)

    def __str__(self) -> str:
        return f"{float(self):g} Hz"


class Level(float):
    """A level in dBFS, written as ``-30 dBFS`` or ``-30``; 0 dBFS is a full-scale sine."""

    @classmethod
    def parse(cls, value: object) -> "Level":
        """Reads a level.

        Raises:
            ValueError: not a level.
        """
        match = re.fullmatch(
            r"\s*([-+\u2212]?[0-9]*\.?[0-9]+)\s*(dbfs)?\s*", str(value), re.IGNORECASE
        )
        if not match:
            raise ValueError(f"'{value}' is not a level; write it like '-30 dBFS'.")
        return cls(match[1].replace("\u2212", "-"))

    def require_possible(self) -> None:
        """Raises `ValueError` when no audio can have this level: for most it lacks a minus sign."""
        if self > HIGHEST_LEVEL:
            raise ValueError(
                f"{self} is impossible: no audio is louder than {HIGHEST_LEVEL:g} dBFS."
                f" Did you mean {Level(-self)}?"
            )
        if self < LOWEST_LEVEL:
            raise ValueError(
                f"{self} is impossible: nothing is quieter than digital silence, which is"
                f" {LOWEST_LEVEL:g} dBFS."
            )

    def __str__(self) -> str:
        return f"{float(self):g} dBFS"


@frozen
class AudioSource:
    """What an agent sends.

    Written as ``silence``; ``tone:440`` or ``440 Hz``; or ``file:prompt.wav``, where a relative
    path is looked up beside the suite, in the working directory, and in installed packages.
    """

    frequency: Frequency | None = None
    file: Path | None = None

    @classmethod
    def parse(cls, value: str) -> "AudioSource":
        """Reads an audio source.

        Raises:
            ValueError: unknown kind, bad frequency or no path.
        """
        kind, colon, rest = value.strip().partition(":")
        if value.strip().lower() == "silence":
            return cls()
        if colon and kind.lower() == "tone":
            return cls(frequency=Frequency.parse(rest))
        if colon and kind.lower() == "file" and rest.strip():
            return cls(file=Path(rest.strip()))
        if re.fullmatch(r"[-0-9.]+\s*k?hz", value.strip(), re.IGNORECASE):
            return cls(frequency=Frequency.parse(value))
        if re.fullmatch(r"[^:]+\.[a-z][a-z0-9]*", value.strip(), re.IGNORECASE):
            meant = f"file:{value.strip()}"
            raise ValueError(f"'{value}' is not an audio source; did you mean '{meant}'?")
        raise ValueError(
            f"'{value}' is not an audio source; use 'tone:440', '440 Hz', 'silence' or"
            " 'file:prompt.wav'."
        )

    def __str__(self) -> str:
        if self.frequency is not None:
            return f"tone:{float(self.frequency):g}"
        return f"file:{self.file}" if self.file else "silence"


@frozen
class Peer:
    """The remote party of a call.

    ``uri``: its URI without display name; ``number``: the URI's user part without parameters,
    escapes decoded; ``name``: the display name, empty when there is none; ``header``: where it was
    read, empty for a URI that was dialled; ``privacy``: what the Privacy header of that message
    asks for (RFC 3323), such as ``id``.
    """

    uri: str
    number: str
    name: str
    header: str = ""
    privacy: tuple[str, ...] = ()

    @property
    def anonymous(self) -> bool:
        """Whether the URI is an anonymous one (RFC 3323, section 4.1.1.3)."""
        host = self.uri.partition("@")[2].lower()
        return self.number.lower() == "anonymous" or host.startswith("anonymous.invalid")

    def __str__(self) -> str:
        name = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{name}" <{self.uri}>' if name else self.uri


@frozen
class RequestAnswer:
    """The final answer to a request.

    ``status`` and ``reason`` are those of its first line; ``round_trip`` is how long it took (s)
    after the request was first sent, the one with credentials if it was challenged; ``headers``
    are names as RFC 3261 writes them, each with a list of values; ``call_id`` is the Call-ID.
    """

    status: int
    reason: str
    round_trip: float
    headers: dict[str, list[str]]
    call_id: str

    def __str__(self) -> str:
        return f"{self.status} {self.reason}".strip()


@frozen
class TextMessage:
    """A SIP MESSAGE that arrived (RFC 3428).

    ``text``: its body; ``sender``: the URI in its From; ``content_type``: as it came, empty without
    one; ``at``: when it arrived, in seconds on the machine's monotonic clock; ``status``: what the
    agent answered, ``None`` when that has not been seen; ``wrong_length``: that its Content-Length
    is not the length of what came, in words, empty when it is right.
    """

    text: str
    sender: str
    content_type: str
    at: float
    status: int | None
    wrong_length: str = ""

    def __str__(self) -> str:
        return self.text
