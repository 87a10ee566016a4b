"""The audio of all calls, frame by frame, as the stack encodes it to be sent.

Between the moment the stack takes audio and the moment it sends it lie up to several packets. No
function tells how many, so a filter is registered with the stack, as its modules do: it is called
with every frame right before that is encoded and handed to the operating system.
"""

import ctypes
import errno
import struct
from collections import deque
from time import monotonic
from typing import Any, NamedTuple

from .faults import safely
from .inventory import POINTER
from .native import (
    BEGIN_ENCODING,
    AudioFilter,
    EncoderFilterState,
    PacketHandler,
    library,
    octets_at,
)
from .stack_thread import StackThread

#: `AUFMT_S16LE` of rem_au.h: what the wheel's audio source hands to the stack.
_SIGNED_16_BIT = 0
#: Bytes of a sample.
_SAMPLE = 2
#: The beginning of `struct auframe` (rem_auframe.h): format, rate, samples, how many, channels.
_FRAME = struct.Struct("iIPN8x8x2xB")
_LIST_PLACE = EncoderFilterState.le.offset

_DESTROY = ctypes.CFUNCTYPE(None, POINTER)
_MATCHES = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, POINTER)
_TAKE = ctypes.CFUNCTYPE(None, POINTER, POINTER)


class SentFrame(NamedTuple):
    """One packet's samples, and when they left (`time.monotonic`)."""

    at: float
    rate: int
    channels: int
    pcm: bytes


class SentAudio:
    """Keeps the frames that each call sends until they are taken.

    To be kept as long as the stack runs. The stack calls it on its own thread when a stream begins
    or ends, and on a thread of each stream for every frame.
    """

    def __init__(self) -> None:
        self._frames: dict[str, deque[SentFrame]] = {}
        self._streams: dict[int, str] = {}
        self._held: set[str] = set()
        self._destroy = _DESTROY(safely(None, self._stream_ended))
        self._encode = PacketHandler("int", 2, 0, self._encoding)
        self._filter = AudioFilter(
            name=b"sent_audio",
            enabled=True,
            encupdh=BEGIN_ENCODING(safely(errno.ENOMEM, self._stream_began)),
            ench=self._encode.address,
        )

    async def start(self, thread: StackThread) -> None:
        """Sees the frames of every call from now on, if this build of the wheel can."""
        if not library.has_all_for("RECORD_SENT"):
            return
        await thread.run(
            lambda: library.aufilt_register(library.baresip_aufiltl(), ctypes.byref(self._filter))
        )

    def take(self, call_id: str, rate: int, channels: int) -> list[SentFrame]:
        """Takes the frames of a call up to the last one in a format, in their order.

        Frames in another format before that one are dropped: their stream came and went between two
        looks. Those after it are kept, for the format may be about to change.
        """
        frames = self._frames.get(call_id)
        if not frames:
            return []
        waiting = list(frames)
        fits = [(frame.rate, frame.channels) == (rate, channels) for frame in waiting]
        count = len(fits) - fits[::-1].index(True) if any(fits) else 0
        for _ in range(count):
            frames.popleft()
        return [frame for frame, fit in zip(waiting[:count], fits, strict=False) if fit]

    def forget(self, call_id: str) -> None:
        """Drops what is kept of a call that has closed."""
        self._frames.pop(call_id, None)
        self._held.discard(call_id)

    def hold(self, call_id: str, on: bool) -> None:
        """Notes whether this side holds a call: the stack then drops each frame it has encoded."""
        (self._held.add if on else self._held.discard)(call_id)

    def is_held(self, call_id: str) -> bool:
        """Whether this side holds a call."""
        return call_id in self._held

    def follows(self, call_id: str) -> bool:
        """Whether a stream of the call passes this filter."""
        return call_id in list(self._streams.values())

    def _stream_began(
        self, state: Any, _context: int, _filter: int, _parameters: int, audio: int
    ) -> int:
        address = library.mem_zalloc(ctypes.sizeof(EncoderFilterState), self._destroy)
        if not address:
            return errno.ENOMEM
        state[0] = address
        call_id = _call_of(audio)
        if call_id is not None:
            self._streams[address] = call_id
            self._frames.setdefault(call_id, deque())
        return 0

    def _stream_ended(self, state: int) -> None:
        library.list_unlink(state + _LIST_PLACE)
        self._streams.pop(state, None)

    def _encoding(self, state: int, address: int) -> int:
        at = monotonic()
        call_id = self._streams.get(state, "")
        frames = self._frames.get(call_id)
        if frames is not None and call_id not in self._held:
            kind, rate, samples, count, channels = _FRAME.unpack(octets_at(address, _FRAME.size))
            if kind == _SIGNED_16_BIT:
                frames.append(SentFrame(at, rate, channels, octets_at(samples, count * _SAMPLE)))
        return 0


def _call_of(audio: int) -> str | None:
    """The Call-ID of the call that an audio stream belongs to."""
    found: list[str] = []

    def take(call: int, _argument: int) -> None:
        found.append(library.call_id(call).decode())

    def matches(call: int, _argument: int) -> bool:
        return bool(library.call_audio(call) == audio)

    library.uag_filter_calls(_TAKE(safely(None, take)), _MATCHES(safely(False, matches)), None)
    return found[0] if found else None
