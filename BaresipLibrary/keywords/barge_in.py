"""Interrupting the other side of a call: whether it falls silent, and whether it speaks on."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from ..errors import UsageError
from ..media.results import SHORTEST_SILENCE, BargeIn
from ..speech.masking import MASK
from .base import AgentName, Component
from .running import find_file
from .secrecy import text_to_say

if TYPE_CHECKING:
    from ..media.barge_in import Interruption
    from ..speech.voices import Speech

_WITHIN = timedelta(milliseconds=500)
_WATCHED = timedelta(seconds=2)
#: From when on a silence proves that the other side stopped, and how long a pause may be where it
#: must speak on.
_SILENCE, _PAUSE = timedelta(seconds=1), timedelta(milliseconds=500)
_FILE = "file:"


class BargeInKeywords(Component):
    """Interrupts the other side of a call."""

    @keyword(tags=("Audio", "Speech", "Wait"))
    def verify_barge_in(
        self,
        agent: AgentName,
        text: str | Secret | None,
        *,
        within: timedelta = _WITHIN,
        silence: timedelta = _SILENCE,
        voice: str | None = None,
        language: str | None = None,
        speed: float = 1.0,
        call: str | None = None,
        timeout: timedelta | None = None,
    ) -> BargeIn:
        """Interrupts the other side with a text, and checks that it falls silent.

        Waits until the other side has spoken for 0.3 s, says the text, and measures the time from
        the first sound of the text to the last sound of the other side, at the network: what the
        agent's jitter buffer adds is taken off. Returns an object with ``seconds``, this time;
        ``error``, how far off it may be; ``after_end``, the time from the end of the text, which is
        negative when the other side fell silent before it; ``longest_pause``, the longest pause
        of the other side before; and ``silence``, for how long at least nothing was heard of it
        then. It returns when the text has been said and the silence is certain.

        Every prompt has pauses, and goes on after them. So the other side has fallen silent when
        nothing is heard of it for ``silence``, until the text has been said, and for 0.1 s longer
        than in any pause that it made since its turn began. What it says afterwards is taken
        for its answer. So a prompt whose pauses are shorter than ``silence`` never passes while it
        goes on; give more for one with longer pauses, and less for a machine that answers sooner.
        A prompt that comes to its end just then looks the same as one that stops: interrupt where
        it has much left to say. When the other side fell silent up to 0.3 s before the text began,
        ``seconds`` is negative, and a warning says so. Another warning says that no audio came in the
        silence, or that none was recorded and the backend does not see packets.

        Fails when the other side does not begin to speak within the ``timeout``, when it does not
        fall silent ``within`` that time, and when the call ends or is put on hold. The message says how long it spoke
        on, and how long it paused; it is followed for 1.5 s more. A text or recording that the
        agent sends is waited for; while it sends other sound itself this is an error.

        | =Argument= | =Meaning= |
        | ``text`` | What to say, or a recording: ``file:stop.wav``, beside the suite or in the working directory. |
        | ``within`` | How long the other side may speak after the text has begun; more than 0. |
        | ``silence`` | How long it must be silent then, at least 0.3 s. |
        | ``voice``, ``language``, ``speed`` | As in `Say`. |
        | ``timeout`` | How long the other side may take to speak; the library's timeout when left out. |

        Example:
        | Verify Barge In | alice | stop please |
        | ${stop} = | Verify Barge In | alice | I would like to speak to an operator | within=800ms |
        | Log | The prompt stopped after ${stop}. |
        """
        least, allowed = self._silence_of(silence), self._seconds(within)
        if not allowed:
            raise UsageError(
                "within=0 s is no time to fall silent in: say how long the other side may speak on."
            )
        patience = self._seconds(timeout)
        interruption = self._interruption(agent, text, voice, language, speed, call)
        result = interruption.verify_stop(allowed, patience, least)
        logger.info(
            f"The other side fell silent after {result}, for {result.silence:.1f} s at least."
        )
        if result.began_before:
            logger.warn(
                f"The other side was silent already for {-result.seconds:.2f} s when {agent}"
                " interrupted it: it stopped in a pause of its prompt, or the prompt ended there."
            )
        if unheard := interruption.warning():
            logger.warn(unheard)
        return result

    @keyword(tags=("Audio", "Speech", "Wait"))
    def verify_no_barge_in(
        self,
        agent: AgentName,
        sound: str | Secret | None,
        *,
        within: timedelta = _WATCHED,
        silence: timedelta = _PAUSE,
        voice: str | None = None,
        language: str | None = None,
        speed: float = 1.0,
        call: str | None = None,
        timeout: timedelta | None = None,
    ) -> float:
        """Makes a sound while the other side speaks, and checks that it speaks on.

        Waits until the other side has spoken for 0.3 s, makes the sound, and listens until the
        other side is heard ``within`` that time after the sound began, or later. Returns the
        longest pause that it made meanwhile, in seconds.

        The sound is ``noise``, a second of white noise at -30 dBFS; ``cough``, which has the course
        of a cough and is made of noise; a recording; or any text, such as ``uh-huh``, which is said.

        Fails when the other side falls silent: for ``silence``, or 0.1 s longer than in any pause
        that it made since its turn began, whichever is longer. Its prompt may also have paused or
        come to its end just then: choose one that is long enough. Fails too when the other side does not begin to speak
        within the ``timeout``, and when the call ends or is put on hold.

        Sound is not understood: a machine that stops, and soon says *Sorry?* or begins its
        prompt anew, has only paused. `Wait Until Speech` for the words that follow in the prompt
        tells the two apart.

        | =Argument= | =Meaning= |
        | ``sound`` | ``noise``, ``cough``, ``file:sneeze.wav``, or a text. |
        | ``within`` | How long the other side must speak on, from the beginning of the sound. |
        | ``silence`` | Up to how long a pause may be, at least 0.3 s. |
        | ``voice``, ``language``, ``speed`` | As in `Say`. |
        | ``timeout`` | How long the other side may take to speak; the library's timeout when left out. |

        Example:
        | Verify No Barge In | alice | cough |
        | Verify No Barge In | alice | uh-huh | within=3s |
        """
        from ..media.line_sounds import SOUNDS

        least = self._silence_of(silence)
        watched = self._seconds(within)
        if not watched:
            raise UsageError(
                "within=0 s checks nothing: say how long the other side must speak on."
            )
        interruption = self._interruption(agent, sound, voice, language, speed, call, SOUNDS)
        pause = interruption.verify_no_stop(watched, self._seconds(timeout), least)
        logger.info(f"The other side spoke on; its longest pause was {pause:.2f} s.")
        return pause

    def _silence_of(self, silence: timedelta) -> float:
        return self._at_least(SHORTEST_SILENCE, "silence", silence)

    def _interruption(
        self,
        agent: AgentName,
        what: str | Secret | None,
        voice: str | None,
        language: str | None,
        speed: float,
        call: str | None,
        sounds: "Mapping[str, Callable[[], Speech]]" = MappingProxyType({}),
    ) -> "Interruption":
        from ..media.barge_in import Interruption

        acting_agent = self._speaking(agent, call)
        which = acting_agent.require_live_call("to speak in", call)
        text = text_to_say(what)
        shown = MASK if isinstance(what, Secret) else self._context.secrets.text(text)
        if text in sounds:
            speech = sounds[text]()
        elif text.startswith(_FILE):
            speech = _recording(Path(text.removeprefix(_FILE)))
        else:
            speech = self._context.voices.say(
                text, self._context.voices.find(voice, language, speed)
            )
        return Interruption(acting_agent, which, speech, shown)


def _recording(path: Path) -> "Speech":
    import numpy as np

    from ..audio.prompt_files import load_prompt
    from ..speech.voices import Speech

    try:
        prompt = load_prompt(find_file(path))
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Speech(prompt.samples.astype(np.float32), prompt.sample_rate)
