"""Lines for which baresip takes none of a session description."""

import pytest

from BaresipLibrary.sip.unreadable_sdp import describe_unreadable

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
