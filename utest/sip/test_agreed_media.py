"""What offers and answers agree on for audio (RFC 3264)."""

import pytest

from BaresipLibrary.sip.agreed_media import AgreedMedia, AgreedStream, agreed_media
from BaresipLibrary.sip.offers import Exchange
from BaresipLibrary.sip.sdp import SessionDescription

_MAPS = {
    "96": "opus/48000/2",
    "97": "telephone-event/48000",
    "98": "opus/48000/2",
    "101": "telephone-event/8000",
    "102": "pcmu/8000",
    "110": "telephone-event/8000",
}
_KEY = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"


def sdp(
    formats: str, *lines: str, port: int = 4000, profile: str = "RTP/AVP", session: str = ""
) -> SessionDescription:
    maps = [f"a=rtpmap:{pt} {_MAPS[pt]}" for pt in formats.split() if pt in _MAPS]
    head = ["v=0", "o=- 1 1 IN IP4 h", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"]
    body = [*head, *([session] if session else []), f"m=audio {port} {profile} {formats}"]
    return SessionDescription("\r\n".join([*body, *maps, *lines, ""]))


def agreed(
    offer: SessionDescription, answer: SessionDescription, *, ours: bool = True
) -> AgreedMedia:
    media = agreed_media(Exchange(ours, offer, answer, "1", ours))
    assert media is not None
    return media


@pytest.mark.parametrize("ours", [True, False])
def test_the_first_codec_of_the_answer_is_agreed(ours: bool) -> None:
    media = agreed(sdp("0 8 101"), sdp("8 0 101"), ours=ours)
    assert media.codec == "PCMA/8000"


def test_each_direction_has_the_numbers_of_who_receives() -> None:
    """The numbers of dynamic payload types may differ (RFC 3264, section 6.1)."""
    media = agreed(sdp("96 97", "a=ptime:20"), sdp("98 97", "a=ptime:40"))
    assert media.sends == AgreedStream("opus/48000/2", 98, 40.0, 97)
    assert media.receives == AgreedStream("opus/48000/2", 96, 20.0, 97)


def test_the_directions_differ_when_the_answer_prefers_another_codec() -> None:
    """Who answers sends what the offer prefers; who offers sends what the answer prefers."""
    media = agreed(sdp("0 8"), sdp("8 0"), ours=True)
    assert (media.sends.codec, media.receives.codec) == ("PCMA/8000", "PCMU/8000")
    mirrored = agreed(sdp("0 8"), sdp("8 0"), ours=False)
    assert (mirrored.sends.codec, mirrored.receives.codec) == ("PCMU/8000", "PCMA/8000")


def test_names_compare_without_case_and_are_spelled_as_in_the_own_description() -> None:
    media = agreed(sdp("0"), sdp("102"))
    assert media.codec == "PCMU/8000"
    assert media.sends.payload_type == 102
    assert media.receives.payload_type == 0


def test_a_dynamic_number_without_rtpmap_means_nothing() -> None:
    """Nor does baresip know it: no audio is sent, and what arrives is dropped."""
    answer = SessionDescription(sdp("96 0").text.replace("a=rtpmap:96 opus/48000/2\r\n", ""))
    assert agreed(sdp("96 0"), answer).codec == "PCMU/8000"
    assert agreed_media(Exchange(True, sdp("96"), answer, "1", True)) is None


def test_an_assigned_number_needs_no_rtpmap() -> None:
    answer = SessionDescription("v=0\r\nc=IN IP4 192.0.2.2\r\nm=audio 4 RTP/AVP 8\r\n")
    assert agreed(sdp("0 8"), answer).codec == "PCMA/8000"


@pytest.mark.parametrize(
    ("number", "name"), [("9", "G722/16000"), ("0", "G711U/8000"), ("8", "PCMA/16000")]
)
def test_an_assigned_number_means_the_same_by_another_name(number: str, name: str) -> None:
    """Such as the wrong clock rate of G.722 (RFC 3551, section 4.5.2): baresip looks at numbers."""
    answer = SessionDescription(f"{sdp(number).text}a=rtpmap:{number} {name}\r\n")
    own = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000"}[number]
    assert agreed(sdp("0 8 9"), answer).codec == own
    assert agreed_media(Exchange(True, sdp("102"), answer, "1", True)) is None


def test_comfort_noise_is_not_a_codec() -> None:
    offer, answer = sdp("13 0"), sdp("13 0")
    assert agreed(offer, answer).codec == "PCMU/8000"
    assert agreed_media(Exchange(True, sdp("13 0"), sdp("13"), "1", True)) is None


def test_events_of_the_codecs_rate_come_first() -> None:
    media = agreed(sdp("96 101 97"), sdp("96 101 97"))
    assert media.sends.telephone_event == 97
    assert agreed(sdp("0 101"), sdp("0")).sends.telephone_event is None
    numbers = agreed(sdp("0 101"), sdp("0 110"))
    assert (numbers.sends.telephone_event, numbers.receives.telephone_event) == (110, 101)


@pytest.mark.parametrize(
    "answer",
    [sdp("0", port=0), sdp("8"), SessionDescription("v=0\r\n")],
    ids=["refused", "another codec", "no audio"],
)
def test_nothing_is_agreed(answer: SessionDescription) -> None:
    assert agreed_media(Exchange(True, sdp("0"), answer, "1", True)) is None


@pytest.mark.parametrize(
    ("offer", "answer", "direction"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendrecv", "sendonly", "recvonly"),
        ("sendrecv", "recvonly", "sendonly"),
        ("sendonly", "recvonly", "sendonly"),
        ("recvonly", "sendonly", "recvonly"),
        ("sendonly", "inactive", "inactive"),
        ("sendrecv", "inactive", "inactive"),
        ("sendonly", "sendrecv", "sendonly"),  # which contradicts the offer
    ],
)
def test_the_direction_is_what_both_allow(offer: str, answer: str, direction: str) -> None:
    media = agreed(sdp("0", f"a={offer}"), sdp("0", f"a={answer}"))
    assert media.direction == direction


def test_an_unspecified_address_receives_nothing() -> None:
    answer = sdp("0", "c=IN IP4 0.0.0.0")
    assert agreed(sdp("0"), answer).direction == "inactive"


_CRYPTO = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {_KEY}"
_OTHER = f"a=crypto:2 AES_CM_128_HMAC_SHA1_32 {_KEY}"
_PRINT = "a=fingerprint:sha-256 4A:AD:B9"


@pytest.mark.parametrize("profile", ["RTP/SAVP", "RTP/AVP"])
def test_keys_on_both_sides_are_srtp_with_the_suite_of_the_answer(profile: str) -> None:
    offer = sdp("0", _CRYPTO, _OTHER, profile=profile)
    media = agreed(offer, sdp("0", _OTHER, profile=profile))
    assert (media.encryption, media.srtp_suite) == ("srtp", "AES_CM_128_HMAC_SHA1_32")


def test_keys_that_the_answer_does_not_take_encrypt_nothing() -> None:
    media = agreed(sdp("0", _CRYPTO), sdp("0"))
    assert (media.encryption, media.srtp_suite) == (None, None)


def crypto(*suites: str, key: str = _KEY) -> list[str]:
    return [f"a=crypto:{place} {suite} {key}" for place, suite in enumerate(suites, 1)]


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        (crypto("AES_CM_128_HMAC_SHA1_80"), crypto("F8_128_HMAC_SHA1_80")),
        (crypto("AES_CM_128_HMAC_SHA1_80"), crypto("AES_CM_128_HMAC_SHA1_80", key="inline:QUJD")),
        (crypto("AEAD_AES_128_GCM"), crypto("AEAD_AES_128_GCM")),  # two octets too many
        (["a=crypto:1"], crypto("AES_CM_128_HMAC_SHA1_80")),
    ],
)
def test_keys_that_baresip_cannot_use_encrypt_nothing(
    offered: list[str], answered: list[str]
) -> None:
    """Baresip sends what is not encrypted then, also over RTP/SAVP."""
    media = agreed(sdp("0", *offered, profile="RTP/SAVP"), sdp("0", *answered, profile="RTP/SAVP"))
    assert (media.encryption, media.srtp_suite) == (None, None)


