"""Readers of what is notified: lamps, presence, mailboxes and registrations."""

from collections.abc import Iterable

import pytest

from BaresipLibrary.sip.dialog_info import DialogInfo
from BaresipLibrary.sip.notified import NotifiedState, Reading
from BaresipLibrary.sip.presence import read_presence
from BaresipLibrary.sip.reginfo import RegInfo
from BaresipLibrary.sip.xml_bodies import UnreadableBody, root_of
from BaresipLibrary.types import Mailbox


def read_notified(event: str, bodies: Iterable[str]) -> Reading | None:
    state = NotifiedState(event)
    for body in bodies:
        state.take(body)
    return state.read()


def read_dialogs(bodies: Iterable[str]) -> DialogInfo:
    found = read_notified("dialog", bodies)
    assert isinstance(found, DialogInfo)
    return found


def read_registrations(bodies: Iterable[str]) -> RegInfo:
    found = read_notified("reg", bodies)
    assert isinstance(found, RegInfo)
    return found


def lamp(version: object, *dialogs: tuple[str, str], state: str = "full") -> str:
    inside = "".join(f'<dialog id="{i}"><state>{s}</state></dialog>' for i, s in dialogs)
    return (
        '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"'
        f' version="{version}" state="{state}" entity="sip:bob@pbx">{inside}</dialog-info>'
    )


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ([], "idle"),
        (["terminated"], "idle"),
        (["trying"], "ringing"),
        (["proceeding"], "ringing"),
        (["early"], "ringing"),
        (["Early"], "ringing"),
        (["confirmed"], "busy"),
        (["confirmed", "early"], "ringing"),
        (["terminated", "confirmed"], "busy"),
        (["sleeping"], "idle"),
    ],
)
def test_the_lamp_shows_what_the_dialogs_do(states: list[str], shown: str) -> None:
    numbered = [(str(number), state) for number, state in enumerate(states)]
    assert read_dialogs([lamp(0, *numbered)]) == shown


def test_a_dialog_has_a_direction_and_two_identities() -> None:
    body = """<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="7" state="full"
        entity="sip:bob@pbx"><dialog id="as7" call-id="c1" direction="recipient">
        <state code="180">early</state>
        <local><identity display="Bob">sip:200@pbx</identity><target uri="sip:bob@1.2.3.4"/></local>
        <remote><identity display=" Carol &amp; Co ">sip:+49301@pbx;user=phone</identity></remote>
        </dialog></dialog-info>"""
    found = read_dialogs([body])
    assert (found.entity, found.version, found.missing) == ("sip:bob@pbx", 7, ())
    (dialog,) = found.dialogs
    assert (dialog.id, dialog.call_id, dialog.state) == ("as7", "c1", "early")
    assert dialog.direction == "recipient"
    assert dialog.local is not None and dialog.local.name == "Bob"
    assert dialog.remote is not None
    assert dialog.remote.number == "+49301"
    assert dialog.remote.name == "Carol & Co"


def test_what_a_dialog_does_not_say_is_none_or_empty() -> None:
    (dialog,) = read_dialogs([lamp(0, ("1", "early"))]).dialogs
    assert (dialog.direction, dialog.call_id, dialog.local, dialog.remote) == ("", "", None, None)


def test_a_part_is_added_to_what_was_known() -> None:
    bodies = [
        lamp(0, ("1", "confirmed")),
        lamp(1, ("2", "early"), state="partial"),
        lamp(2, ("1", "terminated"), state="partial"),
    ]
    found = read_dialogs(bodies)
    assert found == "ringing"
    assert [(one.id, one.state) for one in found.dialogs] == [("2", "early"), ("1", "terminated")]


def test_a_dialog_that_is_over_is_forgotten_with_the_next_notification() -> None:
    bodies = [
        lamp(0, ("A", "confirmed")),
        lamp(1, ("A", "terminated"), state="partial"),
        lamp(2, ("B", "confirmed"), state="partial"),
    ]
    assert [one.id for one in read_dialogs(bodies[:2]).dialogs] == ["A"]
    assert [one.id for one in read_dialogs(bodies).dialogs] == ["B"]


def test_however_many_parts_follow_what_the_full_state_said_holds() -> None:
    parts = (
        lamp(number, (f"B{number}", "confirmed" if number % 2 else "terminated"), state="partial")
        for number in range(1, 1001)
    )
    state = NotifiedState("dialog")
    state.take(lamp(0, ("A", "confirmed")))
    for part in parts:
        state.take(part)
    found = state.read()
    assert isinstance(found, DialogInfo)
    assert (found, found.missing, found.dialogs[0].id) == ("busy", (), "A")


