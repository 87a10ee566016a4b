"""The reference machine answers: it talks as it was programmed, and keeps when it really did."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from peer import Peer
from peer_codecs import CODECS, Codec, Samples
from peer_machine import Line, Machine, Manners

from utest.audio import signals

#: Seconds of what the machine says before it says it again.
_VOICE = 8.0
#: A call that is longer (s) has been forgotten.
_LONGEST = 900.0


def talks(
    peer: Peer,
    codec: str = "PCMU",
    *,
    loss: float = 0.0,
    jitter: float = 0.0,
    seed: int = 1,
    slow: float = 0.0,
    ptime: float = 20,
    phrase: float = 0.0,
    pause: float = 0.0,
    **manners: Any,
) -> None:
    """Answers with that codec, and talks; `result` has the machine.

    It talks to the end of the call. With `pause`, it says the first `phrase` seconds again and
    again, and pauses for so many seconds after each.
    """
    invite = peer.expect("INVITE", 20.0)
    chosen = replace(_as_offered(CODECS[codec], invite.body), packet=ptime / 1000)
    spoken = with_pauses(
        voice(chosen, seed), round(phrase * chosen.rate), round(pause * chosen.rate)
    )
    machine = Machine(spoken, chosen, Manners(**manners), Line(loss, jitter, seed, slow))
    peer.talk_by(machine)
    peer.result["machine"] = machine
    dialog = peer.answer(invite, formats=str(chosen.payload_type), more=chosen.lines)
    dialog.await_bye(_LONGEST)


def voice(codec: Codec, seed: int) -> Samples:
    """Something like speech, with short pauses, that begins and ends with an audible sample."""
    samples = signals.speech(_VOICE, codec.rate, np.random.default_rng(seed), -18.0, 120.0)
    return without_long_pauses(samples, codec.rate)


def without_long_pauses(samples: Samples, rate: int) -> Samples:
    """From the first to the last audible sample, with no more than 0.15 s between two of them."""
    audible = np.flatnonzero(np.abs(samples) > 0.02)
    most = round(0.15 * rate)
    kept = np.zeros(samples.size, dtype=bool)
    for before, after in pairwise(audible):
        kept[before : min(after, before + most)] = True
    kept[audible[-1]] = True
    return samples[kept]


def with_pauses(samples: Samples, phrase: int, pause: int) -> Samples:
    """The first samples, a phrase of so many, and a pause; all samples where there is no pause."""
    return np.concatenate([samples[:phrase], np.zeros(pause)]) if pause else samples


def _as_offered(codec: Codec, offer: str) -> Codec:
    """The codec with the payload type that an offer gives it."""
    offered = re.search(rf"^a=rtpmap:(\d+) {codec.name}/", offer, re.MULTILINE)
    if codec.payload_type < 96 or not offered:
        return codec
    return replace(codec, payload_type=int(offered[1]))
