"""Interrupting the other side of a call: whether it falls silent, and whether it speaks on."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import numpy as np
from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from ..audio.prompt_files import load_prompt
from ..errors import UsageError
from ..media.barge_in import BargeIn, Interruption
from ..media.line_sounds import cough, noise
from ..speech.voices import Speech
from .base import AgentName, Component, find_file

_WITHIN = timedelta(milliseconds=500)
_WATCHED = timedelta(seconds=2)
_FILE = "file:"
_HIDDEN = "***"
_SOUNDS = {"noise": noise, "cough": cough}


class BargeInKeywords(Component):
    """Interrupts who speaks."""

    @keyword(tags=("Audio", "Speech", "Wait"))
    def verify_barge_in(
        self,
        agent: AgentName,
        text: str | Secret,
        *,
        within: timedelta = _WITHIN,
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
        negative when the other side fell silent before it; and ``longest_pause``, the longest pause
        of the other side before. It returns when the text has been said and the silence is certain.

        A silence is certain after 0.5 s, or after the longest pause that the other side made since
        it began to speak, whichever is longer. What it says afterwards is taken for its answer. A
        prompt that comes to its end just then looks the same: interrupt where it has much left to say.

        Fails when the other side does not begin to speak within the ``timeout``, when it does not
        fall silent ``within`` that time, and when the call ends. The message says how long it spoke
        on; it is followed for 1.5 s more. While the agent sends sound itself this is an error.

        | =Argument= | =Meaning= |
        | ``text`` | What to say, or a recording: ``file:stop.wav``, beside the suite or in the working directory. |
        | ``within`` | How long the other side may speak after the text has begun. |
        | ``voice``, ``language``, ``speed`` | As in `Say`. |
        | ``timeout`` | How long the other side may take to speak; the library's timeout when left out. |

        Example:
        | Verify Barge In | alice | stop please |
        | ${stop} = | Verify Barge In | alice | I would like to speak to an operator | within=800ms |
        | Log | The prompt stopped after ${stop}. |
        """
        interruption = self._interruption(agent, text, voice, language, speed, call)
        result = interruption.verify_stop(self._seconds(within), self._seconds(timeout))
        logger.info(f"The other side fell silent after {result}.")
        return result

    @keyword(tags=("Audio", "Speech", "Wait"))
    def verify_no_barge_in(
        self,
        agent: AgentName,
        sound: str,
        *,
        within: timedelta = _WATCHED,
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

        Fails when the other side falls silent: for 0.5 s, or longer than in any pause that it made
        since it began to speak, whichever is longer. Its prompt may also have come to its end just
        then: choose one that is long enough. Fails too when the other side does not begin to speak
        within the ``timeout``, and when the call ends.

        | =Argument= | =Meaning= |
        | ``sound`` | ``noise``, ``cough``, ``file:sneeze.wav``, or a text. |
        | ``within`` | How long the other side must speak on, from the beginning of the sound. |
        | ``voice``, ``language``, ``speed`` | As in `Say`. |
        | ``timeout`` | How long the other side may take to speak; the library's timeout when left out. |

        Example:
        | Verify No Barge In | alice | cough |
        | Verify No Barge In | alice | uh-huh | within=3s |
        """
        interruption = self._interruption(agent, sound, voice, language, speed, call, _SOUNDS)
        pause = interruption.verify_no_stop(self._seconds(within), self._seconds(timeout))
        logger.info(f"The other side spoke on; its longest pause was {pause:.2f} s.")
        return pause

    def _interruption(
        self,
        agent: AgentName,
        what: str | Secret,
        voice: str | None,
        language: str | None,
        speed: float,
        call: str | None,
        sounds: Mapping[str, Callable[[], Speech]] = MappingProxyType({}),
    ) -> Interruption:
        acting_agent = self._speaking(agent)
        which = acting_agent.require_live_call("to speak in", call)
        text = what.value if isinstance(what, Secret) else what
        shown = _HIDDEN if isinstance(what, Secret) else what
        if text in sounds:
            speech = sounds[text]()
        elif text.startswith(_FILE):
            speech = _recording(Path(text.removeprefix(_FILE)))
        else:
            speech = self._context.voices.say(
                text, self._context.voices.find(voice, language, speed)
            )
        return Interruption(acting_agent, which, speech, shown)


def _recording(path: Path) -> Speech:
    try:
        prompt = load_prompt(find_file(path))
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Speech(prompt.samples.astype(np.float32), prompt.sample_rate)
