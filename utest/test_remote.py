"""The library as XML-RPC carries it; atest/parallel/remote.robot calls through it."""

import xmlrpc.client
from collections.abc import Iterator
from typing import Any

import pytest
from robot.libraries.Remote import ArgumentCoercer
from robot.output.stdoutlogsplitter import StdoutLogSplitter
from robotremoteserver import KeywordResult

from BaresipLibrary import AgentName, BaresipLibrary, Phone, Plugin, keyword
from BaresipLibrary.errors import UsageError
from BaresipLibrary.media.results import HeardSegment, Transcript
from BaresipLibrary.media.rtp_statistics import DtmfEvent, RtpStatistics, RtpStream
from BaresipLibrary.remote import RemoteLibrary, print_log, settings
from BaresipLibrary.rtp import RtpGap
from BaresipLibrary.speech.heard import Word
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


def test_a_transcript_travels_as_its_text(
    remote: RemoteLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Transcript([HeardSegment(0.0, 1.0, (Word("Goodbye.", 0.0, 1.0, 0.9),))])
    monkeypatch.setattr(remote._library, "run_keyword", lambda *_: heard)
    text = remote.run_keyword("get_transcript", ["alice"])
    assert xmlrpc.client.loads(xmlrpc.client.dumps((text,)))[0] == ("Goodbye.",)


class Naming(Plugin):
    @keyword
    def phone_of(self, agent: AgentName) -> Phone:
        """Returns a phone."""
        return self.phone(agent)


@pytest.mark.parametrize("word", ["tiemout=5s", "timeout=soon", "return=5"])
def test_a_wrong_setting_is_named(word: str) -> None:
    with pytest.raises(SystemExit, match=word.partition("=")[0]):
        settings([word])


def test_a_wrong_value_is_told_with_what_was_meant(remote: RemoteLibrary) -> None:
    with pytest.raises(ValueError, match=r"'RINGING'\. Did you mean 'ESTABLISHED'\?$"):
        remote.run_keyword("wait_until_state_is", ["alice", "connected"])


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


def test_objects_travel_as_tables(remote: RemoteLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the SSRCs: XML-RPC has 32 bits with a sign for an integer."""
    event = DtmfEvent("5", 60.0, 0xFFFFFFFF, 1.5, 5, True)
    stream = RtpStream(9, None, 0, 0, [0x9EEDBEEF, 7], [0], 20.0, 0.3, [RtpGap(1.0, 0.3)], [event])
    result = RtpStatistics(stream, stream, ["Words."])
    monkeypatch.setattr(remote._library, "run_keyword", lambda *_: result)
    sent = KeywordResult()
    sent.set_return(remote.run_keyword("get_rtp_statistics", ["alice"]))
    received = xmlrpc.client.loads(xmlrpc.client.dumps((sent.data["return"],)))[0][0]
    assert received["differences"] == ["Words."]
    assert received["sent"]["ssrcs"] == [0x9EEDBEEF, 7]
    assert received["sent"]["gaps"] == [{"at": 1.0, "seconds": 0.3}]
    assert received["received"]["lost"] == ""
    assert received["received"]["events"][0] == vars(event)


@pytest.mark.parametrize("value", [True, -(2**31), 2**31 - 1, "4294967295", 0.5, [2**40]])
def test_other_values_stay_as_they_are(
    value: Any, remote: RemoteLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote._library, "run_keyword", lambda *_: value)
    result = remote.run_keyword("get_info", ["alice"])
    assert (result, type(result)) == (value, type(value))
