"""A plugin as a team writes one: keywords of its own, a backend, and a listener."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from assertionengine import AssertionOperator

from BaresipLibrary import (
    AgentName,
    Backend,
    BackendSetup,
    CallFailure,
    Context,
    EmbeddedBackend,
    ExternalBackend,
    Frequency,
    Plugin,
    keyword,
)
from BaresipLibrary.backends.embedded.wheel import is_installed


class CountsInvites(Backend):
    """What both counting backends share."""

    name = "counting"
    counts: Counter[str]

    def dial(self, uri: str, headers: Sequence[tuple[str, str]] = ()) -> str:
        self.counts["INVITE"] += 1
        return super().dial(uri, headers)  # type: ignore[safe-super]


class CountingEmbedded(CountsInvites, EmbeddedBackend):
    name = "counting"

    def __init__(self, setup: BackendSetup) -> None:
        super().__init__(*setup)
        self.counts = Counter()


class CountingExternal(CountsInvites, ExternalBackend):
    name = "counting"

    def __init__(self, setup: BackendSetup) -> None:
        super().__init__(*setup)
        self.counts = Counter()


class OurPhones(Plugin):
    """Greets in tones."""

    ROBOT_LISTENER_API_VERSION: ClassVar = 3
    ROBOT_LISTENER_PRIORITY: ClassVar = 1

    def __init__(self, context: Context, backend: str = "auto", tone: str = "440 Hz") -> None:
        super().__init__(context)
        self.tone = Frequency.parse(tone)
        self.at_ends: list[str] = []
        embedded = backend == "embedded" or (backend == "auto" and is_installed())
        self.register_backend(
            "counting", CountingEmbedded if embedded else CountingExternal, program=not embedded
        )

    @keyword
    def greet(self, agent: AgentName, listener: AgentName) -> float:
        """Sends our tone, which the other side must hear; returns the seconds that took."""
        self.phone(agent).send_audio(f"tone:{float(self.tone):g}")
        return self.hear(listener, self.tone)

    @keyword
    def hear(
        self, agent: AgentName, tone: Frequency, *, within: timedelta = timedelta(seconds=3)
    ) -> float:
        """Checks that an agent hears a tone."""
        return self.phone(agent).verify_audio(tone, within=within)

    @keyword("Should Have Been Called ${times} Times By")
    def should_have_been_called(self, times: int, agent: AgentName) -> None:
        """Has its argument in its name."""
        who = self.agents.get(agent)
        if len(who.calls) != times:
            raise CallFailure(f"{who.name} had {len(who.calls)} calls, not {times}.", who)

    @keyword
    def wait_for_calls(self, agent: AgentName, count: int) -> int | None:
        """Waits until an agent has had so many calls; returns None when the time is over."""
        who = self.agents.get(agent)
        return self.wait_until(lambda: len(who.calls) if len(who.calls) >= count else None)

    @keyword(tags=["Getter"])
    def get_invites(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> int:
        """Returns how many INVITEs the agent's backend was asked to send."""
        who = self.agents.get(agent)
        return self.check(
            who,
            lambda: getattr(who.backend, "counts", {}).get("INVITE", 0),
            assertion_operator,
            assertion_expected,
            what="The INVITEs of",
            message=message,
            timeout=timeout,
        )

    @keyword(tags=["Getter"])
    def get_agents_at_ends(self) -> list[str]:
        """Returns the tests that have ended, each with the agents that ran then."""
        return self.at_ends

    def end_test(self, data: Any, result: Any) -> None:
        """Listener: runs before the library stops agents."""
        self.at_ends.append(f"{result.name}: {', '.join(map(str, self.agents))}")
