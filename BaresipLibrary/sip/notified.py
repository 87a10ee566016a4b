"""What the notifications of a subscription say, read as their event package asks."""

from contextlib import suppress

from ..types import Mailbox
from .bodies import read_summary
from .dialog_info import DialogInfo, add_dialogs
from .presence import Presence, read_presence
from .reginfo import RegInfo, add_registrations
from .xml_bodies import UnreadableBody

#: What a reader makes of notifications; the body itself where the package is not known.
Reading = DialogInfo | Presence | Mailbox | RegInfo | str

#: The formats that a subscriber asks for, by event package.
ACCEPTED = {
    "dialog": "application/dialog-info+xml",
    "presence": "application/pidf+xml",
    "message-summary": "application/simple-message-summary",
    "reg": "application/reginfo+xml",
}


#: Bodies that wait to be read: most subscriptions are never asked what they say.
_MOST_UNREAD = 100


class NotifiedState:
    """What the notifications of one subscription say in the end, however many there were."""

    def __init__(self, event: str) -> None:
        self._event = event.lower()
        self._unread: list[str] = []
        self._known: Reading | None = None
        self._wrong = ""

    def take(self, body: str) -> None:
        """Takes in the body of the next notification; an empty one says nothing new."""
        if body.strip():
            self._unread.append(body)
        if len(self._unread) > _MOST_UNREAD:
            with suppress(UnreadableBody):
                self.read()

    def read(self) -> Reading | None:
        """The state after all notifications; None if all were empty.

        An earlier one that cannot be read is left out.

        Raises:
            UnreadableBody: the newest is not what the event package says.
        """
        for body in self._unread:
            try:
                self._known, self._wrong = _updated(self._event, self._known, body), ""
            except UnreadableBody as error:
                self._wrong = str(error)
        self._unread.clear()
        if self._wrong:
            raise UnreadableBody(self._wrong)
        return self._known


def _updated(event: str, known: Reading | None, body: str) -> Reading:
    match event:
        case "dialog":
            return add_dialogs(known if isinstance(known, DialogInfo) else None, body)
        case "reg":
            return add_registrations(known if isinstance(known, RegInfo) else None, body)
        case "presence":
            return read_presence(body)
        case "message-summary":
            return _mailbox(body)
    return body


def _mailbox(body: str) -> Mailbox:
    summary = read_summary(body)
    if summary is None:
        raise UnreadableBody("it has no line 'Messages-Waiting: yes' or 'Messages-Waiting: no'")
    return Mailbox(*summary)
