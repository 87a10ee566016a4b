"""How long what arrives waits in baresip's jitter buffer before it is played and recorded."""

import re
from collections.abc import Callable

from .baresip_names import Release
from .base import USUAL_PACKET, PlayoutDelay

#: From this version on the buffer plays by RTP timestamps, a fixed time after the quickest packet;
#: before it, it keeps a number of packets back.
_BY_TIME: Release = (4, 1)
#: Since then audio has settings of its own.
_OWN_NAMES: Release = (3, 2)
#: What baresip does without a setting: seconds, and packets. Measured on the versions that
#: docs/backends.md names.
_DEFAULT, _DEFAULT_PACKETS = 0.060, 5
#: How exact (s) the time is: by the clock, and by a number of packets that come early and late.
_EXACT, _INEXACT = 0.003, 0.020

Configured = Callable[[str], str | None]


def buffer_delay(release: Release, configured: Configured) -> PlayoutDelay:
    """The delay of that version of baresip; `configured` has the value of a setting, or None."""
    own = release >= _OWN_NAMES
    kind = configured("audio_jitter_buffer_type" if own else "jitter_buffer_type")
    if kind == "off":
        return PlayoutDelay(0.0, _EXACT)
    if release >= _BY_TIME:
        delay = _range(configured("audio_jitter_buffer_ms"), 0.001)
        least, most, error = *(delay or (_DEFAULT, 2 * _DEFAULT)), _EXACT
    else:
        delay = _packets(configured("audio_jitter_buffer_delay")) if own else None
        delay = delay or _packets(configured("jitter_buffer_delay"))
        usual = _DEFAULT_PACKETS * USUAL_PACKET
        least, most, error = *(delay or (usual, 2 * usual)), _INEXACT
    by_packets = release < _BY_TIME
    if kind != "adaptive":
        return PlayoutDelay(least, error, by_packets)
    return PlayoutDelay((least + most) / 2, (most - least) / 2 + error, by_packets)


def _packets(text: str | None) -> tuple[float, float] | None:
    return _range(text, USUAL_PACKET)


def _range(text: str | None, unit: float) -> tuple[float, float] | None:
    """Least and most, in seconds, of a setting such as ``60-120`` or ``60``; None without one."""
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", (text or "").strip())
    return (int(match[1]) * unit, int(match[2] or match[1]) * unit) if match else None
