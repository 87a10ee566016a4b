"""The Python API, on real agents; docs/extending.md shows more of it, and is run."""

import inspect
import re
import typing
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

import BaresipLibrary
from BaresipLibrary import (
    AgentSettings,
    AgentState,
    BackendError,
    EmbeddedBackend,
    Phone,
    PhoneFailure,
    Phones,
    UsageError,
)
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.keywords.agents import AgentKeywords

pytestmark = pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")


@pytest.fixture
def phones() -> Iterator[Phones]:
    with Phones(timeout=5) as phones:
        yield phones


def test_every_option_of_start_agent_is_a_setting() -> None:
    options = list(inspect.signature(AgentKeywords.start_agent).parameters)
    named = ["self", "name", "username", "domain", "password"]
    assert options == [*named, *typing.get_type_hints(AgentSettings)]


def test_the_page_lists_the_keywords_that_have_no_method() -> None:
    page = (Path(__file__).parent.parent / "docs" / "extending.md").read_text("utf-8")
    listed = page.partition("These keywords have no method: ")[2]
    without = {"_".join(name.lower().split()) for name in re.findall("`([^`]+)`", listed)}
    elsewhere = {
        *("start_agent", "save_sip_trace", "stop_all_agents", "stop_agent"),  # of Phones, `stop`
        *("get_peer_name", "get_peer_number", "get_peer_uri"),  # of `peer`
    }
    keywords = set(BaresipLibrary.BaresipLibrary().get_keyword_names())
    shortened = {name: re.sub("^(get|call)_", "", name) for name in keywords}
    assert elsewhere < keywords
    assert without == {
        name
        for name in keywords - elsewhere
        if not hasattr(Phone, name) and not hasattr(Phone, shortened[name])
    }


def test_all_public_names_are_there() -> None:
    assert all(hasattr(BaresipLibrary, name) for name in BaresipLibrary.__all__)


