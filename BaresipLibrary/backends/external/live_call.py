"""A call that baresip has: what the commands about it have to know, and its packets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...sip.offers import Offers


@dataclass
class LiveCall:
    """A call that baresip has."""

    incoming: bool
    peer: str
    ringing: bool = True
    refused: bool = False
    #: Whether any answer to its INVITE has come; an incoming call counts as answered.
    is_answered: bool = False
    established: bool = False
    unrecorded: bool = False
    #: Whether the last re-INVITE that was asked for or seen holds the call.
    hold_asked: bool = False
    offers: Offers = field(default_factory=Offers)
    #: How many received packets were lost, and of the sent ones, as far as RTCP has told.
    lost: int | None = None
    sent_lost: int | None = None
    #: Of each source of RTP: packets received before baresip last began to count, and since then.
    sources: dict[int, tuple[int, int]] = field(default_factory=dict)
    #: How many more could not be decrypted, as far as baresip has printed it; None when they may be
    #: those of another call.
    undecrypted: int | None = 0

    def take_progress(self, kind: str) -> None:
        """Takes in the kind of an event that baresip has reported of it."""
        self.is_answered = True
        self.established = self.established or kind == "CALL_ESTABLISHED"
        if kind in ("CALL_ANSWERED", "CALL_ESTABLISHED"):
            self.ringing = False

    def take_received(self, counts: Mapping[int, int]) -> None:
        """Takes in how many packets baresip counts now, of each source that it knows.

        It begins anew when the sequence numbers jump, and when a source leaves (RTCP BYE).
        """
        for ssrc, count in counts.items():
            before, known = self.sources.get(ssrc, (0, 0))
            self.sources[ssrc] = (before + known if count < known else before), count

    @property
    def received(self) -> int:
        """All packets that were received, as far as baresip tells."""
        counted = sum(before + since for before, since in self.sources.values())
        return counted + (self.undecrypted or 0)

    def received_all(self, *, encrypted: bool) -> bool:
        """Whether no other packets can have been received.

        Baresip is silent about those that come before the keys are agreed.
        """
        return self.undecrypted is not None and (not encrypted or self.received > 0)

    def hold_command(self, on: bool) -> str:
        """The command that holds or resumes. A second `hold`, or `resume`, would send nothing."""
        again, self.hold_asked = self.hold_asked is on, on
        return "reinvite" if again else "hold" if on else "resume"
