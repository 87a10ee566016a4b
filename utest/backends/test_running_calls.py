"""The calls that an attached baresip has already, as 1.0 and 4.10 list them."""

import time

import pytest

from BaresipLibrary.backends.external.running_calls import is_on_hold, running_calls
from BaresipLibrary.errors import CommandRefused

NOW = 1000.0
#: What 1.0 and 4.10 print; the second account of the latter is another one.
OLD = """
--- Active calls (2) ---
  [line 1]  0:00:00    INCOMING             sip:carol@127.0.0.1:5090
> [line 2]  0:01:05  ESTABLISHED  (on hold)  sip:bob@127.0.0.1:5080
"""
NEW = """
User-Agent: device@127.0.0.1
--- Active calls (2) ---
  [line 1, id in]  0:00:00   INCOMING             sip:carol@127.0.0.1:5090
> [line 2, id out]  0:01:05  ESTABLISHED  (on hold)  sip:bob@127.0.0.1:5080

User-Agent: desk@127.0.0.1
--- Active calls (1) ---
> [line 1, id other]  0:00:09  ESTABLISHED             sip:dave@127.0.0.1:5070
"""
SHOWN = {
    "1": """
===== Call debug (INCOMING) =====
 local_uri: (null) <sip:device@127.0.0.1:5060>
 peer_uri:  Carol <sip:carol@127.0.0.1:5090>
 af=AF_INET id=in
 direction: Incoming
""",
    "2": """
===== Call debug (ESTABLISHED) =====
 local_uri: (null) <sip:device@127.0.0.1:5060>
 peer_uri:  (null) <sip:bob@127.0.0.1:5080>
 af=AF_INET id=out
 direction: Outgoing
""",
}


@pytest.mark.parametrize("listed", [OLD, NEW])
def test_the_calls_of_one_account(listed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: NOW)

    def ask(*commands: tuple[str, str]) -> list[str]:
        if commands == (("listcalls", ""),):
            return [listed]
        (line, number), status = commands
        assert (line, status) == ("line", ("callstat", ""))
        return ["", SHOWN[number]]

    out, incoming = running_calls(ask, "sip:device@127.0.0.1:5060")
    assert (out.call_id, out.peer, out.incoming) == ("out", "sip:bob@127.0.0.1:5080", False)
    assert (out.established, out.on_hold, out.began_at) == (True, True, NOW - 65)
    assert (incoming.call_id, incoming.peer) == ("in", "sip:carol@127.0.0.1:5090")
    assert (incoming.incoming, incoming.established, incoming.on_hold) == (True, False, False)


def test_a_call_that_has_just_ended_is_left_out() -> None:
    answers = iter([[OLD], ["", "(no active calls)"], ["", "(no active calls)"]])
    assert running_calls(lambda *_: next(answers), "sip:device@127.0.0.1:5060") == []


def test_calls_that_ring_at_a_baresip_without_commands_for_them() -> None:
    """3.18 has these only once a call is up."""
    ringing = NEW.partition("> [")[0]

    def ask(*commands: tuple[str, str]) -> list[str]:
        if commands == (("listcalls", ""),):
            return [ringing]
        raise CommandRefused("command not found (line)")

    (call,) = running_calls(ask, "sip:device@127.0.0.1:5060")
    assert (call.call_id, call.peer) == ("in", "sip:carol@127.0.0.1:5090")
    assert (call.incoming, call.established, call.on_hold) == (True, False, False)


@pytest.mark.parametrize(("marked", "held"), [("> [line 2]", True), ("> [line 1]", False)])
def test_the_call_that_was_chosen_is_on_hold(marked: str, held: bool) -> None:
    shown = OLD.replace("> [line 2]", "  [line 2]").replace(f"  {marked[2:]}", marked)
    assert is_on_hold(lambda *_: ["", shown], "out") is held
