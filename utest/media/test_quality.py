"""Quality reports, and the score that follows from them."""

import pytest

from BaresipLibrary.events import QualityReported
from BaresipLibrary.keywords.quality import _why_no_report
from BaresipLibrary.media.quality import mos, quality_of
from BaresipLibrary.media.results import CallQuality

from ..scripted import Phone


def test_quality_follows_the_e_model() -> None:
    # R = 93.2 without delay or loss is 4.41 by G.107 annex B; 3 % loss and 400 ms are worse.
    assert mos(0, 0) == pytest.approx(4.41, abs=0.01)
    assert mos(0.4, 0) < 3.5 < mos(0.1, 0)
    assert mos(0, 100) < mos(0, 3) < mos(0, 0)


def reported(phone: Phone, rtt: float, after: float) -> CallQuality:
    """The quality by a report of that round trip, so long (s) after the call began."""
    call = phone.agent.require_call("to bob", phone.agent.dial("sip:bob@127.0.0.1:40002"))
    assert quality_of(call) is None
    at = call.began_at + after
    phone.backend.feed(QualityReported(at, call.call_id, rtt, 0.001, 97, 3))
    quality = quality_of(call)
    assert quality is not None
    return quality


def test_a_report_is_the_quality(phone: Phone) -> None:
    quality = reported(phone, 0.02, after=5.0)
    assert (quality.packet_loss, quality.rtt, quality.jitter) == (3.0, 0.02, 0.001)
    assert quality.mos < mos(0.0, 0.0)


def test_a_round_trip_is_no_longer_than_the_call(phone: Phone) -> None:
    """The peer's clock, or what it makes of it, is wrong then: nothing is known of the delay."""
    assert reported(phone, 30.0, after=5.0).rtt == 0.0
    assert reported(phone, 30.0, after=5.0).mos == reported(phone, 0.0, after=5.0).mos
    assert reported(phone, 4.9, after=5.0).rtt == 4.9


def test_a_report_without_packets_is_no_quality_but_has_arrived(phone: Phone) -> None:
    call = phone.agent.require_call("to bob", phone.agent.dial("sip:bob@127.0.0.1:40002"))
    told = "yet: its baresip has told of no sender report (RTCP)."
    assert _why_no_report(phone.agent).endswith(told)
    phone.backend.feed(QualityReported(1.0, call.call_id, 0.02, 0.0, 0, 0))
    assert call.quality is None
    assert _why_no_report(phone.agent).endswith("yet: RTCP arrived, but no RTP that it reports on.")


def test_a_call_that_has_just_begun_has_no_report_yet(phone: Phone) -> None:
    phone.rings()
    phone.is_established("in-1")
    assert _why_no_report(phone.agent).endswith(". The first takes about 5 s: give a timeout.")
