"""Understands what is said in a call."""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from ..agents.agent import Agent
from ..errors import PhoneFailure, UsageError
from ..media.results import HeardSegment, Transcript
from ..speech.heard import HeardSpeech, Word
from ..speech.masking import MASK
from ..types import AudioDirection
from .assertions import Assertion, Value, percent
from .base import AgentName, Component
from .secrecy import plain_text

if TYPE_CHECKING:
    from ..media.understanding import SpeechReader
    from ..speech.expectations import Expectation
    from ..speech.words import Phrase

_WITHIN = timedelta(seconds=10)
#: Several phrases of which one is expected, or a phrase. Robot tries these in order: as text, a list
#: with a number would be a phrase with brackets.
Phrases: TypeAlias = list[str | Secret | None] | str | Secret
_LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
_ENGLISH = "en"
#: What these look for may not be there as audio is missing, or not clear.
_PRESENT = tuple(AssertionOperator[sign] for sign in ("==", "*=", "^=", "$=", "matches"))


class SpeechKeywords(Component):
    """Waits for words, and reads transcripts."""

    @keyword(tags=("Speech", "Wait"))
    def wait_until_speech(
        self,
        agent: AgentName,
        phrase: Phrases | None = None,
        *,
        within: timedelta = _WITHIN,
        similarity: str = "80%",
        matches: str | None = None,
        language: str | None = None,
        call: str | None = None,
    ) -> HeardSpeech:
        """Waits until the agent hears somebody say a phrase, in the active call or else the last one.

        Words count from the *mark* on: the moment at which the last keyword began that acted in the
        call (`Accept`, `Send Dtmf`, `Send Audio` and so on), at this agent or at the agent at the other
        end, or the end of what the last successful `Wait Until Speech` has heard,
        whichever is later. So the same phrase is not found twice, and what is said while no keyword
        runs is not lost.

        Case, punctuation, hyphens and apostrophes do not count, accents do; *voice mail* is *voicemail*.
        A number is equal however it is said or written: ``21`` and *twenty one*, ``555-1234`` and *five
        five five one two three four*, ``$5.50`` and *five dollars and fifty cents*. It is heard as a
        whole or not at all: ``5`` is not in *-5*, *5.50*, *$5.50* or *5:30*. A unit is a word of its own:
        ``5`` is in *5%* and *5 dollars*, so write it where it matters. ``call 555. 1234`` is a number
        with a pause in it. _docs/numbers.md_ in the project has all the rules for numbers.

        A phrase is heard when its ``similarity`` with any stretch of what was said is high enough.
        That is 1 - word error rate: the substituted, missing and additional words, divided by the
        words of the phrase. Numbers, and the currency of an amount, are never forgiven: with *press two*
        the phrase ``press one`` is not heard, whatever the ``similarity``. Nor is a word forgiven that makes the
        opposite of the phrase, such as *not*, *cannot* or *unavailable*. A phrase of up to four words has to be heard word by
        word at ``80%``.

        Returns an object that prints as the words that were heard, with ``text``; ``phrase``, which
        of the phrases it is; ``begin`` (also ``at``) and ``end``, in seconds of the call's audio,
        right to about 0.2 s; ``similarity`` and ``confidence``, from 0 to 1; and ``groups``, those
        of ``matches``. What a ``Secret`` of the suite says is ``***`` in ``text`` and ``groups``.

        Returns when the phrase is understood and the speaker has paused after it: for 0.4 s, and for
        0.8 s after a number or an amount of money, which might go on. Speech without such a pause is understood piece by
        piece, each at most 13 s long. Fails when the phrase was not said ``within`` that time, and at
        once when the call has ended without it. The message says what was heard that is nearest to it.

        | =Argument= | =Meaning= |
        | ``phrase`` | The words, or a list of phrases: the one that is said first is returned. A ``Secret`` is not shown. |
        | ``within`` | How long it may take until the words are said, from now on. |
        | ``similarity`` | The least that counts, in percent: ``80%``. |
        | ``matches`` | A regular expression instead of words; case does not count. It is looked for in the words as they were written, such as ``Press 1 for sales.``, and then in their plain form, ``press 1 for sales``: lower case, without punctuation, each number in one piece, an amount of money as ``5 dollars 50``. A match begins and ends with whole numbers: with *4, 7, 1*, ``code is (\\d+)`` gets ``471``, and ``code is (\\d)`` is not found. In Robot data a backslash is written twice, as in the example. |
        | ``language`` | Such as ``en`` or ``de``, where the speech model knows several; one that it does not know is an error at once. Without it the model finds out which it is, and numbers are those of English. Number words, and what is said for signs and for $, £ and €, are known in da, de, en, es, fr, it, nl and pt; in other languages only figures are digits, and a wrong number word is forgiven like any other word. With another of these languages than English only its own words deny, such as *nicht*; else those of all of them do. |

        Example:
        | Wait Until Speech | alice | press one for sales | within=20s |
        | VAR | @{answers} | press one for sales | all lines are busy |
        | ${heard} = | Wait Until Speech | alice | ${answers} |
        | Should Be Equal | ${heard.phrase} | press one for sales |
        | ${heard} = | Wait Until Speech | alice | matches=code is (\\\\d{4}) |
        | Log | The code is ${heard.groups}[0] |
        """
        from ..media.understanding import wait_for_speech

        expectation = _expectation(phrase, matches, similarity, language)
        limit = self._seconds(within)
        reader = self._reader(agent, AudioDirection.rx, language, call)
        since = self._context.transcripts.mark(reader.agent, reader.call, reader.transcript)
        return _logged(
            reader.agent, expectation, wait_for_speech(reader, expectation, since, limit)
        )

    @keyword(tags=("Speech",))
    def verify_speech(
        self,
        agent: AgentName,
        phrase: Phrases | None = None,
        *,
        similarity: str = "80%",
        matches: str | None = None,
        language: str | None = None,
        call: str | None = None,
    ) -> HeardSpeech:
        """Checks that the agent has heard somebody say a phrase.

        It looks from the mark of `Wait Until Speech` until now, and waits no longer than it takes to
        understand that. It does not move the mark. Arguments and the returned object are those of
        `Wait Until Speech`.

        Fails when the phrase was not said, and says what was heard that is nearest to it.

        Example:
        | Wait Until Speech | alice | welcome |
        | Verify Speech | alice | your balance is twenty dollars |
        """
        from ..media.understanding import verify_speech

        expectation = _expectation(phrase, matches, similarity, language)
        reader = self._reader(agent, AudioDirection.rx, language, call)
        since = self._context.transcripts.mark(reader.agent, reader.call, reader.transcript)
        return _logged(reader.agent, expectation, verify_speech(reader, expectation, since))

    @keyword(tags=("Speech", "Getter", "Assertion"))
    def get_transcript(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        direction: AudioDirection = AudioDirection.rx,
        language: str | None = None,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> Transcript | None:
        """Returns what was said in the active call, or else in the last call, from its beginning on.

        It is text, as the engine wrote it, and assertions compare it as such: ``1`` is not *one*, and
        case counts. `Verify Speech` is more forgiving. What is expected may be a ``Secret``. Assertions see
        all that was said, except for the operator ``then``; in what is returned and in messages each
        ``Secret`` of the suite is ``***``. So where a secret was said, the returned text is not equal
        to what assertions see. The text has ``segments``, what was said between
        two pauses, each with ``text``, ``begin``, ``end``, ``confidence`` and ``words``, and
        ``words``, each with ``text``, ``begin``, ``end`` and ``confidence``; ``${text.since(3.5)}`` is
        the text from a second on. Times are seconds of the
        call's audio, right to about 0.2 s; confidences go from 0 to 1. The text is empty when no
        word was said.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.
        With a ``timeout`` and without an assertion it waits for the first words.

        | =Argument= | =Meaning= |
        | ``direction`` | ``rx``: what the agent heard; ``tx``: what it sent. |
        | ``language`` | As in `Wait Until Speech`. |

        Example:
        | ${text} = | Get Transcript | alice |
        | Get Transcript | alice | contains | Goodbye | timeout=10s |
        | Get Transcript | alice | *= | operator | direction=tx |
        """
        from ..media.following import following_recording

        wanted = Assertion(assertion_operator, plain_text(assertion_expected), message)
        _check_language(language)
        self._context.transcriber.check()
        acting_agent = self._agents.get(agent)
        which, left = self._awaited(
            acting_agent, lambda: acting_agent.require_call("to listen to", call), timeout
        )
        reader = self._reader(acting_agent, direction, language, which.call_id)
        with following_recording(acting_agent, which):
            reader.read()
            if left:
                return _awaited_text(reader, wanted, left.total_seconds())
        reader.understand_all()
        return _checked(reader, wanted, reader.heard(also_open=True))

    def _reader(
        self, agent: AgentName, direction: AudioDirection, language: str | None, call: str | None
    ) -> "SpeechReader":
        from ..media.understanding import SpeechReader

        context, listener = self._context, self._agents.get(agent)
        which = listener.require_call("to listen to", call)
        transcript = context.transcripts.of(listener, which, direction)
        context.transcriber.warm_up()
        return SpeechReader(
            listener, which, transcript, context.transcriber, context.secrets, language
        )


def _awaited_text(reader: "SpeechReader", wanted: Assertion, timeout: float) -> Transcript | None:
    """The transcript once it is as expected; without an expectation, once it has a word."""

    began = time.monotonic()
    last: tuple[list[HeardSegment], bool] | None = None

    def news() -> tuple[list[HeardSegment], bool] | None:
        reader.read()
        is_over = reader.request() and not reader.call.is_live
        new = reader.heard(), is_over
        return new if new != last or is_over else None

    # What is expected is looked for without the lock that `news` holds: that may take long.
    while (last := reader.wait(news, max(0.0, began + timeout - time.monotonic()))) is not None:
        segments, is_over = last
        if is_over:
            break
        with suppress(PhoneFailure):
            if wanted.operator or _has_words(segments):
                return _checked(reader, wanted, segments)
    reader.understand_all()
    waited = f"{round(min(timeout, time.monotonic() - began), 2):g} s"
    segments = reader.heard(also_open=True)
    if wanted.operator is None and not _has_words(segments):
        over = "" if reader.call.is_live else f", and {reader.call.describe()}"
        told = f"{reader.agent.name} {reader.verb} no word that was understood"
        raise _failure(reader, wanted, f"{told} (waited {waited}){over}.", ())
    return _checked(reader, wanted, segments, f"After {waited}, w")


def _has_words(segments: Sequence[HeardSegment]) -> bool:
    return any(segment.words for segment in segments)


def _checked(
    reader: "SpeechReader", wanted: Assertion, segments: Sequence[HeardSegment], after: str = ""
) -> Transcript | None:
    """Checks what was said as it is; what is returned and told is without what is secret.

    An expression of the operator ``then`` is told what is returned, so it gets that.
    """
    subject = f"{after or 'W'}hat {reader.agent.name} {reader.verb}"
    said, shown = Transcript(segments), Transcript(reader.shown(segments), segments)
    if wanted.operator is AssertionOperator["then"]:
        return wanted.check(Value(subject, lambda: shown))
    try:
        wanted.check(Value(subject, lambda: said))
    except PhoneFailure as failure:
        message = _masked(str(failure), subject, said, shown)
        message += _describe_hidden_difference(wanted, said, shown)
        raise _failure(reader, wanted, message, said.words) from None
    return shown


def _failure(
    reader: "SpeechReader", wanted: Assertion, message: str, words: Sequence[Word]
) -> PhoneFailure:
    """The failure of an assertion; where words may lack that were said, it explains that."""
    is_heard = reader.transcript.track.direction is AudioDirection.rx
    is_present = wanted.operator in _PRESENT and isinstance(wanted.expected, str)
    if not is_heard or wanted.message or not (is_present or wanted.operator is None):
        return PhoneFailure(message)
    from ..media.understanding import failed_hearing

    return failed_hearing(reader, message, 0.0, words)


def _masked(message: str, subject: str, said: str, shown: str) -> str:
    """A message that quotes what was said, with what is shown in its place."""
    begin = subject if message.startswith(subject) else ""
    rest = message.removeprefix(begin).replace(repr(said), repr(shown))
    return begin + rest.replace(f"'{said}'", f"'{shown}'")


def _describe_hidden_difference(wanted: Assertion, said: str, shown: str) -> str:
    """Why an assertion fails that holds for what a message shows, as a clause; else empty."""
    if said == shown or wanted.message:
        return ""
    holds = False
    with suppress(Exception):  # an expression may fail in any way
        wanted.check(Value("", lambda: shown))
        holds = True
    if not holds and MASK not in str(wanted.expected):
        return ""
    return f": secrets are shown as {MASK}, but compared as they were heard"


def _expectation(
    phrase: Phrases | None, matches: str | None, similarity: str, language: str | None
) -> "Expectation":
    """What a suite expects. Raises `UsageError` for what cannot be expected."""
    from ..speech.expectations import Expectation
    from ..speech.patterns import Pattern

    _check_language(language)
    if (phrase is None) == (matches is None):
        raise UsageError("Give either a phrase or matches=, what a regular expression matches.")
    least = _share(similarity)
    if matches is not None:
        return Expectation((), Pattern(matches), least, language)
    texts = phrase if isinstance(phrase, list) else [phrase]
    if not texts:
        raise UsageError("The list of phrases is empty, so none of them can be heard.")
    return Expectation(tuple(_phrase(text, language) for text in texts), None, least, language)


def _phrase(given: str | Secret | None, language: str | None) -> "Phrase":
    from ..speech.words import Phrase

    if given is None:
        raise UsageError("The list of phrases has None in it, which nobody can say.")
    try:
        return Phrase.parse(given, language or _ENGLISH)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _share(similarity: str) -> float:
    try:
        share = percent(similarity)
    except ValueError:
        share = 0.0
    if not 1 <= share <= 100:
        raise UsageError(
            f"similarity={similarity} is not a share of words: write 1% to 100%, such as 80%."
        )
    return share / 100


def _check_language(language: str | None) -> None:
    if language is not None and not re.fullmatch(_LANGUAGE, language):
        raise UsageError(f"'{language}' is not the code of a language; write it like en or pt-BR.")


def _logged(agent: Agent, expectation: "Expectation", heard: HeardSpeech) -> HeardSpeech:
    similar = "" if expectation.pattern else f" ({100 * heard.similarity:.0f} % of the words)"
    logger.info(f'{agent.name} heard "{heard}" at {heard.at:.1f} s{similar}.')
    return heard
