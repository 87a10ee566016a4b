"""SIP messages as files for other tools: a readable trace, and a capture for Wireshark and sngrep.

Both show what the journals hold, with secrets masked: plain text, whatever the wire carried.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

import dpkt

from .messages import masked
from .transmissions import Transmission

_LINKTYPE_RAW = 101  # packets begin with their IP header
_SNAPLEN = 262_144  # the most that Wireshark takes
#: The most bytes that an IPv4 packet holds beside its own header and that of UDP or TCP.
_LONGEST_DATAGRAM = 65_535 - 20 - 8
_LONGEST_SEGMENT = 65_535 - 20 - 20
_ADDRESS = re.compile(r"(?:\[(?P<bracketed>[^\]]*)\]|(?P<plain>[^:]*))(?::(?P<port>\d{1,5}))?")
_LENGTH = re.compile(rb"^((?:content-length|l)[ \t]*:[ \t]*)(\d+)", re.IGNORECASE | re.MULTILINE)

#: Keys that masking took out. Wireshark decodes them, and gives the message up if it can't.
_MASKED_KEY = re.compile(r"(\binline:)\*\*\*", re.IGNORECASE)
_STAND_IN = "maskedmaskedmaskedmaskedmaskedmaskedmask"

Host = IPv4Address | IPv6Address
End = tuple[Host, int]


def as_text(transmissions: Iterable[Transmission], wall_clock: float) -> str:
    """A trace to read: above each message its local time of day, its way and whether it arrived.

    `wall_clock` is what to add to the monotonic `at` (s) for Unix time.
    """
    listed = list(transmissions)
    owners = _owners(listed)
    return "\n".join(
        f"{_heading(transmission, wall_clock, owners)}\n\n{_lines(transmission)}\n"
        for transmission in listed
    )


def as_pcap(transmissions: Iterable[Transmission], wall_clock: float) -> bytes:
    """A pcap file, one packet a message, that Wireshark reads as SIP on whatever port it is.

    Every message is a UDP datagram, which tells where it begins and ends without its neighbours.
    A message too long for a datagram (65,507 bytes) goes in TCP segments. A name instead of an IP
    address becomes 0.0.0.0 or ``::``; masked SRTP keys spell ``masked`` in base64. `wall_clock`:
    what to add to the monotonic `at` (s) for Unix time.
    """
    file = io.BytesIO()
    writer = dpkt.pcap.Writer(file, snaplen=_SNAPLEN, linktype=_LINKTYPE_RAW)
    streamed: dict[tuple[End, End], int] = defaultdict(int)
    for transmission in transmissions:
        for packet in _packets(transmission, streamed):
            writer.writepkt(packet, ts=transmission.at + wall_clock)
    return file.getvalue()


def _heading(transmission: Transmission, wall_clock: float, owners: dict[str, str]) -> str:
    moment = datetime.fromtimestamp(transmission.at + wall_clock)
    source, destination = transmission.event.source, transmission.event.destination
    sender, receiver = transmission.sender, transmission.receiver
    way = f"{_end(sender, source, owners)} → {_end(receiver, destination, owners)}"
    parts = [
        f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}",
        way,
        transmission.event.transport,
    ]
    if transmission.repetition:
        parts.append(f"retransmission {transmission.repetition}")
    parts.append(_arrival(transmission, owners))
    return "=== " + "  ".join(parts)


def _end(name: str | None, address: str, owners: dict[str, str]) -> str:
    known = name or owners.get(address)
    return f"{known} ({address})" if known else address


def _arrival(transmission: Transmission, owners: dict[str, str]) -> str:
    if transmission.received is not None:
        return "arrived"
    if transmission.event.destination in owners:
        return "did not arrive"
    return "sent to a foreign host"


def _owners(transmissions: list[Transmission]) -> dict[str, str]:
    """The agent at each address, by the messages that it sent and received."""
    owners: dict[str, str] = {}
    for transmission in transmissions:
        if transmission.sender and transmission.sent:
            owners[transmission.sent.source] = transmission.sender
        if transmission.receiver and transmission.received:
            owners[transmission.received.destination] = transmission.receiver
    return owners


def _lines(transmission: Transmission) -> str:
    return masked(transmission.event.text).replace("\r\n", "\n").rstrip("\n")


def _packets(transmission: Transmission, streamed: dict[tuple[End, End], int]) -> Iterator[bytes]:
    """The message's packets. `streamed` counts the bytes of each TCP stream so far."""
    content = _content(transmission.event.text)
    source, destination = ends = _ends(transmission.event.source, transmission.event.destination)
    ports = {"sport": source[1], "dport": destination[1]}
    if len(content) <= _LONGEST_DATAGRAM:
        udp = dpkt.udp.UDP(**ports, ulen=len(content) + 8, data=content)
        yield _packet(source[0], destination[0], dpkt.ip.IP_PROTO_UDP, udp)
        return
    content = _with_true_length(content)
    for start in range(0, len(content), _LONGEST_SEGMENT):
        piece = content[start : start + _LONGEST_SEGMENT]
        sequence = (1 + streamed[ends]) % 2**32
        tcp = dpkt.tcp.TCP(**ports, seq=sequence, ack=1, flags=dpkt.tcp.TH_ACK, data=piece)
        yield _packet(source[0], destination[0], dpkt.ip.IP_PROTO_TCP, tcp)
        streamed[ends] += len(piece)


