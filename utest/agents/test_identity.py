"""Who the remote party of a call is, read from the messages of one agent."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from BaresipLibrary.agents.identity import peer_of
from BaresipLibrary.sip.messages import split_address
from BaresipLibrary.types import Peer, PeerSource

from ..scripted import Phone

ALICE = '"Alice" <sip:100@pbx>'


@dataclass
class Talk:
    """A call of alice's phone, and what its peer says in it."""

    phone: Phone
    origin: str = ALICE
    tag: str = "peer"
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def comes_in(self, *headers: str) -> None:
        self.requests("INVITE", *headers, to_tag="")
        self.phone.rings("c1", "sip:100@pbx")

    def goes_out(self, uri: str = "sip:200@pbx", to: str | None = None) -> str:
        call_id = self.phone.agent.dial(uri)
        self.origin = to or f"<{uri}>"
        lines = ("From: <sip:alice@a>;tag=us", f"To: {self.origin}")
        self._message(f"INVITE {uri} SIP/2.0", "INVITE", *lines, call_id=call_id, sent=True)
        return call_id

    def requests(
        self, method: str, *headers: str, to_tag: str = ";tag=us", call_id: str = "c1"
    ) -> None:
        lines = (f"From: {self.origin};tag={self.tag}", f"To: <sip:alice@a>{to_tag}", *headers)
        self._message(f"{method} sip:alice@a SIP/2.0", method, *lines, call_id=call_id)

    def answers(self, status: str, call_id: str, *headers: str, tag: str = "peer") -> None:
        lines = ("From: <sip:alice@a>;tag=us", f"To: {self.origin};tag={tag}", *headers)
        self._message(f"SIP/2.0 {status}", "INVITE", *lines, call_id=call_id)

    def _message(
        self, start: str, method: str, *lines: str, call_id: str = "c1", sent: bool = False
    ) -> None:
        head = (start, f"Call-ID: {call_id}", f"CSeq: {next(self.numbers)} {method}", *lines)
        self.phone.sip("\r\n".join([*head, "", ""]), sent=sent)

    def peer(self, source: PeerSource) -> Peer:
        found = peer_of(self.phone.agent, source)
        assert found is not None
        return found

    @property
    def connected(self) -> str:
        return str(self.peer(PeerSource.connected))


@pytest.fixture
def talk(phone: Phone) -> Talk:
    return Talk(phone)


CAROL = 'P-Asserted-Identity: "Carol" <sip:+4930@pbx>'


def test_without_a_call_there_is_nobody(phone: Phone) -> None:
    assert [peer_of(phone.agent, source) for source in PeerSource] == [None] * 3


def test_a_caller_is_whom_its_from_names(talk: Talk) -> None:
    talk.comes_in()
    found = talk.peer(PeerSource.initial)
    assert (found.uri, found.number, found.name) == ("sip:100@pbx", "100", "Alice")
    assert found.header == "From" and not found.anonymous
    assert talk.connected == ALICE
    assert peer_of(talk.phone.agent, PeerSource.asserted) is None


def test_who_is_asserted_is_connected_and_the_caller_stays(talk: Talk) -> None:
    talk.comes_in(CAROL)
    assert talk.peer(PeerSource.asserted).name == "Carol"
    assert talk.connected == '"Carol" <sip:+4930@pbx>'
    assert str(talk.peer(PeerSource.initial)) == ALICE


@pytest.mark.parametrize(
    ("headers", "shown", "header"),
    [
        (["Remote-Party-ID: <sip:2@pbx>;party=calling"], "<sip:2@pbx>", "Remote-Party-ID"),
        (
            ["Remote-Party-ID: <sip:2@pbx>", "P-Asserted-Identity: <sip:3@pbx>"],
            "<sip:3@pbx>",
            "P-Asserted-Identity",
        ),
        (
            ["P-Asserted-Identity: <sip:3@pbx>, <tel:+3>", "P-Asserted-Identity: <tel:+4>"],
            "<sip:3@pbx>",
            "P-Asserted-Identity",
        ),
        (["p-asserted-identity: tel:+4930"], "<tel:+4930>", "P-Asserted-Identity"),
    ],
)
def test_the_first_of_the_more_trusted_header_is_asserted(
    talk: Talk, headers: list[str], shown: str, header: str
) -> None:
    talk.comes_in(*headers)
    found = talk.peer(PeerSource.asserted)
    assert (f"<{found.uri}>", found.header) == (shown, header)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "BYE"])
@pytest.mark.parametrize("origin", ["<sip:100@pbx>", "sip:100@pbx", '"Alice B." <sip:100@pbx>'])
def test_another_spelling_of_the_caller_undoes_no_assertion(
    talk: Talk, method: str, origin: str
) -> None:
    talk.comes_in(CAROL)
    talk.origin = origin
    talk.requests(method)
    assert talk.connected == '"Carol" <sip:+4930@pbx>'