def test_contacts_that_did_not_change_stay_however_many_parts_follow() -> None:
    first = reginfo(0, "full", "active", contact(1, "active"))
    parts = [
        reginfo(number, "partial", "active", contact(number + 1, "terminated"))
        for number in range(1, 301)
    ]
    found = read_registrations([first, *parts])
    assert (found, [one.id for one in found.contacts]) == ("active", ["c1"])
    assert len(found.registrations[0].contacts) == 2


def test_a_newest_body_that_cannot_be_read_is_told_each_time() -> None:
    state = NotifiedState("dialog")
    state.take(lamp(0, ("A", "confirmed")))
    state.take("<oops")
    for _ in range(2):
        with pytest.raises(UnreadableBody, match="not well-formed"):
            state.read()
    state.take(lamp(2, ("B", "early"), state="partial"))
    assert state.read() == "ringing"


def test_the_full_state_replaces_what_was_known_whatever_its_version() -> None:
    assert read_dialogs([lamp(5, ("1", "confirmed")), lamp(0)]) == "idle"


def test_a_part_that_was_overtaken_is_left_out() -> None:
    bodies = [
        lamp(0),
        lamp(2, ("1", "confirmed"), state="partial"),
        lamp(1, ("1", "early"), state="partial"),
    ]
    found = read_dialogs(bodies)
    assert (found, found.version, found.missing) == ("busy", 2, (1,))


def test_versions_that_did_not_arrive_are_named_until_the_next_full_state() -> None:
    gap = [lamp(3), lamp(6, ("1", "early"), state="partial")]
    assert read_dialogs(gap).missing == (4, 5)
    assert read_dialogs([*gap, lamp(7, ("1", "early"), state="partial")]).missing == (4, 5)
    assert read_dialogs([*gap, lamp(8)]).missing == ()


def test_a_body_that_could_not_be_read_is_a_missing_version() -> None:
    found = read_dialogs([lamp(0), "<oops", lamp(2, ("1", "early"), state="partial")])
    assert (found, found.missing) == ("ringing", (1,))


def test_a_huge_gap_names_the_first_versions_only() -> None:
    found = read_dialogs([lamp(0), lamp(999_999_999, ("1", "early"), state="partial")])
    assert found.missing == tuple(range(1, 101))


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "9" * 40])
def test_a_version_that_is_no_number_is_none(version: str) -> None:
    assert read_dialogs([lamp(version)]).version is None


PRESENCE = """<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
 xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="pres:carol@example.com">
 <tuple id="t1"><status><basic>closed</basic></status>
  <contact priority="0.8">sip:carol@desk</contact><note xml:lang="en">At the desk</note></tuple>
 <tuple id="t2"><status><basic> open </basic></status></tuple>
 <note>Back at three</note>
 <dm:person id="p1"><rpid:activities><rpid:on-the-phone/><rpid:other>fishing</rpid:other>
  <rpid:note>not said</rpid:note></rpid:activities></dm:person>
</presence>"""


def test_presence_is_open_when_one_tuple_is() -> None:
    found = read_presence(PRESENCE)
    assert (found, found.entity) == ("open", "pres:carol@example.com")
    assert found.tuples[0].contact == "sip:carol@desk"
    assert [one.status for one in found.tuples] == ["closed", "open"]
    assert found.activities == ("on-the-phone", "fishing")
    assert "Back at three" in found.notes and "At the desk" in found.notes


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("", "unknown"),
        ("<tuple id='a'><status/></tuple>", "unknown"),
        ("<tuple id='a'><status><basic>closed</basic></status></tuple>", "closed"),
    ],
)
def test_presence_that_is_not_said_is_unknown(inside: str, shown: str) -> None:
    assert read_presence(f"<presence entity='a'>{inside}</presence>") == shown


def reginfo(version: int, state: str, registration: str, *contacts: str) -> str:
    return (
        f'<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="{version}" state="{state}">'
        f'<registration aor="sip:bob@pbx" id="r1" state="{registration}">{"".join(contacts)}'
        "</registration></reginfo>"
    )


