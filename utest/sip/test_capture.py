"""What tshark reads in a capture, and what a person reads in a trace."""

import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from BaresipLibrary.events import SipMessage
from BaresipLibrary.sip.capture import as_pcap, as_text
from BaresipLibrary.sip.transmissions import Transmission, merged

WALL_CLOCK = 1_700_000_000.0
CHECKED = ["ip", "udp", "tcp"]

Read = Callable[..., list[list[str]]]


@pytest.fixture
def tshark(tmp_path: Path) -> Read:
    """Reads the fields of each SIP packet, as Debian's tshark sees them."""

    def read(capture: bytes, *fields: str, only: str = "sip") -> list[list[str]]:
        file = tmp_path / "calls.pcap"
        file.write_bytes(capture)
        checks = [word for name in CHECKED for word in ("-o", f"{name}.check_checksum:TRUE")]
        wanted = [word for field in fields for word in ("-e", field)]
        output = subprocess.run(
            ["tshark", "-r", file, *checks, "-Y", only, "-T", "fields", *wanted],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in output.stdout.splitlines()]

    return read


def seen(
    text: str,
    at: float = 1.0,
    source: str = "127.0.0.1:40000",
    destination: str = "127.0.0.1:40002",
    *,
    sent: bool = True,
    transport: str = "UDP",
) -> SipMessage:
    return SipMessage(at, sent, transport, source, destination, text)


def request(call_id: str, method: str = "OPTIONS", body: str = "", branch: str = "z9hG4bK1") -> str:
    kind = "Content-Type: text/plain\r\n" if body else ""
    length = len(body.encode(errors="replace"))
    return (
        f"{method} sip:bob@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch={branch}\r\n"
        f"From: <sip:alice@a>;tag=1\r\nTo: <sip:bob@b>\r\nCall-ID: {call_id}\r\n"
        f"CSeq: 1 {method}\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
    )


def from_agent(*events: SipMessage) -> list[Transmission]:
    return merged([("alice", event) for event in events])


def test_the_same_messages_in_the_same_order_at_the_same_time(tshark: Read) -> None:
    texts = [request(f"call-{number}", "MESSAGE", f"body {number}") for number in range(20)]
    ways: Sequence[tuple[str, str]] = [
        ("127.0.0.1:40000", "127.0.0.1:5061"),
        ("[::1]:5060", "[2001:db8::1]:33000"),
        ("192.0.2.1:443", "192.0.2.2:80"),
    ]
    transports = ("UDP", "TCP", "TLS", "WSS")
    events = [
        seen(text, 10 + number / 8, *ways[number % 3], transport=transports[number % 4])
        for number, text in enumerate(texts)
    ]
    rows = tshark(
        as_pcap(from_agent(*events), WALL_CLOCK),
        "sip.Call-ID", "sip.Method", "udp.payload", "frame.time_epoch", "udp.checksum.status",
    )  # fmt: skip
    assert [row[0] for row in rows] == [f"call-{number}" for number in range(20)]
    assert [bytes.fromhex(row[2]).decode() for row in rows] == texts
    assert {row[1] for row in rows} == {"MESSAGE"}
    assert [float(row[3]) for row in rows] == [WALL_CLOCK + event.at for event in events]
    assert {row[4] for row in rows} == {"1"}  # good


@pytest.mark.parametrize("v6", [False, True])
def test_packets_have_their_addresses_ports_and_checksums(tshark: Read, v6: bool) -> None:
    family, hosts = ("ipv6", ["::1", "::2"]) if v6 else ("ip", ["127.0.0.1", "10.0.0.9"])
    source, destination = (f"[{host}]" if v6 else host for host in hosts)
    ends = f"{source}:40000", f"{destination}:5090"
    events = [seen(request(f"{n}"), n, *ends) for n in range(300)]
    rows = tshark(
        as_pcap(from_agent(*events), 0),
        f"{family}.src", f"{family}.dst", "udp.srcport", "udp.dstport", "udp.checksum.status",
    )  # fmt: skip
    assert rows == [[*hosts, "40000", "5090", "1"]] * 300