@pytest.mark.parametrize("key", [_KEY, f"{_KEY}|2^31|1:1", f"{_KEY}|2^31;{_KEY}"])
def test_the_suite_is_the_first_of_the_answer_that_baresip_knows(key: str) -> None:
    offered = crypto("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")
    answered = crypto("F8_128_HMAC_SHA1_80", "aes_cm_128_hmac_sha1_32", key=key)
    media = agreed(sdp("0", *offered), sdp("0", *answered))
    assert (media.encryption, media.srtp_suite) == ("srtp", "aes_cm_128_hmac_sha1_32")


@pytest.mark.parametrize(
    ("suite", "key"),
    [("AES_CM_128_HMAC_SHA1_32", _KEY), ("AEAD_AES_128_GCM", f"inline:{'A' * 38}==")],
)
def test_a_suite_that_was_not_offered_encrypts_where_baresip_knows_it(suite: str, key: str) -> None:
    offer = sdp("0", _CRYPTO, profile="RTP/SAVP")
    media = agreed(offer, sdp("0", *crypto(suite, key=key), profile="RTP/SAVP"))
    assert (media.encryption, media.srtp_suite) == ("srtp", suite)


@pytest.mark.parametrize("profile", ["UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"])
def test_fingerprints_on_both_sides_are_dtls_srtp(profile: str) -> None:
    """Also one of the whole session (RFC 8122)."""
    offer = sdp("0", profile=profile, session=_PRINT)
    answer = sdp("0", _PRINT, profile=profile)
    assert agreed(offer, answer).encryption == "dtls_srtp"
    assert agreed(offer, answer).srtp_suite is None


