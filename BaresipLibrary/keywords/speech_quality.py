"""How good speech sounds."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import NothingYet, PhoneFailure, UsageError
from ..media.results import (
    WITH_REFERENCE,
    WITHOUT_REFERENCE,
    SpeechQualityField,
    SpeechScore,
)
from .assertions import Assertion, Value, number
from .base import AgentName, Component, Context
from .running import find_file

if TYPE_CHECKING:
    from ..media.speech_quality import SpeechClip, SpeechSearch


class SpeechQualityKeywords(Component):
    """Scores speech by published models."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._best: dict[object, float] = {}

    @keyword(tags=("Audio", "Speech", "Getter", "Assertion"))
    def get_speech_quality(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        reference: Path | None = None,
        field: SpeechQualityField | None = None,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> SpeechScore | float:
        """Returns how good the speech sounds that the agent heard, as a published model scores it.

        With ``reference``, the recording that was played, the model is ViSQOL 3 in speech mode. The
        reference is found in what the agent heard in the active call, or else in the last call, and
        both are compared; of several times that it was heard, the newest counts. What sounds
        different makes the score lower; a level that is only lower hardly does.

        Without ``reference`` the models are DNSMOS P.835 and PLCMOS v2. They score the newest 30 s
        at most, from the first to the last speech in them.

        | =Field= | =Score from 1 to 5= |
        | ``mos_lqo`` | With a reference, the default: listening quality (MOS-LQO). |
        | ``at_most`` | With a reference: what the reference itself scores when only the bandwidth of the call's codec is left of it. With PCMU or PCMA a wideband reference cannot reach much more than 3. |
        | ``ovrl`` | Without a reference, the default: overall quality. |
        | ``sig``, ``bak`` | Without a reference: how little the speech is distorted, and how little noise disturbs (``bak``). |
        | ``plcmos`` | Without a reference: quality where packets may have been lost. |

        The returned number has the attributes ``scale`` and ``source`` (in words), ``scores`` (all
        fields), ``begin``, ``end`` (seconds in the recording) and ``likeness``. The log shows them.
        _docs/measurements.md_ in the project shows what the models say of known degradations, and
        where they are wrong.

        It needs the extra ``quality``: ``pip install "robotframework-baresip[quality]"``. Scoring
        takes about a third of the time that the speech lasts, in a process of its own, and twice as
        much when a reference is used for the first time.

        Fails when the assertion does not hold, and when the call has had no audio, the reference was
        not heard to its end, or not 2 s of speech were heard. With ``timeout`` all this is waited
        for until the call ends; the time that scoring takes does not count.

        | =Argument= | =Meaning= |
        | ``reference`` | An audio file with 1 to 60 s of speech, as it was before the call, beside the suite or in the working directory. Speech of 5 to 10 s is best. For a score on the scale of wideband telephony it must have 16,000 samples a second or more. |
        | ``field`` | Which score. |

        Example:
        | Send Audio | bob | file:${CURDIR}/prompt.wav |
        | Get Speech Quality | alice | >= | 3.5 | reference=prompt.wav | timeout=15s |
        | Get Speech Quality | alice | > | 3 | field=sig |
        """
        from ..media.following import following_recording
        from ..media.speech_quality import NoReferenceSearch, ReferenceSearch, load_reference
        from ..speech.scoring import require_packages

        listener = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message, number)
        chosen = _checked_field(field, reference)
        require_packages("without_reference" if reference is None else "with_reference")
        file = None if reference is None else load_reference(find_file(reference))
        which, left = self._awaited(
            listener, lambda: listener.require_call("with speech", call), timeout
        )
        search: SpeechSearch = (
            NoReferenceSearch(listener, which)
            if file is None
            else ReferenceSearch(listener, which, file, self._best)
        )
        with following_recording(listener, which):
            with suppress(NothingYet):
                search.newest()  # what was heard so far, before `changes` is held
            return self._scored(listener, search, chosen, wanted, left, timeout)

    def _scored(
        self,
        listener: Agent,
        search: "SpeechSearch",
        field: SpeechQualityField,
        wanted: Assertion,
        left: timedelta | None,
        whole: timedelta | None,
    ) -> SpeechScore | float:
        """The score of the newest speech, or with time left the first that is as expected.

        `whole`: the time that was left at first.
        """
        before: SpeechClip | None = None
        failure: PhoneFailure | None = None
        while True:
            try:
                newest = partial(_newest, search, before)
                heard, left = self._awaited(listener, newest, left, whole)
            except PhoneFailure:
                if failure is None:
                    raise
                raise failure from None
            score = heard.score(field, search.scores(heard))
            subject = f"The {field.name} of what {listener.name} heard"
            logger.info(f"{subject}: {score.story}.")
            plain = Value(subject, score.__float__)
            try:
                checked = self._checked(listener, plain, wanted, None)
                return score if checked == score else checked
            except PhoneFailure as wrong:
                if left is None:
                    raise
                failure, before = wrong, heard


def _newest(search: "SpeechSearch", after: "SpeechClip | None") -> "SpeechClip":
    """The newest speech that can be scored.

    Raises:
        NothingYet: there is none.
        PhoneFailure: there is none, and there will be none, as the call is over.
    """
    is_over = not search.call.is_live  # before its audio is read, so that this is all of it
    try:
        return search.newest(after)
    except NothingYet as nothing:
        if not is_over:
            raise
        raise PhoneFailure(f"{nothing} The call is over.") from None


def _checked_field(field: SpeechQualityField | None, reference: Path | None) -> SpeechQualityField:
    """The field, else the default one.

    Raises:
        UsageError: it is one of the other kind.
    """
    known = WITHOUT_REFERENCE if reference is None else WITH_REFERENCE
    if field is None:
        return known[0]
    if field not in known:
        names = ", ".join(one.name for one in known)
        how = "without" if reference is None else "with"
        raise UsageError(f"There is no {field.name} {how} a reference; there are {names}.")
    return field