def test_an_ipv6_checksum_that_comes_out_as_zero_is_written_as_all_ones(tshark: Read) -> None:
    def capture(text: str) -> bytes:
        return as_pcap(from_agent(seen(text, 1, "[::1]:40000", "[::2]:60002")), 0)

    # Two bytes that are the checksum of two zeros make it zero (RFC 1071).
    plain = int.from_bytes(capture("\0\0")[24 + 16 + 40 + 6 :][:2], "big")
    zero = plain.to_bytes(2, "big").decode("ascii")
    rows = tshark(capture(zero), "udp.checksum", "udp.checksum.status", only="udp")
    assert rows == [["0xffff", "1"]]


@pytest.mark.parametrize("source", ["127.0.0.1:40000", "[::1]:40000"])
def test_messages_too_long_for_a_datagram_go_by_tcp(tshark: Read, source: str) -> None:
    long = "x" * 200_000
    texts = [request("one", "MESSAGE", long), request("two", "MESSAGE", long), request("three")]
    events = [seen(text, number, source) for number, text in enumerate(texts)]
    capture = as_pcap(from_agent(*events), 0)
    rows = tshark(capture, "sip.Call-ID", "sip.Content-Length", "_ws.malformed")
    assert [row[0] for row in rows] == ["one", "two", "three"]
    assert [row[1] for row in rows] == ["200000", "200000", "0"]
    assert not any(row[2] for row in rows)
    assert {row[0] for row in tshark(capture, "tcp.checksum.status", only="tcp")} == {"1"}
    assert not tshark(capture, "frame.number", only="tcp.analysis.flags")


def test_a_long_message_ends_where_its_masked_text_ends(tshark: Read) -> None:
    body = f"a=crypto:1 AES inline:{'K' * 40}\r\n{'x' * 70_000}"
    events = [seen(request(name, "MESSAGE", body), n) for n, name in enumerate(("one", "two"))]
    rows = tshark(as_pcap(from_agent(*events), 0), "sip.Call-ID")
    assert rows == [["one"], ["two"]]


@pytest.mark.parametrize(
    ("source", "destination", "shown"),
    [
        ("pbx.example.com:5060", "127.0.0.1:40000", ["0.0.0.0", "", "5060"]),
        ("pbx.example.com:5060", "[::1]:40000", ["", "::", "5060"]),
        ("127.0.0.1:0", "127.0.0.1:5060", ["127.0.0.1", "", "0"]),
        ("10.0.0.1:5060", "[::1]:5060", ["", "::ffff:10.0.0.1", "5060"]),
        ("10.0.0.1:70000", "10.0.0.1", ["10.0.0.1", "", "0"]),
        ("::1", "127.0.0.1:1", ["", "::1", "0"]),
        ("", ":::", ["0.0.0.0", "", "0"]),
        ("[]:99999", "[:\n%", ["0.0.0.0", "", "0"]),
        ("[fe80::1%eth0]:5060", "[::1]:5060", ["", "fe80::1", "5060"]),
    ],
)
def test_odd_addresses_do_not_break_the_capture(
    tshark: Read, source: str, destination: str, shown: list[str]
) -> None:
    capture = as_pcap(from_agent(seen(request("odd"), 1, source, destination)), 0)
    assert tshark(capture, "ip.src", "ipv6.src", "udp.srcport") == [shown]
    assert source in as_text(from_agent(seen(request("odd"), 1, source, destination)), 0)


def test_bytes_that_were_no_text(tshark: Read) -> None:
    events = [
        seen(request("a", "MESSAGE", "v=0 \ufffd\ufffd"), 1),
        seen(request("b", "MESSAGE", "\udcff"), 2),
        seen("\r\n\r\n", 3),
    ]
    capture = as_pcap(from_agent(*events), 0)
    (call_id, payload), (other, _) = tshark(capture, "sip.Call-ID", "udp.payload")
    assert (call_id, other) == ("a", "b")
    assert bytes.fromhex(payload).endswith("\r\n\r\nv=0 \ufffd\ufffd".encode())
    assert len(tshark(capture, "udp.length", only="udp")) == 3