@pytest.mark.parametrize("answered", ["RTP/SAVP", "UDP/TLS/RTP/SAVPF"])
def test_dtls_without_the_fingerprints_of_both_agrees_on_nothing(answered: str) -> None:
    """A baresip that has offered so sends nothing, and drops what arrives."""
    offer = sdp("0", _PRINT, profile="UDP/TLS/RTP/SAVPF")
    assert agreed_media(Exchange(True, offer, sdp("0", profile=answered), "1", True)) is None


@pytest.mark.parametrize(
    ("offered", "answered", "lines", "encryption"),
    [
        ("RTP/AVP", "RTP/SAVP", [_CRYPTO], "srtp"),
        ("RTP/AVP", "RTP/AVPF", [_CRYPTO], "srtp"),
        ("RTP/AVP", "RTP/SAVPF", [_CRYPTO], "srtp"),
        ("RTP/AVP", "RTP/SAVPF", [_PRINT], "dtls_srtp"),
        ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", [_PRINT], "dtls_srtp"),
        ("UDP/TLS/RTP/SAVPF", "RTP/SAVP", [_PRINT], "dtls_srtp"),
        ("UDP/TLS/RTP/SAVPF", "RTP/SAVPF", [_PRINT], "dtls_srtp"),
    ],
)
def test_baresip_takes_another_profile_where_it_has_offered_encryption(
    offered: str, answered: str, lines: list[str], encryption: str
) -> None:
    """Tones ran both ways in such calls."""
    offer, answer = sdp("0", *lines, profile=offered), sdp("0", *lines, profile=answered)
    for ours in (True, False):
        assert agreed(offer, answer, ours=ours).encryption == encryption


@pytest.mark.parametrize("answered", ["RTP/AVPF", "RTP/SAVP", "RTP/SAVPF"])
def test_keys_that_are_offered_need_no_keys_in_the_answer(answered: str) -> None:
    """Audio runs both ways, and is not encrypted, whatever the profile says."""
    media = agreed(sdp("0", _CRYPTO), sdp("0", profile=answered))
    assert (media.codec, media.encryption) == ("PCMU/8000", None)


@pytest.mark.parametrize(
    ("offered", "answered", "lines"),
    [
        ("RTP/AVP", "RTP/AVPF", []),
        ("RTP/AVP", "RTP/SAVP", []),
        ("RTP/AVP", "UDP/TLS/RTP/SAVP", [_CRYPTO]),
        ("RTP/SAVP", "RTP/SAVPF", [_CRYPTO]),
        ("RTP/SAVP", "RTP/AVP", [_CRYPTO]),
        ("RTP/SAVP", "UDP/TLS/RTP/SAVP", [_CRYPTO]),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", [_PRINT]),
    ],
)
def test_another_profile_agrees_on_nothing(offered: str, answered: str, lines: list[str]) -> None:
    """A baresip that has offered so sends nothing, and drops what arrives."""
    offer, answer = sdp("0", *lines, profile=offered), sdp("0", *lines, profile=answered)
    for ours in (True, False):
        assert agreed_media(Exchange(ours, offer, answer, "1", ours)) is None