def test_a_name_that_is_left_out_later_is_kept_and_a_new_one_is_taken(talk: Talk) -> None:
    talk.comes_in()
    talk.origin = "<sip:100@pbx>"
    talk.requests("INVITE")
    assert talk.connected == ALICE
    talk.origin = '"Reception" <sip:100@pbx>'
    talk.requests("UPDATE")
    assert talk.connected == '"Reception" <sip:100@pbx>'
    assert str(talk.peer(PeerSource.initial)) == ALICE


def test_a_from_with_another_uri_is_somebody_else_even_after_an_assertion(talk: Talk) -> None:
    talk.comes_in(CAROL)
    talk.origin = "<sip:300@pbx>"
    talk.requests("UPDATE")
    assert talk.connected == "sip:300@pbx"
    assert talk.peer(PeerSource.connected).header == "From"
    assert talk.peer(PeerSource.asserted).name == "Carol"


def test_the_newest_assertion_counts(talk: Talk) -> None:
    talk.comes_in(CAROL)
    talk.requests("UPDATE", "Remote-Party-ID: <sip:5@pbx>")
    talk.requests("INFO")
    assert talk.peer(PeerSource.asserted).uri == "sip:5@pbx"
    assert talk.peer(PeerSource.connected).uri == "sip:5@pbx"


def test_whoever_was_dialled_is_connected_until_somebody_else_is_asserted(talk: Talk) -> None:
    call_id = talk.goes_out(to='"Bob" <sip:200@pbx>')
    talk.answers("180 Ringing", call_id)
    assert talk.peer(PeerSource.connected).uri == "sip:200@pbx"
    talk.answers("200 OK", call_id, 'P-Asserted-Identity: "Desk" <sip:201@pbx>')
    assert talk.connected == '"Desk" <sip:201@pbx>'
    talk.requests("BYE", call_id=call_id)  # as we named it in the To
    assert talk.connected == '"Desk" <sip:201@pbx>'
    assert talk.peer(PeerSource.initial).uri == "sip:200@pbx"


def test_phones_that_rang_but_did_not_answer_are_not_the_peer(talk: Talk) -> None:
    call_id = talk.goes_out()
    talk.answers("180 Ringing", call_id, "P-Asserted-Identity: <sip:1@pbx>", tag="one")
    talk.answers("180 Ringing", call_id, "P-Asserted-Identity: <sip:2@pbx>", tag="two")
    assert talk.peer(PeerSource.asserted).uri == "sip:2@pbx"
    talk.answers("200 OK", call_id, tag="one")
    assert talk.peer(PeerSource.asserted).uri == "sip:1@pbx"


@pytest.mark.parametrize(
    ("origin", "privacy", "anonymous"),
    [
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', [], True),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', ["Privacy: id"], True),
        ("<sip:Restricted@ANONYMOUS.invalid>", [], True),
        ("<sip:Anonymous@192.0.2.1>", [], True),
        ("<sip:anon@invalid>", [], False),
        (ALICE, ["Privacy: none"], False),
        (ALICE, [], False),
    ],
)
def test_an_anonymous_caller(talk: Talk, origin: str, privacy: list[str], anonymous: bool) -> None:
    talk.origin = origin
    talk.comes_in(*privacy, CAROL)
    assert talk.peer(PeerSource.initial).anonymous is anonymous
    assert talk.peer(PeerSource.asserted).number == "+4930"


@pytest.mark.parametrize(
    ("lines", "privacy"),
    [
        (["Privacy: id"], ("id",)),
        (["Privacy: ID, critical"], ("id", "critical")),
        (["Privacy: ID ; header;;"], ("id", "header")),
        (["Privacy: id", "Privacy: critical"], ("id", "critical")),
        (["Privacy: ;"], ()),
    ],
)
def test_the_privacy_that_is_asked_for(
    talk: Talk, lines: list[str], privacy: tuple[str, ...]
) -> None:
    talk.comes_in(*lines)
    assert talk.peer(PeerSource.initial).privacy == privacy


def test_a_name_with_quotes_prints_as_in_a_header() -> None:
    name = 'Bob "\\o/" B'
    assert split_address(str(Peer("sip:b@h", "b", name))) == (name, "sip:b@h")


@pytest.mark.parametrize(
    "value",
    [
        "",
        ",",
        '"<" ;;;',
        "<",
        "<>",
        '"unclosed <sip:1@pbx>',
        "\\\\\\",
        "\ufffd\ufffd",
        "<script>alert(1)</script>",
        "<sip:" + "9" * 100_000 + "@pbx>",
        '"' * 100_001,
        "," * 100_000,
        "<" * 100_000,
        "sip:%00%ff@[::",
    ],
)
def test_hostile_values_are_read_as_they_came(talk: Talk, value: str) -> None:
    talk.comes_in(f"P-Asserted-Identity: {value}", f"Remote-Party-ID: {value}", f"Privacy: {value}")
    talk.origin = value
    talk.requests("UPDATE", f"P-Asserted-Identity: {value}")
    for source in PeerSource:
        found = peer_of(talk.phone.agent, source)
        assert found is None or isinstance(str(found), str)
    assert str(talk.peer(PeerSource.initial)) == ALICE
