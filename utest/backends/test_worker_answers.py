"""How the worker finds the session of a call that it is about to answer."""

import asyncio

import pytest

pytest.importorskip("baresip")

from BaresipLibrary.backends.embedded.worker.answers import Answers
from BaresipLibrary.backends.embedded.worker.faults import CommandFailed

RINGING = (
    "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bK1\r\n"
    "To: <sip:bob@x>;tag=ours\r\nFrom: <sip:alice@x>;tag=theirs\r\nCall-ID: one\r\n"
    "CSeq: 7 INVITE\r\nContent-Length: 4\r\n\r\nbody"
)


class Thread:
    """A stack that runs what it is given at once."""

    async def run(self, function: object) -> int:
        assert callable(function)
        return int(function())


def session_request(answers: Answers, call_id: str = "one") -> bytes:
    return answers._session_request(call_id)


def test_a_response_leads_to_the_dialog() -> None:
    answers = Answers()
    answers.take(RINGING, sent=True)
    request = session_request(answers).decode()
    assert request.startswith("ACK sip:nobody SIP/2.0\r\nVia: ")
    assert request.endswith("CSeq: 7 INVITE\r\nContent-Length: 4\r\n\r\n")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (RINGING, False),
        (RINGING.replace("180 Ringing", "200 OK"), True),
        (RINGING.replace("SIP/2.0 180 Ringing", "INVITE sip:x SIP/2.0"), True),
        (RINGING.replace("Call-ID", "X-Other"), True),
        ("", True),
    ],
)
def test_other_messages_do_not(text: str, sent: bool) -> None:
    answers = Answers()
    answers.take(text, sent=sent)
    assert b"CSeq" not in session_request(answers)


def test_a_call_that_has_ended_is_forgotten() -> None:
    answers = Answers()
    answers.take(RINGING, sent=True)
    answers.forget("one")
    answers.forget("one")
    assert b"CSeq" not in session_request(answers)


def test_an_answer_waits_for_what_the_trace_shows() -> None:
    async def scene() -> list[int]:
        answers, tried = Answers(), []

        def action() -> int:
            tried.append(len(tried))
            asyncio.get_running_loop().call_soon(lambda: answers.take("PRACK", sent=False))
            return 11 if len(tried) < 3 else 0  # EAGAIN

        await answers._carry_out(Thread(), action)  # type: ignore[arg-type]
        return tried

    assert asyncio.run(scene()) == [0, 1, 2]


def test_a_prack_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("BaresipLibrary.backends.embedded.worker.answers._PATIENCE", 0.0)

    async def scene() -> None:
        await Answers()._carry_out(Thread(), lambda: 11)  # type: ignore[arg-type]

    with pytest.raises(CommandFailed, match="^the peer has not acknowledged "):
        asyncio.run(scene())


def test_a_call_that_has_ended_meanwhile() -> None:
    async def scene() -> None:
        await Answers()._carry_out(Thread(), lambda: 2)  # type: ignore[arg-type] # ENOENT

    with pytest.raises(CommandFailed, match="^the call has ended$"):
        asyncio.run(scene())


@pytest.mark.parametrize("name", ["Call-ID", "i", "CALL-ID", "i "])
def test_the_dialog_is_found_however_the_peer_writes_its_headers(name: str) -> None:
    """The stack repeats the names of headers as they came."""
    answers = Answers()
    answers.take(f"SIP/2.0 180 Ringing\r\n{name}: raw-1\r\nCSeq: 1 INVITE\r\n\r\n", sent=True)
    request = answers._session_request("raw-1").decode()
    assert request == f"ACK sip:nobody SIP/2.0\r\n{name}: raw-1\r\nCSeq: 1 INVITE\r\n\r\n"