def _content(text: str) -> bytes:
    """The masked message, with the line ends that a stack's trace leaves out at its end."""
    whole = text.encode(errors="replace")
    head, gap, body = whole.partition(b"\r\n\r\n")
    if gap:
        stated = _LENGTH.search(head)
        missing = int(stated[2][:9]) - len(body) if stated else 0
        end = b"\r\n\r\n"[-missing:] if 0 < missing <= 4 else b""
    else:
        end = b"\r\n\r\n"
    shown = _MASKED_KEY.sub(rf"\g<1>{_STAND_IN}", masked(text))
    return shown.encode(errors="replace") + end


def _with_true_length(content: bytes) -> bytes:
    """The message with its true Content-Length, which says in a stream where it ends."""
    head, gap, body = content.partition(b"\r\n\r\n")
    return _LENGTH.sub(rb"\g<1>%d" % len(body), head) + gap + body


def _packet(source: Host, destination: Host, protocol: int, inner: dpkt.Packet) -> bytes:
    """The IP packet; dpkt fills in the checksums."""
    addresses = {"src": source.packed, "dst": destination.packed}
    if isinstance(source, IPv4Address):
        length = 20 + len(inner)
        return bytes(dpkt.ip.IP(**addresses, p=protocol, ttl=64, len=length, data=inner))
    packet = dpkt.ip6.IP6(
        **addresses, nxt=protocol, hlim=64, plen=len(inner), data=inner, extension_hdrs={}
    )
    content = bytes(packet)
    if protocol == dpkt.ip.IP_PROTO_UDP and inner.sum == 0:
        inner.sum = 0xFFFF  # RFC 8200: zero means no checksum; dpkt heeds that for IPv4 only
        content = bytes(packet)
    return content


def _ends(source: str, destination: str) -> tuple[End, End]:
    """Both addresses in one family; a name becomes the unspecified address."""
    (sender, sender_port), (receiver, receiver_port) = _end_point(source), _end_point(destination)
    six = isinstance(sender, IPv6Address) or isinstance(receiver, IPv6Address)
    return (_in_family(sender, six), sender_port), (_in_family(receiver, six), receiver_port)


def _end_point(text: str) -> tuple[Host | None, int]:
    """The address, if it is one, and the port, or 0, of ``host:port`` or ``[host]:port``."""
    match = _ADDRESS.fullmatch(text.strip())
    name = (match["bracketed"] or match["plain"] or "") if match else text
    port = int(match["port"] or 0) if match else 0
    try:
        host = ip_address(name.strip())
    except ValueError:
        return None, port if port < 65536 else 0
    return host, port if port < 65536 else 0


def _in_family(host: Host | None, six: bool) -> Host:
    if host is None:
        return IPv6Address(0) if six else IPv4Address(0)
    if six and isinstance(host, IPv4Address):
        return IPv6Address(f"::ffff:{host}")
    return host
