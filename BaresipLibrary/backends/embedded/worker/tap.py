"""RTP packets as they reach a call's socket, whether the stack takes them or not.

The stack counts what it takes. Of a call that it holds, say, it drops what arrives before that.
"""

import ctypes
import time

#: Above TURN, whose packets it sees unwrapped, and below SRTP, which drops what it can't decrypt.
_LAYER = 5
_HEADER = 12
_VERSION = 2
#: RTCP on the same port as RTP (RFC 5761, section 4).
_RTCP = range(64, 96)

_RECEIVED = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class _PacketBuffer(ctypes.Structure):
    """The beginning of libre's public `struct mbuf`."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("pos", ctypes.c_size_t),
        ("end", ctypes.c_size_t),
    )


class PacketTap:
    """Follows the packets of one stream as long as there is one; all on the stack's thread.

    `last_at` is when the newest came, `payload_types` are those of all that came. The socket owns
    what `open` gives it and drops it in the end: until then the tap must not be forgotten.
    """

    def __init__(self, library: ctypes.CDLL, stream: int) -> None:
        self.stream = stream
        self.last_at: float | None = None
        self.payload_types: set[int] = set()
        self._library = library
        self._untaken = 0
        self._expected: int | None = None
        self._handler = _RECEIVED(self._arrived)

    def open(self) -> None:
        """Sees every packet from now on."""
        session = self._library.stream_rtp_sock(self.stream)
        sock = session and self._library.rtp_sock(session)
        if sock:
            helper = ctypes.c_void_p()
            self._library.udp_register_helper(
                ctypes.byref(helper), sock, _LAYER, None, self._handler, None
            )

    def untaken(self) -> int:
        """How many the stack has not taken so far."""
        self._settle()
        return self._untaken

    def _arrived(self, _source: int, buffer: int, _argument: int) -> bool:
        payload_type = _payload_type(_PacketBuffer.from_address(buffer))
        if payload_type is not None:
            self._settle()
            self.payload_types.add(payload_type)
            self._expected = self._taken() + 1
            self.last_at = time.monotonic()
        return False  # the stack goes on with it

    def _settle(self) -> None:
        """Looks whether the stack took the newest: it has, before it sees another."""
        expected, self._expected = self._expected, None
        if expected is not None and self._taken() < expected:
            self._untaken += 1

    def _taken(self) -> int:
        return int(self._library.stream_metric_get_rx_n_packets(self.stream))


def _payload_type(buffer: _PacketBuffer) -> int | None:
    """That of an RTP packet; None for what is none."""
    if buffer.end - buffer.pos < _HEADER:
        return None
    octets = (ctypes.c_uint8 * 2).from_address(buffer.buf + buffer.pos)
    payload_type = octets[1] & 0x7F
    is_rtp = octets[0] >> 6 == _VERSION and payload_type not in _RTCP
    return payload_type if is_rtp else None
