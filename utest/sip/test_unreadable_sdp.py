"""Lines for which baresip takes none of a session description."""

import pytest

from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.sdp import SessionDescription
from BaresipLibrary.sip.unreadable_sdp import (
    describe_misnamed_audio,
    describe_unfit_answer,
    describe_unreadable,
    describe_unusable_address,
)

_HEAD = "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
_AUDIO = "m=audio 4000 RTP/AVP 0 101\r\n"


@pytest.mark.parametrize(
    "line",
    [
        "a=rtpmap:0 PCMU",
        "a=rtpmap:0\\tPCMU/8000",
        "a=rtpmap:0 PCMU/x",
        "a=rtpmap",
        "a=fmtp:101",
        "a=fmtp",
        "a=rtcp:x",
        "b=AS",
        "b=AS:x",
        "c=192.0.2.1",
        "c=IN IP5 192.0.2.1",
        "m=audio 4000",
        "v=1",
    ],
)
def test_a_line_that_baresip_does_not_read_is_told(line: str) -> None:
    written = line.replace("\\t", "\t")
    assert describe_unreadable(f"{_HEAD}{_AUDIO}{written}\r\n") == f"the line '{line}'"


@pytest.mark.parametrize(
    "line",
    [
        "a=rtpmap:0  PCMU/8000",
        "a=rtpmap:0 PCMU/8000/x",
        "a=rtpmap:",
        "a=rtpmap:99 x/1",
        "a=RTPMAP:0",
        "a=fmtp:101 0-15",
        "a=fmtp:",
        "a=rtcp-mux",
        "a=rtcp:4001 IN IP4 192.0.2.1",
        "a=",
        "b=AS:64",
        "c=in ip6 ::",
        "z=",
        "m=audio x RTP/AVP",
        "",
    ],
)
def test_what_baresip_reads_is_not_told(line: str) -> None:
    assert describe_unreadable(f"{_HEAD}{_AUDIO}{line}\r\n") is None


def test_attributes_of_the_session_are_not_read() -> None:
    assert describe_unreadable(f"{_HEAD}a=rtpmap:0\r\na=fmtp\r\n{_AUDIO}") is None


def test_what_is_no_line_is_not_shown() -> None:
    """It may be the rest of a key."""
    told = "a line that does not begin with a letter and '='"
    assert describe_unreadable(f"{_HEAD}{_AUDIO}inline:secret\r\n") == told
    assert describe_unreadable(f"{_HEAD}{_AUDIO}x") == told


def test_a_long_line_is_shortened() -> None:
    told = describe_unreadable(f"{_HEAD}{_AUDIO}b={'x ' * 5000}\n")
    assert told is not None and len(told) < 120


def _answer(body: str) -> Message:
    return Message(f"SIP/2.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"{_HEAD}{_AUDIO}", None),
        ("", None),
        (f"{_HEAD}m= audio 4 RTP/AVP 0\r\n", None),
        (f"{_HEAD}b=AS\r\n{_AUDIO}", "has the line 'b=AS', which"),
        (
            f"{_HEAD}m=Audio 4 RTP/AVP 0\r\n",
            "has a stream 'Audio' where 'audio' was offered, which",
        ),
        (
            f"{_HEAD}m=video 4 RTP/AVP 0\r\n",
            "has a stream 'video' where 'audio' was offered, which",
        ),
        (f"{_HEAD}{_AUDIO}m=video 0 RTP/AVP 1\r\n", "has 2 streams where 1 was offered, which"),
        (f"{_HEAD}m=audio 4 RTP/AVP 0", "ends without a line end, which"),
    ],
)
def test_an_answer_that_baresip_takes_nothing_of_is_told(body: str, told: str | None) -> None:
    offer = SessionDescription(f"{_HEAD}{_AUDIO}")
    expected = told and f"{told} baresip does not read"
    assert describe_unfit_answer(offer, _answer(body)) == expected


def test_a_line_end_that_the_trace_has_cut_off_is_not_missing() -> None:
    body = f"{_HEAD}m=audio 4 RTP/AVP 0"
    cut = Message(f"SIP/2.0 200 OK\r\nContent-Length: {len(body) + 2}\r\n\r\n{body}")
    assert describe_unfit_answer(SessionDescription(f"{_HEAD}{_AUDIO}"), cut) is None


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("192.0.2.1", None),
        ("::ffff:192.0.2.1", None),
        (None, "no address (c=)"),
        (
            "pbx.example",
            "the name 'pbx.example' for an address (c=), which baresip does not look up",
        ),
        ("192.0.2.1/127", "'192.0.2.1/127' for an address (c=), which baresip does not read"),
        ("127.000.000.001", "'127.000.000.001' for an address (c=), which baresip does not read"),
        ("[::1]", "'[::1]' for an address (c=), which baresip does not read"),
    ],
)
def test_an_address_to_which_baresip_sends_nothing_is_told(
    address: str | None, told: str | None
) -> None:
    assert describe_unusable_address(address) == told


def test_audio_in_other_letters_is_no_audio() -> None:
    told = "a stream 'AUDIO', which is no audio to baresip"
    assert describe_misnamed_audio(f"{_HEAD}m=AUDIO 4 RTP/AVP 0\r\n") == told
    assert describe_misnamed_audio(f"{_HEAD}{_AUDIO}m=video 4 RTP/AVP 0\r\n") is None
