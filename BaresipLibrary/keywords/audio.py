"""Sending audio, and recognising tones in what is heard."""

from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from ..errors import UsageError
from ..types import AudioSource, Frequency
from .base import AgentName, Component
from .running import find_file

_WITHIN = timedelta(seconds=5)


class AudioKeywords(Component):
    """Sends audio, and checks tones."""

    @keyword(tags=("Audio",))
    def send_audio(self, agent: AgentName, source: AudioSource, *, call: str | None = None) -> None:
        """Sends a tone, a recording or silence from now on, in the active call.

        Without a call, the agent's next calls will send it. A recording is played once, followed by
        silence. It may have any format that libsndfile reads and any sample rate; stereo is mixed
        to mono.

        Fails when the file is missing or is not audio.

        | =Argument= | =Meaning= |
        | ``source`` | ``tone:440`` or ``440 Hz``; ``file:prompt.wav``, beside the suite, in the working directory or in a package, as ``file:BaresipLibrary/prompts/welcome.wav``; ``silence``. |

        Example:
        | Send Audio | alice | tone:440 |
        | Send Audio | alice | file:${CURDIR}/prompt.wav |
        """
        from ..media.sending import send

        speaker = self._speaking(agent, call)
        if source.file is not None:
            source = AudioSource(file=find_file(source.file))
        try:
            send(speaker, source, call)
        except (FileNotFoundError, ValueError) as error:
            raise UsageError(str(error)) from error

    @keyword(tags=("Audio", "Wait"))
    def verify_audio(
        self,
        agent: AgentName,
        frequency: Frequency,
        *,
        within: timedelta = _WITHIN,
        call: str | None = None,
    ) -> float:
        """Checks that the agent hears a steady tone; returns as soon as that is certain.

        Only audio that arrives from now on counts. The tone must be the main part of it, and within
        1 % of the frequency. Returns how many seconds that took.

        Fails when the tone is not heard ``within`` that time, and at once when the call ends.

        | =Argument= | =Meaning= |
        | ``frequency`` | Such as ``440 Hz``; below half the sample rate of the call's codec. |
        | ``within`` | How long to listen at most. |

        Example:
        | Verify Audio | bob | 440 Hz | within=5s |
        """
        from ..media.tones import listen_for_tone

        listener = self._agents.get(agent)
        heard = listen_for_tone(listener, float(frequency), self._seconds(within), call)
        logger.info(str(heard))
        return heard.after

    @keyword(tags=("Audio", "Wait"))
    def verify_audio_connection(
        self, agent: AgentName, other: AgentName, *, within: timedelta = _WITHIN
    ) -> None:
        """Checks that two agents hear each other, in both directions at the same time.

        Each agent sends a tone of its own; afterwards it sends again what it sent before. The tones
        are sent in the call that both agents share; a call that is still being set up, as after a
        transfer, is waited for. When a server stands between them and each agent has a call of its
        own, it is the newest established call of each that is not on hold.

        Fails when a direction carries no tone ``within`` that time. The message says which
        direction, and what was heard instead.

        Example:
        | Verify Audio Connection | alice | bob |
        """
        from ..media.connections import check_connections

        first, second = self._agents.get(agent), self._agents.get(other)
        (connection,) = check_connections([(first, second)], self._seconds(within))
        if connection.trouble:
            raise connection.trouble
        for heard in connection.heard:
            logger.info(str(heard))