def contact(number: int, state: str, event: str = "registered", expires: str = "3600") -> str:
    return (
        f'<contact id="c{number}" state="{state}" event="{event}" expires="{expires}">'
        f"<uri>sip:bob@10.0.0.{number}</uri></contact>"
    )


def test_registrations_list_the_contacts_that_are_active() -> None:
    first = reginfo(0, "full", "active", contact(1, "active"), contact(2, "active"))
    found = read_registrations([first])
    assert found == "active"
    assert [one.uri for one in found.contacts] == ["sip:bob@10.0.0.1", "sip:bob@10.0.0.2"]
    gone = reginfo(1, "partial", "active", contact(1, "terminated", "expired", "soon"))
    found = read_registrations([first, gone])
    assert [one.uri for one in found.contacts] == ["sip:bob@10.0.0.2"]
    (registration,) = found.registrations
    assert (registration.contacts[0].event, registration.contacts[0].expires) == ("expired", None)


def test_registrations_say_what_the_first_one_is_when_none_is_active() -> None:
    assert read_registrations([reginfo(0, "full", "terminated")]) == "terminated"
    assert read_registrations(['<reginfo version="0" state="full"/>']) == "init"


def test_registrations_name_missing_versions() -> None:
    bodies = [reginfo(0, "full", "active"), reginfo(3, "partial", "active")]
    assert read_registrations(bodies).missing == (1, 2)
    assert read_registrations([*bodies, reginfo(2, "partial", "init")]) == "active"


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><dialog-info>&c;</dialog-info>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><dialog-info>&b;</dialog-info>'


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BOMB, "document type definition"),
        (EXTERNAL, "document type definition"),
        ('<!DOCTYPE dialog-info SYSTEM "http://127.0.0.1/a.dtd"><dialog-info/>', "document type"),
        ("<dialog-info>" + "<a>" * 60 + "</a>" * 60 + "</dialog-info>", "deeper than 50 levels"),
        ("<a>" * 100_000, "deeper than 50 levels"),
        ("<dialog-info>" + "a" * 1_000_000 + "</dialog-info>", "longer than 1,000,000 characters"),
        ("<dialog-info><dialog></dialog-info>", "not well-formed XML"),
        ("<dialog-info", "not well-formed XML"),
        ("Messages-Waiting: yes", "not well-formed XML"),
        ("\ufffd\ufffd\x00", "not well-formed XML"),
        ("<presence/>", "its root element is <presence>, not <dialog-info>"),
    ],
)
def test_hostile_and_broken_documents_are_refused_with_a_reason(body: str, why: str) -> None:
    with pytest.raises(UnreadableBody, match=why):
        root_of(body, "dialog-info")


def test_a_body_of_100_kb_is_read() -> None:
    dialogs = [(str(number), "terminated") for number in range(2000)]
    body = lamp(0, *dialogs, ("last", "early"))
    assert len(body) > 100_000
    assert read_dialogs([body]) == "ringing"


@pytest.mark.parametrize("name", ["UTF-16", "bogus", "ISO-8859-1"])
def test_the_encoding_that_a_body_names_does_not_matter_any_more(name: str) -> None:
    head, _, rest = lamp(0, ("1", "early")).partition("?>")
    assert read_dialogs([f'{head} encoding="{name}"?>{rest}']) == "ringing"


def test_half_a_character_is_survived() -> None:
    assert read_presence("<presence><note>\ud800</note></presence>").notes == ("?",)


def test_spaces_before_the_declaration_are_forgiven() -> None:
    assert read_dialogs(["\r\n " + lamp(0)]) == "idle"


def test_each_package_has_its_reader() -> None:
    assert isinstance(read_notified("dialog", [lamp(0)]), DialogInfo)
    assert read_notified("Presence", [PRESENCE]) == "open"
    assert read_notified("reg", [reginfo(0, "full", "active")]) == "active"
    summary = "Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n"
    assert read_notified("message-summary", [summary]) == Mailbox(True, 2, 8)
    assert read_notified("as-feature-event", ["any <text"]) == "any <text"


def test_bodies_that_are_empty_say_nothing_new() -> None:
    assert read_notified("dialog", ["", " \r\n"]) is None
    assert read_notified("dialog", [lamp(0, ("1", "early")), ""]) == "ringing"


def test_a_summary_without_its_line_cannot_be_read() -> None:
    with pytest.raises(UnreadableBody, match="Messages-Waiting"):
        read_notified("message-summary", ["Voice-Message: 1/0"])