def test_the_profile_chooses_between_keys_and_fingerprints() -> None:
    both = sdp("0", _CRYPTO, _PRINT, profile="RTP/SAVP")
    assert agreed(both, both).encryption == "srtp"
    tls = sdp("0", _CRYPTO, _PRINT, profile="UDP/TLS/RTP/SAVP")
    assert agreed(tls, tls).encryption == "dtls_srtp"


@pytest.mark.parametrize(
    ("key", "any_key", "encryption"),
    [
        ("inline:QUJDRA==", False, None),
        ("inline:QUJDRA==", True, "srtp"),
        ("inline:", True, None),
        (f"{_KEY}==", False, None),
        (f"{_KEY}==", True, "srtp"),
        (f"{_KEY};{_KEY}", True, None),
        (f" {_KEY}", True, None),
        (f"inline:{'A' * 64}", True, None),
        (_KEY, True, "srtp"),
    ],
)
def test_keys_of_a_wrong_length_encrypt_where_they_are_taken(
    key: str, any_key: bool, encryption: str | None
) -> None:
    suite = "AES_CM_128_HMAC_SHA1_80"
    answer = sdp("0", f"a=crypto:1 {suite} {key}", profile="RTP/SAVP")
    exchange = Exchange(True, sdp("0", _CRYPTO, profile="RTP/SAVP"), answer, "1", True)
    media = agreed_media(exchange, any_key=any_key)
    assert media is not None
    assert (media.encryption, media.srtp_suite) == (encryption, encryption and suite)


def test_keys_go_on_where_a_later_exchange_has_none() -> None:
    keys, none = sdp("0", _CRYPTO, profile="RTP/SAVP"), sdp("0", profile="RTP/SAVP")
    keyed, later = Exchange(True, keys, keys, "1", True), Exchange(False, none, keys, "2", False)
    for exchange, before, expected in ((later, keyed, "srtp"), (later, None, None)):
        media = agreed_media(exchange, keyed=before)
        assert media is not None
        assert (media.encryption, media.srtp_suite is None) == (expected, expected is None)


@pytest.mark.parametrize("ours", [True, False])
def test_a_port_with_a_number_of_ports_agrees_on_nothing(ours: bool) -> None:
    """Baresip reads it as 0: it sends nothing, and drops what arrives."""
    answer = SessionDescription(sdp("0").text.replace("m=audio 4000", "m=audio 4000/1"))
    assert agreed_media(Exchange(ours, sdp("0"), answer, "1", ours)) is None


def test_addresses_are_those_of_the_descriptions() -> None:
    media = agreed(sdp("0"), sdp("0", "c=IN IP6 2001:db8::1", port=6000))
    assert (media.local.where, media.remote.where) == ("192.0.2.1:4000", "[2001:db8::1]:6000")


@pytest.mark.parametrize("hostile", ["x y z", "0 " * 3000, "-1", "99999999999", "\ufffd"])
def test_hostile_formats_are_survived(hostile: str) -> None:
    agreed_media(Exchange(True, sdp("0"), sdp(hostile), "1", True))


@pytest.mark.parametrize("number", ["-1", "128", "9" * 5000, "\ufffd"])
@pytest.mark.parametrize("name", ["PCMU/8000", "telephone-event/8000"])
def test_a_number_that_no_packet_can_have_is_skipped(number: str, name: str) -> None:
    """RTP has 7 bits for a payload type."""
    rtpmap = f"a=rtpmap:{number} {name}"
    assert agreed_media(Exchange(True, sdp("0 101"), sdp(number, rtpmap), "1", True)) is None
    media = agreed(sdp("0 101"), sdp(f"{number} 0", rtpmap))
    assert (media.sends.payload_type, media.sends.telephone_event) == (0, None)
