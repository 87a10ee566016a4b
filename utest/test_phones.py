"""The Python API, on real agents; docs/extending.md shows more of it, and is run."""

import inspect
import typing
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

import BaresipLibrary
from BaresipLibrary import (
    AgentSettings,
    AgentState,
    BackendError,
    Phone,
    PhoneFailure,
    Phones,
    UsageError,
)
from BaresipLibrary.backends.embedded.backend import is_installed
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
    assert 0 < bob.verify_audio(440) < 5
    alice.should_stay_established(0.1)


def test_a_prompt_is_recognised(phones: Phones) -> None:
    alice, bob = in_a_call(phones)
    prompt = Path(__file__).parent.parent / "resources" / "prompts" / "welcome.wav"
    alice.send_audio(f"file:{prompt}")
    assert bob.verify_prompt(prompt, within=3).name


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
    with pytest.raises(ValueError, match="is not an audio source"):
        alice.send_audio("loud")
    with pytest.raises(UsageError, match="alice has no call to hang up"):
        alice.hang_up()
    assert [phone.name for phone in phones] == ["alice"]


def test_a_backend_that_there_is_not_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="^There is no backend 'wheel'"):
        Phones(backend="wheel")


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