@pytest.mark.parametrize("body", ["", "v=0\r\ns=-\r\n", "v=0\n", "text\r\n\r\n"])
def test_the_line_ends_that_the_trace_of_the_stack_leaves_out_are_there(
    tshark: Read, body: str
) -> None:
    text = request("c", "MESSAGE", body)
    [row] = tshark(as_pcap(from_agent(seen(text.rstrip())), 0), "udp.payload", "_ws.malformed")
    assert bytes.fromhex(row[0]).decode() == text
    assert not row[1]


@pytest.mark.parametrize("suite", ["AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80"])
def test_a_masked_key_does_not_spoil_the_message(tshark: Read, suite: str) -> None:
    body = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio 4000 RTP/SAVP 0\r\na=crypto:1 {suite} inline:{'K' * 40}|2^31\r\n"
        f"a=crypto:2 {suite} inline:{'K' * 40}\r\na=sendonly\r\n"
    )
    text = request("c", "INVITE", body).replace("text/plain", "application/sdp")
    capture = as_pcap(from_agent(seen(text)), 0)
    [row] = tshark(capture, "sdp.media.port", "sdp.media_attr", "_ws.malformed")
    assert row[0] == "4000"
    assert row[1].endswith("sendonly")
    assert not row[2]
    assert b"KKKK" not in capture


def test_nothing_gives_an_empty_capture(tshark: Read) -> None:
    assert tshark(as_pcap([], 0), "frame.number", only="frame") == []
    assert as_text([], 0) == ""


def test_secrets_are_masked_in_both() -> None:
    text = request("secret").replace(
        "Content-Length",
        'Authorization: Digest username="u", response="0badcafe"\r\nContent-Length',
    )
    found = from_agent(seen(text))
    assert b"0badcafe" not in as_pcap(found, 0)
    assert b'username="u", response="***"' in as_pcap(found, 0)
    assert "0badcafe" not in as_text(found, 0)


def test_a_trace_says_when_who_to_whom_and_whether_it_arrived() -> None:
    there, back = ("127.0.0.1:1", "127.0.0.1:2"), ("127.0.0.1:2", "127.0.0.1:1")
    found = merged([
        ("alice", seen(request("c"), 0.0, *there)),
        ("alice", seen(request("c"), 0.5, *there)),
        ("bob", seen(request("c"), 0.5015, *there, sent=False)),
        ("bob", seen(request("c", "BYE"), 1.0, *back)),
        ("alice", seen(request("d"), 2.0, "127.0.0.1:1", "192.0.2.1:5060", transport="TLS")),
        ("alice", seen(request("e"), 3.0, "192.0.2.1:5060", "127.0.0.1:1", sent=False)),
    ])  # fmt: skip
    trace = as_text(found, WALL_CLOCK + 0.25)

    def clock(at: float) -> str:
        return datetime.fromtimestamp(WALL_CLOCK + 0.25 + at).strftime("%H:%M:%S.%f")[:-3]

    alice, bob = "alice (127.0.0.1:1)", "bob (127.0.0.1:2)"
    assert [line for line in trace.splitlines() if line.startswith("===")] == [
        f"=== {clock(0)}  {alice} → {bob}  UDP  did not arrive",
        f"=== {clock(0.5)}  {alice} → {bob}  UDP  retransmission 1  arrived",
        f"=== {clock(1)}  {bob} → {alice}  UDP  did not arrive",
        f"=== {clock(2)}  {alice} → 192.0.2.1:5060  TLS  sent to a foreign host",
        f"=== {clock(3)}  192.0.2.1:5060 → {alice}  UDP  arrived",
    ]
    assert "\r" not in trace
    assert "\n\nOPTIONS sip:bob@b SIP/2.0\nVia: " in trace
