"""Keeps Robot's ``Secret`` values out of what keywords write and return of speech."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from robot.api.types import Secret
from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from ..errors import UsageError
from ..report.secret_digits import without_begun_secrets
from ..speech.masking import Secrets

#: The tag of keywords whose errors, results and steps are masked, and of those whose errors are.
SPEECH, _DIGITS = "Speech", "DTMF"
#: How deep lists and dictionaries are searched.
_DEPTH = 4


@contextmanager
def hiding_secrets(
    secrets: Secrets, arguments: object, tags: Iterable[str]
) -> Iterator[Callable[[Any], Any]]:
    """A keyword runs: notes the secrets in its arguments, and masks its errors if it is of speech.

    Gives what masks a text that a keyword of speech shows or returns; other values stay: an object
    of speech is made of masked words.
    """
    note_secrets(secrets, arguments)
    if {SPEECH, _DIGITS}.isdisjoint(tags):
        yield lambda value: value
        return
    note_secrets(secrets, _variables())
    is_speech = SPEECH in tags
    mask = secrets.message if is_speech else partial(_mask_digits, secrets)
    try:
        # A text with more to it, such as a transcript, is masked by what has made it.
        yield lambda value: secrets.text(value) if is_speech and type(value) is str else value
    except Exception as error:
        _mask(error, mask)
        raise


def note_secrets(secrets: Secrets, value: object, depth: int = _DEPTH) -> None:
    """Notes every ``Secret`` in a value, in lists and dictionaries too."""
    if isinstance(value, Secret):
        secrets.add(str(value.value))
    elif isinstance(value, Mapping):
        note_secrets(secrets, list(value.values()), depth)
    elif isinstance(value, list | tuple | set) and depth:
        for member in value:
            note_secrets(secrets, member, depth - 1)


def _variables() -> object:
    """The variables that the suite can use now: a machine may say a secret nobody gave an agent."""
    try:
        return dict(BuiltIn().get_variables(no_decoration=True))
    except RobotNotRunningError:
        return {}


def _mask_digits(secrets: Secrets, message: str) -> str:
    return without_begun_secrets(secrets.message(message), secrets)


def _mask(error: BaseException, mask: Callable[[str], str]) -> None:
    """Masks the texts of an error and of those that it followed from, which a traceback shows."""
    seen: set[int] = set()
    follows: BaseException | None = error
    while follows is not None and id(follows) not in seen:
        seen.add(id(follows))
        follows.args = tuple(mask(text) if isinstance(text, str) else text for text in follows.args)
        follows = follows.__cause__ or follows.__context__


def plain_text(value: Any) -> Any:
    """A ``Secret`` without its cover, for what must be sent or compared; else the value itself."""
    return str(value.value) if isinstance(value, Secret) else value


def text_to_say(text: str | Secret | None) -> str:
    """The text itself. Raises `UsageError` for None: Robot would have it said as a word."""
    if text is None:
        raise UsageError("There is nothing to say: the text is None.")
    return str(plain_text(text))
