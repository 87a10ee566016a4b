"""Scopes: which agents end with a test or a suite, and which of their recordings are kept."""

from contextlib import ExitStack
from pathlib import Path

from robot.api import logger

from .errors import BackendError
from .keywords.base import Context
from .types import AutoClosing


class Scopes:
    """Follows the suites and tests of a run, and ends what each of them started."""

    def __init__(self, context: Context, auto_closing: AutoClosing) -> None:
        self._context = context
        self._auto_closing = auto_closing
        self._suites: list[str] = []
        self._in_test = False

    # Robot tells a suite and a test nothing of a library that one of their keywords imports, and
    # tells all of it twice when they import it under two names.

    def join(self, suite: str | None, test: str | None, output: Path) -> None:
        """Enters the suite and the test that run, unless their beginning was told."""
        if suite is not None:
            self.enter_suite(suite, output)
            if test is not None:
                self.enter_test(f"{suite}.{test}", test, output)

    def enter_suite(self, name: str, output: Path) -> None:
        """Enters a suite: agents started from now on belong to it. Idempotent."""
        if self._suites[-1:] != [name]:
            self._suites.append(name)
            self._enter(output, name)

    def enter_test(self, full_name: str, name: str, output: Path) -> None:
        """Enters a test: agents started from now on belong to it, or to its suite. Idempotent."""
        if self._in_test:
            return
        self._in_test = True
        if self._auto_closing is AutoClosing.TEST:
            self._context.scope = f"test {full_name}"
        self._begin(output, self._suites[-1], name)

    def leave_test(self, full_name: str, *, failed: bool, output: Path) -> list[str]:
        """Leaves a test: stops its agents; returns the HTML for its log. Idempotent."""
        if not self._in_test:
            return []
        self._in_test = False
        self._tell_failed_reactions()
        shown = self._ladder_and_capture(failed=failed)
        links = self._leave(f"test {full_name}", failed=failed)
        shown.append(self._players(failed=failed) or links)
        self._enter(output, self._suites[-1])
        return [html for html in shown if html]

    def leave_fixture(self, *, failed: bool) -> list[str]:
        """Leaves a suite's setup or teardown; returns the HTML for its log."""
        shown = [*self._ladder_and_capture(failed=failed), self._players(failed=failed)]
        return [html for html in shown if html]

    def leave_suite(self, name: str, *, failed: bool, output: Path) -> None:
        """Leaves a suite: stops its agents. Idempotent."""
        if self._suites[-1:] != [name]:
            return
        self._suites.pop()
        self._leave(f"suite {name}", failed=failed)
        if self._suites:
            self._enter(output, self._suites[-1])

    def forget_stopped_agents(self, output: Path) -> None:
        """Forgets the agents that have been stopped, for callers that run no tests."""
        agents = self._context.agents
        self._context.recordings.leave(failed=False, is_running=lambda agent: agent in list(agents))
        self._context.evidence.enter(output)

    def end(self) -> None:
        """Ends the run: stops all agents and the process that starts them."""
        recordings = self._context.recordings
        with ExitStack() as ending:  # each is done, whatever interrupts another
            ending.callback(self._context.launcher.close)
            ending.callback(recordings.leave, failed=False, is_running=lambda _: False)
            ending.callback(self._context.agents.stop_all)

    def _enter(self, output: Path, suite: str) -> None:
        manual = self._auto_closing is AutoClosing.MANUAL
        self._context.scope = "" if manual else f"suite {suite}"
        self._begin(output, suite)

    def _begin(self, output: Path, *names: str) -> None:
        self._context.evidence.enter(output, *names)
        self._context.recordings.enter(output, *names)
        for agent in self._context.agents:
            try:
                agent.backend.name_recordings(self._context.recordings.stem_for(agent.name))
            except BackendError:
                pass  # it died; the next keyword that uses it says so

    def _tell_failed_reactions(self) -> None:
        """Warns of what agents could not do by themselves, which must not fail the next test."""
        for agent in self._context.agents:
            with agent.changes:
                failures = agent.reactions.take_failures()
            if failures:
                logger.warn(failures)

    def _ladder_and_capture(self, *, failed: bool) -> list[str]:
        evidence = self._context.evidence
        if not evidence.is_due(failed=failed):
            return []
        return [evidence.flow(), evidence.words(), evidence.packets()]

    def _players(self, *, failed: bool) -> str:
        evidence, recordings = self._context.evidence, self._context.recordings
        due = evidence.is_due(failed=failed) and recordings.keeps(failed=failed)
        return evidence.audio() if due else ""

    def _leave(self, scope: str, *, failed: bool) -> str:
        agents = self._context.agents
        agents.stop_scope(scope)
        recordings = self._context.recordings
        kept = recordings.leave(failed=failed, is_running=lambda agent: agent in list(agents))
        return recordings.links(kept) if kept else ""