def test_two_phones_talk_and_nothing_is_left_of_them(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    with Phones(timeout=timedelta(seconds=5), output=tmp_path) as phones:
        alice, bob = phones.start("alice"), phones.start("bob")
        call = alice.dial(bob)
        assert bob.accept() is bob.agent.active_call
        alice.wait_until_state_is(AgentState.ESTABLISHED)
        assert (alice.state, call.state.name) == (AgentState.ESTABLISHED, "ESTABLISHED")
        assert alice.peer is not None and alice.peer.number == "bob"
        alice.verify_audio_connection(bob)
        folder = alice.agent.backend.folder
        assert list(map(str, phones)) == ["alice", "bob"]
    assert not set(psutil.Process().children(recursive=True)) - before
    assert not folder.exists()
    assert {file.name for file in (tmp_path / "recordings").iterdir()} == {
        f"{name}-1-{direction}.wav" for name in ("alice", "bob") for direction in ("rx", "tx")
    }


def test_without_an_output_folder_recordings_are_deleted() -> None:
    with Phones(timeout=5) as phones:
        alice, bob = phones.start("alice"), phones.start("bob")
        alice.dial(bob)
        bob.accept()
        alice.wait_until_state_is("ESTABLISHED")
        alice.verify_audio_connection(bob)
        media = alice.agent.calls[0].media
        assert media is not None and media.rx.exists()
    assert not media.rx.exists()
    assert not media.rx.parent.parent.exists()


def test_a_failure_is_explained_by_what_the_other_phone_did(phones: Phones) -> None:
    alice, bob = phones.start("alice"), phones.start("bob")
    alice.send_audio("tone:440")
    alice.dial(bob)
    bob.accept()
    alice.wait_until_state_is("ESTABLISHED")
    told = r"^bob heard no 620 Hz tone within 1 s: .* alice sends tone:440\.$"
    with pytest.raises(PhoneFailure, match=told) as caught:
        bob.verify_audio(620, within=1)
    assert isinstance(caught.value, AssertionError)


def in_a_call(phones: Phones) -> tuple[Phone, Phone]:
    """Alice and Bob, in a call."""
    alice, bob = phones.start("alice"), phones.start("bob")
    alice.dial(bob)
    bob.accept()
    alice.wait_until_state_is("ESTABLISHED")
    return alice, bob


def test_the_call_that_is_accepted_is_returned(phones: Phones) -> None:
    alice, bob = in_a_call(phones)
    carol = phones.start("carol")
    carol.dial(bob)
    bob.wait_until_state_is("RINGING")
    ringing = bob.agent.active_call
    assert ringing is not None
    alice_again = bob.dial(alice)  # newer, and active
    assert bob.accept() is ringing
    bob.hang_up(call=alice_again)
    carol.wait_until_state_is("ESTABLISHED")


def test_a_phone_deflects_to_another(phones: Phones) -> None:
    alice, bob, carol = (phones.start(name) for name in ("alice", "bob", "carol"))
    alice.dial(bob)
    bob.deflect(carol)
    alice.wait_until_state_is("IDLE")
    assert alice.status_code == 302


def test_a_muted_phone_is_not_heard(phones: Phones) -> None:
    alice, bob = in_a_call(phones)
    alice.send_audio("440 Hz")
    bob.verify_audio(440)
    alice.mute()
    assert bob.verify_silence(0.5) == "digital silence"
    alice.unmute()
    assert 0 < bob.verify_audio("0.44 kHz") < 5
    alice.should_stay_established(0.1)


def test_a_prompt_is_recognised(phones: Phones) -> None:
    alice, bob = in_a_call(phones)
    prompt = Path(__file__).parent.parent / "resources" / "prompts" / "welcome.wav"
    alice.send_audio(f"file:{prompt}")
    other = str(prompt.with_name("busy.wav"))
    assert bob.verify_prompt(prompt, within=3, others=[other]).name == "welcome.wav"


def test_a_transfer_with_consultation(phones: Phones) -> None:
    alice, bob = in_a_call(phones)
    carol = phones.start("carol")
    asking = bob.attended_transfer(carol)
    carol.reject(603, reason="Not now")
    with pytest.raises(PhoneFailure, match="603 Not now"):
        bob.complete_transfer()
    assert asking.status_code == 603
    bob.abort_transfer()
    asking = bob.attended_transfer(carol)
    assert asking in bob.agent.calls
    carol.accept()
    bob.complete_transfer()
    alice.verify_audio_connection(carol)


def test_without_a_registrar_there_is_nothing_to_register_with(phones: Phones) -> None:
    alice = phones.start("alice")
    for act in (alice.register, alice.unregister):
        with pytest.raises(UsageError, match="^alice .*domain"):
            act()
    assert not alice.registered


def test_phones_can_be_closed_twice_and_used_again() -> None:
    phones = Phones(timeout=5)
    in_a_call(phones)
    phones.close()
    phones.close()
    assert not list(phones)
    alice, bob = in_a_call(phones)
    alice.verify_audio_connection(bob)
    phones.close()


def test_a_phone_is_stopped_at_the_end_of_its_block(phones: Phones) -> None:
    with phones.start("alice") as alice:
        assert phones["alice"].agent is alice.agent
    with pytest.raises(UsageError, match="There is no agent 'alice'"):
        phones["alice"]
    alice.stop()
    with phones.start("alice") as another:
        alice.stop()  # its name is another's now
        assert phones["alice"].agent is another.agent


def test_bad_arguments_are_reported_and_leave_nothing(phones: Phones) -> None:
    with pytest.raises(UsageError, match="'transport' got value 'tpc'"):
        phones.start("alice", transport="tpc")
    with pytest.raises(UsageError, match="Did you mean 'transport'"):
        phones.start("alice", trasport="tcp")  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="takes a username with a domain"):
        phones.start("alice", "1001")
    with pytest.raises(UsageError, match="^There is no backend 'wheel'"):
        phones.start("alice", backend="wheel")
    alice = phones.start("alice")
    with pytest.raises(UsageError, match="^'UP' is not a state. States: IDLE, RINGING, EST"):
        alice.wait_until_state_is("UP")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="neither an agent, a SIP URI"):
        alice.dial("bo b")
    with pytest.raises(UsageError, match="is not an audio source"):
        alice.send_audio("loud")
    with pytest.raises(UsageError, match="is not an audio source"):
        alice.send_audio("ton:440")
    with pytest.raises(UsageError, match="^'x' is not a frequency"):
        alice.verify_audio("x")
    with pytest.raises(UsageError, match="^'foo' is not a DTMF mode. Modes: rtpevent, info, auto"):
        alice.send_dtmf("1", mode="foo")
    for time in ("5s", float("nan"), 1e300):
        with pytest.raises(UsageError, match=rf"^'{re.escape(str(time))}' is not a time: give"):
            alice.accept(timeout=time)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="alice has no call to hang up"):
        alice.hang_up()
    assert [phone.name for phone in phones] == ["alice"]


def test_an_unknown_backend_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="^There is no backend 'wheel'"):
        Phones(backend="wheel")


def test_a_timeout_that_is_not_a_time_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="^'5s' is not a time: give seconds, or a timedelta.$"):
        Phones(timeout="5s")  # type: ignore[arg-type]


