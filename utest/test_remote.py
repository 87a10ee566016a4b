"""The library as XML-RPC carries it; atest/parallel/remote.robot calls through it."""

import xmlrpc.client
from collections.abc import Iterator

import pytest
from robot.libraries.Remote import ArgumentCoercer
from robot.output.stdoutlogsplitter import StdoutLogSplitter

from BaresipLibrary import AgentName, BaresipLibrary, Phone, Plugin, keyword
from BaresipLibrary.errors import UsageError
from BaresipLibrary.remote import RemoteLibrary, print_log, settings
from BaresipLibrary.types import BackendName


@pytest.fixture
def remote() -> Iterator[RemoteLibrary]:
    library = BaresipLibrary()
    yield RemoteLibrary(library)
    library.close()


def test_what_every_keyword_takes_can_travel(remote: RemoteLibrary) -> None:
    for name in remote.get_keyword_names():
        arguments = remote.get_keyword_arguments(name)
        assert xmlrpc.client.loads(xmlrpc.client.dumps((arguments,)))[0][0] == arguments
        assert remote.get_keyword_documentation(name)


def test_defaults_that_robot_fills_in_are_defaults(remote: RemoteLibrary) -> None:
    with pytest.raises(UsageError, match="takes a username with a domain"):
        remote.run_keyword("start_agent", ["alice", "None", "pbx"])


def test_a_secret_is_refused(remote: RemoteLibrary) -> None:
    from robot.api.types import Secret

    sent = ArgumentCoercer().coerce([Secret("pw")])
    with pytest.raises(UsageError, match="cannot travel"):
        remote.run_keyword("start_agent", ["alice", "1001", "pbx", *sent])


def test_a_bad_value_is_refused_by_name(remote: RemoteLibrary) -> None:
    with pytest.raises(ValueError, match="'state' got value 'up'"):
        remote.run_keyword("wait_until_state_is", ["alice", "up"])


@pytest.mark.parametrize("html", [False, True])
def test_what_came_over_the_wire_starts_no_message(
    html: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    print_log("one\n*HTML* <script>\n*ERROR* two", "DEBUG", html)
    (message,) = StdoutLogSplitter(capsys.readouterr().out)
    assert message.level == ("INFO" if html else "DEBUG")


def test_settings_are_those_of_the_import() -> None:
    found = settings(["backend=external", "timeout=5s"])
    assert found["backend"] == BackendName.external
    assert found["timeout"].total_seconds() == 5


def test_plugins_are_settings_and_their_phones_travel_as_names() -> None:
    library = BaresipLibrary(**settings([f"plugins={__name__}.Naming"]))
    remote = RemoteLibrary(library)
    remote.run_keyword("start_agent", ["alice"])
    assert remote.run_keyword("phone_of", ["alice"]) == "alice"
    library.close()


class Naming(Plugin):
    @keyword
    def phone_of(self, agent: AgentName) -> Phone:
        """Returns a phone."""
        return self.phone(agent)


@pytest.mark.parametrize("word", ["tiemout=5s", "timeout=soon"])
def test_a_wrong_setting_is_named(word: str) -> None:
    with pytest.raises(SystemExit, match=word.partition("=")[0]):
        settings([word])


def test_a_server_forgets_agents_that_were_stopped_when_the_next_one_starts() -> None:
    library = BaresipLibrary()
    remote = RemoteLibrary(library)
    remote.run_keyword("start_agent", ["alice"])
    remote.run_keyword("start_agents", ["bob", "2"])
    remote.run_keyword("stop_all_agents", [])
    remote.run_keyword("start_agent", ["carol"])
    record = library._context.evidence._record
    assert [agent.name for agent in record.agents] == ["carol"]
    library.close()
