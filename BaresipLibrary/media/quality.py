"""How good a call is, by its RTCP reports and the E-model."""

from ..agents.call import Call
from .results import CallQuality

#: ITU-T G.107, table 2: the rating without any impairment but the standard ones.
_BASIC_RATING = 93.2
#: ITU-T G.113, appendix I: robustness of G.711 with packet loss concealment; Ie is 0 for G.711.
_LOSS_ROBUSTNESS = 25.1
#: Packetisation and decoding (s): two frames of 20 ms.
_CODEC_DELAY = 0.04


def quality_of(call: Call) -> CallQuality | None:
    """The quality that the last report of a call stands for; None without one.

    A round trip cannot take longer than the call has lasted: the peer has told wrong times then.
    """
    report = call.quality
    if report is None:
        return None
    sent = report.received + report.lost
    loss = 100.0 * max(report.lost, 0) / sent if sent else 0.0
    rtt = report.rtt if report.rtt <= report.at - call.began_at else 0.0
    delay = rtt / 2 + 2 * report.jitter + _CODEC_DELAY
    return CallQuality(round(mos(delay, loss), 2), rtt, report.jitter, round(loss, 2))


def mos(delay: float, loss: float) -> float:
    """The mean opinion score for a one-way delay (s) and a packet loss (percent).

    The E-model of ITU-T G.107 with its default values: R = 93.2 - Id - Ie,eff, where
    Id = 0.024 d + 0.11 (d - 177.3) H(d - 177.3) with d in ms (the usual approximation of its
    section 7.4, from Cole and Rosenbluth 2001), and Ie,eff = 95 Ppl / (Ppl + Bpl) (section 7.5,
    random loss). The score follows from R by annex B.
    """
    milliseconds = 1000.0 * delay
    delay_impairment = 0.024 * milliseconds + 0.11 * max(0.0, milliseconds - 177.3)
    loss_impairment = 95.0 * loss / (loss + _LOSS_ROBUSTNESS)
    rating = max(0.0, min(100.0, _BASIC_RATING - delay_impairment - loss_impairment))
    score = 1.0 + 0.035 * rating + 7e-6 * rating * (rating - 60.0) * (100.0 - rating)
    return max(1.0, min(4.5, score))
