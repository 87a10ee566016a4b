"""Which word was probably meant."""

import pytest
from assertionengine import AssertionOperator
from robot.api import TypeInfo

from BaresipLibrary.agents.agent import AgentState
from BaresipLibrary.keywords.choices import nearest_member
from BaresipLibrary.types import (
    Behaviour,
    CallTiming,
    DtmfMode,
    MediaEncryption,
    QualityField,
    RtpField,
    Transport,
)


@pytest.mark.parametrize(
    ("kind", "given", "meant"),
    [
        (AgentState, "CONNECTED", "ESTABLISHED"),
        (AgentState, "talking", "ESTABLISHED"),
        (AgentState, "ESTABLISHD", "ESTABLISHED"),
        (AgentState, "ring", "RINGING"),
        (Behaviour, "answer", "accept"),
        (Behaviour, "acept", "accept"),
        (Behaviour, "auto-answer", "accept"),
        (AssertionOperator, "is", "=="),
        (CallTiming, "pdd", "post_dial_delay"),
        (QualityField, "loss", "packet_loss"),
        (Behaviour, "early media", "progress"),
        (CallTiming, "setup", "setup_time"),
        (DtmfMode, "RFC2833", "rtpevent"),
        (DtmfMode, "sip-info", "info"),
        (DtmfMode, "rtp", "rtpevent"),
        (MediaEncryption, "sdes", "srtp"),
        (MediaEncryption, "srtp-mandatory", "srtp_mand"),
        (RtpField, "packet", "packets"),
        (Transport, "tpc", "tcp"),
        (Transport, "sctp", None),
        (Transport, "", None),
        (Transport, "carrier pigeon", None),
        (CallTiming, "it's", None),
    ],
)
def test_the_nearest_member_is_asked_for(kind: type, given: str, meant: str | None) -> None:
    with pytest.raises(ValueError, match="does not have member") as refused:
        TypeInfo.from_type_hint(kind).convert(given, "word")
    expected = f"Did you mean '{meant}'?" if meant else None
    assert nearest_member(str(refused.value)) == expected


def test_other_messages_have_none() -> None:
    assert (
        nearest_member("Argument 'code' got value 'x' that cannot be converted to integer.") is None
    )
