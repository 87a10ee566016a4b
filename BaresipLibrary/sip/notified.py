"""What the notifications of a subscription say, read as their event package asks."""

from collections.abc import Sequence

from ..types import Mailbox
from .bodies import read_summary
from .dialog_info import DialogInfo, read_dialogs
from .presence import Presence, read_presence
from .reginfo import RegInfo, read_registrations
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


def read_notified(event: str, bodies: Sequence[str]) -> Reading | None:
    """What the bodies of a subscription say in the end, the oldest first; None if all are empty.

    Raises:
        UnreadableBody: the newest is not what the event package says.
    """
    bodies = [body for body in bodies if body.strip()]
    if not bodies:
        return None
    match event.lower():
        case "dialog":
            return read_dialogs(bodies)
        case "presence":
            return read_presence(bodies[-1])
        case "message-summary":
            return _mailbox(bodies[-1])
        case "reg":
            return read_registrations(bodies)
    return bodies[-1]


def _mailbox(body: str) -> Mailbox:
    summary = read_summary(body)
    if summary is None:
        raise UnreadableBody("it has no line 'Messages-Waiting: yes' or 'Messages-Waiting: no'")
    return Mailbox(*summary)