def test_a_phone_that_was_stopped_does_not_act_on_a_newer_one_of_its_name(phones: Phones) -> None:
    old, bob = in_a_call(phones)
    old.stop()
    alice = phones.start("alice")
    for act in (lambda: old.dial(bob), old.hang_up, lambda: old.state, old.unregister):
        with pytest.raises(UsageError, match=r"^alice has been stopped\.$"):
            act()
    bob.wait_until_state_is("IDLE")
    for act in (lambda: bob.dial(old), lambda: bob.verify_audio_connection(old)):
        with pytest.raises(UsageError, match=r"^alice has been stopped\.$"):
            act()
    assert not alice.agent.calls
    alice.dial(bob)
    bob.accept()


def test_a_phone_of_another_group_is_not_taken_for_one_of_its_name(phones: Phones) -> None:
    alice, bob = phones.start("alice"), phones.start("bob")
    with Phones(timeout=5) as others:
        theirs = others.start("bob")
        told = "^bob belongs to another Phones: from alice, only its uri can be dialled.$"
        for act in (
            lambda: alice.dial(theirs),
            lambda: alice.verify_audio_connection(theirs),
        ):
            with pytest.raises(UsageError, match=told):
                act()
        assert theirs not in phones and bob not in others
        alice.dial(theirs.uri)
        theirs.accept()
    assert not bob.agent.calls


def test_phones_are_equal_when_they_are_the_same_agent(phones: Phones) -> None:
    alice, bob = phones.start("alice"), phones.start("bob")
    assert phones["alice"] == alice != bob
    assert alice != alice.agent
    assert len({alice, phones["alice"], bob}) == 2
    assert "alice" in phones and alice in phones
    assert "carol" not in phones and 1 not in phones
    alice.stop()
    assert "alice" not in phones and alice not in phones
    phones.start("alice")
    assert "alice" in phones and alice not in phones


def test_a_call_is_resumed_when_the_block_of_its_hold_fails(phones: Phones) -> None:
    alice, bob = in_a_call(phones)
    call = alice.agent.active_call
    assert call is not None
    with pytest.raises(ZeroDivisionError), alice.on_hold():
        assert call.on_hold
        raise ZeroDivisionError
    assert not call.on_hold
    alice.verify_audio_connection(bob)


def test_a_call_that_ends_on_hold_does_not_hide_why_the_block_failed(phones: Phones) -> None:
    alice, bob = in_a_call(phones)
    with pytest.raises(ZeroDivisionError), alice.on_hold():
        bob.hang_up()
        alice.wait_until_state_is("IDLE")
        raise ZeroDivisionError
    with pytest.raises(UsageError, match="alice has no call to hold"), alice.on_hold():
        pass


def test_closing_that_is_interrupted_still_ends_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(psutil.Process().children(recursive=True))
    phones = Phones(timeout=5)
    alice, bob = in_a_call(phones)
    alice.verify_audio_connection(bob)
    media = alice.agent.calls[0].media
    assert media is not None and media.rx.exists()

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(alice.agent.__class__, "stop", lambda _: interrupted())
    with pytest.raises(KeyboardInterrupt):
        phones.close()
    assert not set(psutil.Process().children(recursive=True)) - before
    assert not media.rx.parent.parent.exists()
    monkeypatch.undo()
    phones.close()


class CountingBackend(EmbeddedBackend):
    """Counts the INVITEs that it was asked to send."""

    dialled = 0

    def dial(self, uri: str, headers: Sequence[tuple[str, str]] = ()) -> str:
        self.dialled += 1
        return super().dial(uri, headers)


def test_phones_run_on_a_backend_that_was_registered(phones: Phones) -> None:
    phones.register_backend("counting", lambda setup: CountingBackend(*setup))
    alice, bob = phones.start("alice", backend="counting"), phones.start("bob")
    alice.dial(bob)
    bob.accept()
    assert isinstance(alice.agent.backend, CountingBackend)
    assert alice.agent.backend.dialled == 1
    with pytest.raises(UsageError, match="^There is a backend 'counting' already"):
        phones.register_backend("counting", lambda setup: CountingBackend(*setup))
    with pytest.raises(UsageError, match="^backend=counting .* takes no executable="):
        phones.start("carol", backend="counting", executable="baresip")


def test_a_phone_whose_process_has_died_says_so(phones: Phones) -> None:
    alice = phones.start("alice")
    assert alice.agent.backend.pid is not None
    psutil.Process(alice.agent.backend.pid).kill()
    with pytest.raises(BackendError, match="alice's process .*signal 9|alice.*SIGKILL"):
        alice.wait_until_state_is("RINGING")


def test_what_phones_saw_is_in_the_log_of_python(
    phones: Phones, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        alice, bob = phones.start("alice", password="s3cret"), phones.start("bob")
        alice.dial(bob)
        bob.accept()
    assert "INCOMING" in caplog.text
    assert "s3cret" not in caplog.text + repr(alice)
