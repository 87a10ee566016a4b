"""Audio files made when they are needed, and a look at what a call agreed on."""

import re
from pathlib import Path

import numpy as np
import soundfile
from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.sip.messages import Message
from BaresipLibrary.waits import wait_until


def make_tone_file(
    name: str,
    frequency: float,
    seconds: float = 10.0,
    rate: int = 8000,
    channels: int = 1,
    subtype: str = "PCM_16",
) -> Path:
    """Writes a WAV file with a tone at -12 dBFS below the output directory; returns its path."""
    folder = Path(BuiltIn().get_variable_value("${OUTPUT DIR}")) / "sounds"
    folder.mkdir(exist_ok=True)
    path = folder / name
    times = np.arange(round(seconds * rate)) / rate
    tone = 10 ** (-12 / 20) * np.sin(2 * np.pi * frequency * times)
    soundfile.write(path, np.repeat(tone[:, None], channels, axis=1), rate, subtype=subtype)
    return path


def get_codec(agent) -> str:
    """The codec that the answer to an agent's last INVITE chose, as `audio_codecs` names it."""

    def answered() -> str | None:
        for event in agent.journal.messages(agent.last_call.call_id):
            if Message(event.text).status == 200 and "\nm=audio" in event.text:
                return event.text
        return None

    sdp = wait_until(agent.changes, answered, 5.0)
    payload = re.search(r"m=audio \d+ \S+ (\d+)", sdp)[1]
    name = re.search(rf"a=rtpmap:{payload} (\S+)", sdp)[1]
    # RFC 3551 lets G.722 claim 8 kHz in SDP for ever, because RFC 1890 did by mistake.
    return "g722/16000/1" if name.lower() == "g722/8000" else name
