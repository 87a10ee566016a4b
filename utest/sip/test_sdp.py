"""Session descriptions: directions, codecs, addresses, and where they stand in a message."""

import pytest

from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.sdp import Media, SessionDescription, audio_in, description_in


def sdp(media: str, session: str = "") -> str:
    return f"v=0\r\no=- 1 1 IN IP4 h\r\n{session}t=0 0\r\nm=audio 4 RTP/AVP 0\r\n{media}"


def audio(text: str) -> Media:
    found = SessionDescription(text).audio
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "direction", "words"),
    [
        (sdp(""), "sendrecv", "sendrecv"),
        (sdp("a=sendonly\r\n"), "sendonly", "sendonly"),
        (sdp("a=sendonly \r\n"), "sendrecv", "sendrecv"),  # baresip compares it as it is
        (sdp("", "a=inactive\r\n"), "inactive", "inactive"),
        (sdp("a=SENDONLY\r\n"), "sendrecv", "sendrecv"),  # names of attributes have a case
        (sdp("a=sendonly\r\na=recvonly\r\n"), "recvonly", "recvonly"),  # baresip takes the last
        (sdp("a=recvonly\r\n", "a=inactive\r\n"), "recvonly", "recvonly"),
        (sdp("", "c=IN IP4 0.0.0.0\r\n"), "inactive", "sendrecv at 0.0.0.0"),
        (sdp("c=IN IP4 0.0.0.0\r\na=sendrecv\r\n"), "inactive", "sendrecv at 0.0.0.0"),
        (sdp("c=IN IP4 0.0.0.0\r\na=sendonly\r\n"), "sendonly", "sendonly at 0.0.0.0"),
        (sdp("c=IN IP6 ::\r\n"), "inactive", "sendrecv at ::"),
        (sdp("", "c=IN IP6 0:0:0:0:0:0:0:0\r\n"), "inactive", "sendrecv at 0:0:0:0:0:0:0:0"),
        (sdp("c=IN IP4 1.2.3.4\r\n", "c=IN IP4 0.0.0.0\r\n"), "sendrecv", "sendrecv"),
        (sdp("c=IN IP4 pbx.example.com\r\n"), "sendrecv", "sendrecv"),
        (sdp("a=sendrecv\r\nm=video 0 RTP/AVP 9\r\na=inactive\r\n"), "sendrecv", "sendrecv"),
        (sdp("").replace("m=audio 4", "m=audio 0"), "sendrecv", "port 0"),
        (sdp("").replace("m=audio 4", "m=audio 0/1"), "sendrecv", "port 0"),
        (sdp("").replace("4 RTP", "4/1 RTP"), "sendrecv", "port 4/1, which baresip reads as 0"),
    ],
)
def test_directions_are_read(text: str, direction: str, words: str) -> None:
    assert (audio(text).direction, audio(text).words) == (direction, words)


def test_offers_that_hold_are_recognised() -> None:
    assert audio(sdp("a=sendonly\r\n")).is_hold and audio(sdp("c=IN IP6 ::\r\n")).is_hold
    assert not audio(sdp("a=recvonly\r\n")).is_hold
    assert not audio(sdp("a=inactive\r\n").replace("m=audio 4", "m=audio 0")).is_hold


@pytest.mark.parametrize(
    ("media", "codecs"),
    [
        ("m=audio 4 RTP/AVP 0 8 9", ["PCMU/8000", "PCMA/8000", "G722/8000"]),
        (
            "m=audio 4/2 RTP/SAVP 96 101\r\n"
            "a=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000",
            ["opus/48000/2"],
        ),
        ("m=audio 4 RTP/AVP 77", ["77"]),
        ("m=audio 4 RTP/AVP", []),
        ("m=video 9 RTP/AVP 96\r\nm=audio 4 RTP/AVP 0", ["PCMU/8000"]),
    ],
)
def test_codecs_are_named_in_order_of_preference(media: str, codecs: list[str]) -> None:
    assert list(audio(f"v=0\r\ns=-\r\n{media}\r\n").codecs) == codecs


@pytest.mark.parametrize(
    "media",
    ["m=video 4 RTP/AVP 96", "m=Audio 4 RTP/AVP 0", "m="],
)
def test_a_description_without_audio_has_none(media: str) -> None:
    description = SessionDescription(f"v=0\r\ns=-\r\n{media}\r\n")
    assert (description.audio, description.words) == (None, "no audio")


@pytest.mark.parametrize(
    ("port", "read"),
    [("4", 4), ("65536", 0), ("70000", 4464), ("-1", 0), ("x", 0), ("4" * 9000, 50972)],
)
def test_a_port_is_read_as_baresip_reads_it(port: str, read: int) -> None:
    stream = audio(f"v=0\r\ns=-\r\nm=audio {port} RTP/AVP 0\r\n")
    assert (stream.port, stream.is_refused) == (read, read == 0)


@pytest.mark.parametrize("line", ["a=sendonly ", "a= sendonly", "a=SendOnly", "a=sendonly\t"])
def test_a_direction_that_baresip_does_not_take_for_one_is_none(line: str) -> None:
    assert audio(sdp(f"{line}\r\n")).direction == "sendrecv"


def test_the_last_address_is_the_one() -> None:
    lines = "c=IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.2\r\n"
    assert audio(sdp(lines)).address == "192.0.2.2"


def test_everything_that_a_stream_says() -> None:
    text = sdp(
        "c=IN IP4 239.1.1.1/127\r\na=ptime:30\r\na=rtpmap:96 opus/48000/2\r\n"
        "a=fmtp:96 stereo=1;usedtx=1\r\na=rtpmap:101 telephone-event/8000\r\n"
    ).replace("m=audio 4 RTP/AVP 0", "m=audio 4 RTP/SAVPF 96 101")
    stream = audio(text)
    opus, events = stream.formats
    assert (opus.payload_type, opus.name, opus.rate, opus.channels) == ("96", "opus", 48000, 2)
    assert opus.parameters == "stereo=1;usedtx=1"
    assert events.is_event and stream.events == ("101",)
    assert (stream.address, stream.ptime, stream.is_encrypted) == ("239.1.1.1/127", 30.0, True)
    assert str(stream) == "opus/48000/2 over RTP/SAVPF"
    assert str(audio(text.replace("m=audio 4", "m=audio 0"))) == "no audio (port 0)"


def test_a_port_with_a_number_of_ports_is_none_to_baresip() -> None:
    stream = audio(sdp("").replace("m=audio 4", "m=audio 4/2"))
    assert stream.is_refused
    assert str(stream) == "no audio (port 4/2, which baresip reads as 0)"
    assert len(str(audio(sdp("").replace("m=audio 4", f"m=audio 4/{'2' * 5000}")))) < 80


def test_where_a_description_stands() -> None:
    def message(content_type: str, body: str) -> Message:
        return Message(f"INVITE sip:x SIP/2.0\r\n{content_type}\r\n{body}")

    text = sdp("a=sendonly\r\n")
    parts = f"--x\r\nContent-Type: application/sdp\r\n\r\n{text}\r\n--x--"
    for whole in (
        message("", text),
        message("c: application/sdp\r\n", text),
        message("Content-Type: text/plain\r\n", text),  # baresip reads it all the same
        message('Content-Type: multipart/mixed;boundary="x"\r\n', parts),
    ):
        found = audio_in(whole)
        assert found is not None and found.direction == "sendonly"
    for without in (
        message("", ""),
        message("", "Hello"),
        message("Content-Type: multipart/mixed\r\n", parts),
    ):
        assert description_in(without) is None and audio_in(without) is None
