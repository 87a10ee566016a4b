"""Who sent each SIP message, for suites that compare what both sides saw."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import trustme
from robot.api import SkipExecution
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn

from atest.resources.running_agents import agent_named
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.events import SipMessage
from BaresipLibrary.sip.messages import Message


@library(scope="SUITE", auto_keywords=True)
class Directions:
    """Keywords about the SIP messages between two agents."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Listener: removes the certificate."""
        if self._folder is not None:
            self._folder.cleanup()

    def certificate(self) -> str:
        """A certificate and its key for 127.0.0.1, in one file."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory()
            proof = trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem
            proof.write_to_path(Path(self._folder.name) / "agent.pem")
        return f"{self._folder.name}/agent.pem"

    def able_to(self, name: str, what: Capability) -> bool:
        """Whether that agent's baresip has a capability."""
        return what in agent_named(name).backend.capabilities

    def consultation_should_be_understood(self, transferor: str, transferee: str) -> None:
        """Skips the test unless an attended transfer is something that both can, and in one way."""
        for name in (transferor, transferee):
            if not self.able_to(name, Capability.ATTENDED_TRANSFER):
                raise SkipExecution(f"{agent_named(name).backend.description} knows no Replaces.")
        if _writes_tags(transferor) != _writes_tags(transferee):
            raise SkipExecution("Baresip before 3.23 writes and reads Replaces without its tags.")

    def what_one_sent_the_other_should_have_received(self, one: str, other: str) -> None:
        """Fails unless both saw the same messages of their newest calls, in opposite directions."""
        agents = agent_named(one), agent_named(other)

        def agree() -> bool | None:
            return _sides(agents[0]) == {(text, not sent) for text, sent in _sides(agents[1])}

        if not wait_until(agents[0].changes, lambda: agree() or None, 5.0):
            shown = [_shown(agent) for agent in agents]
            raise AssertionError("They disagree.\n" + "\n\n".join(shown))
        print(_shown(agents[0]))

    def request_uri_should_repeat_nothing(self, name: str) -> None:
        """Fails when the URI that an agent dialled last has one parameter twice."""
        first = next(message for sent, message in _messages(agent_named(name)) if sent)
        parameters = first.start_line.split()[1].split(";")[1:]
        if len(set(parameters)) < len(parameters):
            raise AssertionError(f"{name} sent: {first.start_line}")

    def requests_sent_should_be(self, name: str, *expected: str) -> None:
        """Fails unless these are the methods that an agent sent in its newest call, in order.

        What was sent once more, octet by octet, was sent because no answer came in time.
        """
        sent = {
            message.text: message.method
            for is_sent, message in _messages(agent_named(name))
            if is_sent
        }
        BuiltIn().should_be_equal([one for one in sent.values() if one], list(expected))


def _writes_tags(name: str) -> bool:
    version = getattr(agent_named(name).backend, "version", None)  # the wheel is of the 4.x line
    return version is None or version >= (3, 23)


def _messages(agent: Agent) -> Iterator[tuple[bool, Message]]:
    with agent.changes:
        seen: list[SipMessage] = list(agent.journal.messages(agent.last_call.call_id))
    return ((one.sent, Message(one.text)) for one in seen)


def _sides(agent: Agent) -> set[tuple[str, bool]]:
    return {(message.text, sent) for sent, message in _messages(agent)}


def _shown(agent: Agent) -> str:
    lines = (f"{'>' if sent else '<'} {message.start_line}" for sent, message in _messages(agent))
    return "\n".join([agent.name, *lines])
