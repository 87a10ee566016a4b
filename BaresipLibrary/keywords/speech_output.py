"""Saying a text in a call."""

from pathlib import Path

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from ..speech.masking import MASK
from .base import AgentName, Component
from .running import find_file
from .secrecy import text_to_say


class SpeechOutputKeywords(Component):
    """Speaks."""

    @keyword(tags=("Audio", "Speech"))
    def say(
        self,
        agent: AgentName,
        text: str | Secret | None,
        *,
        voice: str | None = None,
        language: str | None = None,
        speed: float = 1.0,
        wait: bool = True,
        call: str | None = None,
    ) -> None:
        """Says a text in the active call, and returns when it has been said.

        Afterwards the call sends again what it sent before: silence, or a tone. A recording is not
        played again. A text begins when the one before it has been said; with ``wait=False`` the
        keyword returns as soon as the text begins. `Send Audio` cuts a text short. When another codec
        is agreed meanwhile, the embedded backend goes on with the text; an external baresip says it
        again from its beginning, also after a hold with ``wait=False``, and has said it when that
        has ended.

        The voices of ``espeak-ng`` need the program of that name on PATH. Those of ``piper`` need
        the extra ``voices`` of this library and the file of a voice, with its ``.onnx.json`` beside
        it. Plugins add other engines. A text is rendered once for each voice and speed, before it
        begins. A ``Secret`` appears in no log; what is said is heard in the recordings of the call.

        Fails when the text is not said to its end: at once when the call ends, or is put on hold.
        Fails too when the agent has no call, or is muted, and when there is no such voice.

        | =Argument= | =Meaning= |
        | ``text`` | What to say, as text or as Robot's ``Secret``. |
        | ``voice`` | ``espeak-ng:en-us``, with a variant ``espeak-ng:en-us+f3`` or ``espeak-ng:+f3``; the path of a piper voice, beside the suite or in the working directory; or ``ENGINE:VOICE``. American English of espeak-ng when left out. |
        | ``language`` | Such as ``de`` or ``en-GB``: espeak-ng then speaks it; other voices must. |
        | ``speed`` | ``0.5`` (half as fast) to ``2.0`` (twice as fast). |
        | ``wait`` | ``False``: return when the text begins. |

        Example:
        | Say | alice | I would like to speak to an operator |
        | Say | alice | Guten Tag | language=de | speed=0.9 |
        | Say | alice | stop please | voice=voices/en_US-joe-medium.onnx | wait=False |
        """
        from ..media.saying import quoted, say

        speaker = self._speaking(agent, call)
        which = speaker.require_live_call("to speak in", call)
        voices = self._context.voices
        chosen = voices.find(_with_file(voice), language, speed)
        plain = text_to_say(text)
        shown = MASK if isinstance(text, Secret) else self._context.secrets.text(plain)
        speech = voices.say(plain, chosen)
        length = f"{speech.seconds:.2f} s of speech"
        logger.info(f"{speaker.name} says {quoted(shown)}: {length} ({chosen}).")
        say(speaker, which, speech, shown, wait=wait)


def _with_file(voice: str | None) -> str | None:
    """A voice with the whole path of its file, if it is a file of piper's."""
    file = (voice or "").removeprefix("piper:")
    if not file.endswith(".onnx") or ":" in file:
        return voice
    return f"piper:{find_file(Path(file), 'piper voice')}"
