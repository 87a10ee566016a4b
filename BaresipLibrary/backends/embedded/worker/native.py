"""What the stack can do and the wheel does not offer, through libbaresip's exported C functions.

The wheel's extension module exports libbaresip's public API. Its functions must run on the stack's
own thread: called from another one, they close sockets that the stack goes on to watch. The wheel
calls Python on that thread for every event and completed command; when a ping is answered, the
stack is between two steps, and there is where `StackThread` does its work.
"""

import contextlib
import ctypes
import os
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from baresip import Runtime, _native
from baresip._events import set_sink

from .tap import PacketTap

T = TypeVar("T")

_POINTER, _TEXT, _NUMBER = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32
#: A handler of interfaces: the name, the address and its own argument; True ends the walk.
_INTERFACE = ctypes.CFUNCTYPE(ctypes.c_bool, _TEXT, _POINTER, _POINTER)
#: Name, result, arguments; the variable ones of `ua_hangupf` come after those.
_FUNCTIONS: tuple[tuple[str, Any, list[Any]], ...] = (
    ("baresip_network", _POINTER, []),
    ("net_if_apply", ctypes.c_int, [_INTERFACE, _POINTER]),
    ("net_is_laddr", ctypes.c_bool, [_POINTER, _POINTER]),
    ("net_add_address_ifname", ctypes.c_int, [_POINTER, _POINTER, _TEXT]),
    ("sa_is_linklocal", ctypes.c_bool, [_POINTER]),
    ("baresip_vidcodecl", _POINTER, []),
    ("list_clear", None, [_POINTER]),
    ("uag_call_find", _POINTER, [_TEXT]),
    ("call_audio", _POINTER, [_POINTER]),
    ("audio_strm", _POINTER, [_POINTER]),
    ("audio_codec", _POINTER, [_POINTER, ctypes.c_bool]),
    ("audio_encoder_set", ctypes.c_int, [_POINTER, _POINTER, ctypes.c_int, _TEXT]),
    ("_re_snprintf", ctypes.c_int, [_TEXT, ctypes.c_size_t, _TEXT, _POINTER, _POINTER]),
    ("stream_hold", None, [_POINTER, ctypes.c_bool]),
    ("stream_rtp_sock", _POINTER, [_POINTER]),
    ("rtp_sock", _POINTER, [_POINTER]),
    ("udp_register_helper", ctypes.c_int, [_POINTER, _POINTER, ctypes.c_int, *[_POINTER] * 3]),
    ("stream_metric_get_rx_n_packets", _NUMBER, [_POINTER]),
    ("stream_metric_get_tx_n_packets", _NUMBER, [_POINTER]),
    ("call_get_ua", _POINTER, [_POINTER]),
    ("call_account", _POINTER, [_POINTER]),
    ("account_dtmfmode", ctypes.c_int, [_POINTER]),
    ("account_set_dtmfmode", ctypes.c_int, [_POINTER, ctypes.c_int]),
    ("call_refresh_allowed", ctypes.c_bool, [_POINTER]),
    ("call_is_onhold", ctypes.c_bool, [_POINTER]),
    ("call_hold", ctypes.c_int, [_POINTER, ctypes.c_bool]),
    ("call_modify", ctypes.c_int, [_POINTER]),
    ("call_update_media", ctypes.c_int, [_POINTER]),
    ("call_ack_pending", ctypes.c_bool, [_POINTER]),
    ("call_replace_transfer", ctypes.c_int, [_POINTER, _POINTER]),
    ("mbuf_alloc", _POINTER, [ctypes.c_size_t]),
    ("mbuf_write_mem", ctypes.c_int, [_POINTER, _TEXT, ctypes.c_size_t]),
    ("mbuf_set_posend", None, [_POINTER, ctypes.c_size_t, ctypes.c_size_t]),
    ("mem_deref", _POINTER, [_POINTER]),
    ("sip_msg_decode", ctypes.c_int, [_POINTER, _POINTER]),
    ("uag_sipsess_sock", _POINTER, []),
    ("sipsess_find", _POINTER, [_POINTER, _POINTER]),
    ("sipsess_reinvite", ctypes.c_int, [_POINTER, ctypes.c_bool]),
    ("ua_hangupf", None, [_POINTER, _POINTER, ctypes.c_uint16, _TEXT, _TEXT]),
    ("uag_sip", _POINTER, []),
    ("sip_set_trace_handler", None, [_POINTER, _POINTER]),
    ("uag_sipsess_sock", _POINTER, []),
    ("uag_find_aor", _POINTER, [_TEXT]),
    ("ua_account", _POINTER, [_POINTER]),
    ("account_auth", ctypes.c_int, [_POINTER, _POINTER, _POINTER, _TEXT]),
    ("sipsess_find", _POINTER, [_POINTER, _POINTER]),
    ("sipsess_dialog", _POINTER, [_POINTER]),
    ("sip_msg_decode", ctypes.c_int, [_POINTER, _POINTER]),
    ("sip_auth_alloc", ctypes.c_int, [_POINTER, _POINTER, _POINTER, ctypes.c_bool]),
    ("sip_auth_authenticate", ctypes.c_int, [_POINTER, _POINTER]),
    ("sip_drequestf", ctypes.c_int, [
        _POINTER, _POINTER, ctypes.c_bool, _TEXT, _POINTER, _NUMBER, *[_POINTER] * 4, _TEXT
    ]),
    ("sip_requestf", ctypes.c_int, [
        _POINTER, _POINTER, ctypes.c_bool, _TEXT, _TEXT, *[_POINTER] * 5, _TEXT
    ]),
    ("uri_decode", ctypes.c_int, [_POINTER, _POINTER]),
    ("mbuf_alloc", _POINTER, [ctypes.c_size_t]),
    ("mbuf_write_mem", ctypes.c_int, [_POINTER, _TEXT, ctypes.c_size_t]),
    ("mem_deref", _POINTER, [_POINTER]),
)  # fmt: skip
#: How much of what the stack says of a call's audio is read; the buffers come first.
_DESCRIPTION = 8192
_BUFFERED = re.compile(rb"tx:.*?cur_sz=(\d+)", re.DOTALL)
#: Leaves the payload type that was agreed.
_SAME_PAYLOAD_TYPE = -1
_DTMF_MODES = {"rtpevent": 0, "info": 1, "auto": 2}


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(_native.__file__)
    for name, result, arguments in _FUNCTIONS:
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


_library = library = _load()


class StackThread:
    """Runs functions on the thread of a runtime's stack, between two of its own steps."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._jobs: deque[Callable[[], None]] = deque()
        self._pass_on = set_sink(self._on_native_event)  # type: ignore[no-untyped-call]

    def _on_native_event(self, event: int, handle: int, payload: bytes | None) -> None:
        # Other events come in the middle of a step, in which a re-INVITE must not be sent.
        while event == _native.lib.BP_EV_PONG and self._jobs:
            self._jobs.popleft()()
        self._pass_on(event, handle, payload)

    async def run(self, function: Callable[[], T]) -> T:
        """What the function returns; it must not raise and must not take long."""
        results: list[T] = []
        self._jobs.append(lambda: results.append(function()))
        await self._runtime.cmd(_native.lib.BP_CMD_PING)
        return results[0]


async def go_without_video(thread: StackThread) -> None:
    """Takes every video codec from a stack that has no user agent yet: its calls are audio only.

    A callee would else make a video stream for each call, drop it with the answer, and send a
    re-INVITE about it a moment later.
    """
    await thread.run(lambda: _library.list_clear(_library.baresip_vidcodecl()))


async def use_every_address(thread: StackThread) -> None:
    """Lets media use every address of the machine, whichever the agent is bound to for SIP.

    Of an offer that wants media elsewhere than the bound address can reach (another address of
    this machine, for one) the stack would know no address of its own to answer with: 500.
    """
    network = _library.baresip_network()

    def add(name: bytes, address: int, _argument: int) -> bool:
        if not _library.sa_is_linklocal(address) and not _library.net_is_laddr(network, address):
            _library.net_add_address_ifname(network, address, name)
        return False

    handler = _INTERFACE(add)
    await thread.run(lambda: _library.net_if_apply(handler, None))


def _stream(call_id: str) -> int | None:
    call = _library.uag_call_find(call_id.encode())
    audio = call and _library.call_audio(call)
    return (_library.audio_strm(audio) or None) if audio else None


class PacketCounts:
    """Counts the RTP packets of calls."""

    def __init__(self, thread: StackThread) -> None:
        self._thread = thread
        self._taps: dict[str, PacketTap] = {}

    async def watch(self, call_id: str) -> None:
        """Counts from now on what the stack does not take, too."""

        def tap() -> None:
            stream = _stream(call_id)
            known = self._taps.get(call_id)
            if stream and not (known and known.stream == stream):
                self._taps[call_id] = PacketTap(_library, stream)
                self._taps[call_id].open()

        await self._thread.run(tap)

    async def forget(self, call_id: str) -> None:
        """Its call has closed."""
        await self._thread.run(lambda: self._taps.pop(call_id, None))

    async def read(self, call_id: str) -> dict[str, Any] | None:
        """Those so far, as `Packets` has them; None when the call has no audio stream."""

        def count() -> dict[str, Any] | None:
            stream, tap = _stream(call_id), self._taps.get(call_id)
            if not stream:
                return None
            if tap and tap.stream != stream:
                tap = None
            untaken = tap.untaken() if tap else 0
            return {
                "received": _library.stream_metric_get_rx_n_packets(stream) + untaken,
                "sent": _library.stream_metric_get_tx_n_packets(stream),
                "untaken": untaken,
                "last_at": tap and tap.last_at,
                "payload_types": sorted(tap.payload_types) if tap else [],
            }

        return await self._thread.run(count)


async def packets_and_held(
    thread: StackThread, call_id: str, *, ask_held: bool
) -> tuple[int, int | None] | None:
    """RTP packets sent so far, and the bytes taken to be sent after them; None without audio.

    No function tells those; the stack's description of the audio does. To be asked once, and not
    before audio flows both ways: of calls asked all the time some never sent or heard any more.
    """
    text = ctypes.create_string_buffer(_DESCRIPTION)
    describe = ctypes.cast(_library.audio_debug, _POINTER)

    def read() -> tuple[int, int | None] | None:
        call = _library.uag_call_find(call_id.encode())
        audio = call and _library.call_audio(call)
        stream = audio and _library.audio_strm(audio)
        if not stream:
            return None
        if ask_held:
            _library._re_snprintf(text, _DESCRIPTION, b"%H", describe, audio)
        found = _BUFFERED.search(text.value)
        packets = _library.stream_metric_get_tx_n_packets(stream)
        return packets, int(found[1]) if found else None

    return await thread.run(read)


async def restart_media(thread: StackThread, call_id: str) -> None:
    """Lets early media go on: the stack stops it at every 18x that comes without SDP.

    Such an answer changes nothing of what was agreed (RFC 3261, section 13.2.1).
    """

    def restart() -> None:
        call = _library.uag_call_find(call_id.encode())
        if call:
            _library.call_update_media(call)

    await thread.run(restart)


async def hear_without_sending(thread: StackThread, call_id: str) -> None:
    """Makes a stream that has only received from its beginning on one that can be read.

    The stack hands out what it decodes once it has an encoder, too; what is sent stays nothing.
    """

    def give_encoder() -> None:
        call = _library.uag_call_find(call_id.encode())
        audio = call and _library.call_audio(call)
        decoder = audio and _library.audio_codec(audio, False)
        if decoder and not _library.audio_codec(audio, True):
            _library.audio_encoder_set(audio, decoder, _SAME_PAYLOAD_TYPE, None)

    await thread.run(give_encoder)


async def refuse(
    thread: StackThread, call_id: str, status: int, reason: str, headers: list[tuple[str, str]]
) -> None:
    """Answers an incoming call with a final status; the stack reports the call as closed."""
    pairs = [*headers, ("Content-Length", "0")]
    rest = "".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n"

    def hang_up() -> None:
        call = _library.uag_call_find(call_id.encode())
        if call:
            agent = _library.call_get_ua(call)
            block = ctypes.c_char_p(rest.encode())
            _library.ua_hangupf(agent, call, status, reason.encode(), b"%s", block)

    await thread.run(hang_up)


async def offer_hold(thread: StackThread, call_id: str, on: bool, stuck: str | None) -> bool:
    """Sends the re-INVITE that holds or resumes, unless one is under way; whether it did.

    It is sent although the last one said the same. `stuck` is a message of the call's dialog when
    the stack would only queue the re-INVITE.
    """

    def offer() -> bool:
        call = _library.uag_call_find(call_id.encode())
        if not call or not _library.call_refresh_allowed(call):
            return False
        again = _library.call_is_onhold(call) is on
        if again:  # the stream says otherwise after `undo_hold`
            _library.stream_hold(_stream(call_id), on)
        failed = _library.call_modify(call) if again else _library.call_hold(call, on)
        if not failed and stuck and not _library.call_ack_pending(call):  # else sent after the ACK
            _send_queued(stuck.encode())
        return not failed

    return await thread.run(offer)


async def undo_hold(thread: StackThread, call_id: str, on: bool) -> None:
    """Has the media of a call go on as before a hold (`on`) or resume that the peer refused.

    The stack leaves it as it was offered: of a hold that was refused it would drop what arrives.
    """

    def undo() -> None:
        call, stream = _library.uag_call_find(call_id.encode()), _stream(call_id)
        if stream:
            _library.stream_hold(stream, not on)
            _library.call_update_media(call)

    await thread.run(undo)


def _send_queued(message: bytes) -> None:
    """Sends the re-INVITE that waits in the dialog which a message belongs to."""
    buffer = _library.mbuf_alloc(len(message))
    _library.mbuf_write_mem(buffer, message, len(message))
    _library.mbuf_set_posend(buffer, 0, len(message))
    decoded = _POINTER()
    if not _library.sip_msg_decode(ctypes.byref(decoded), buffer):
        session = _library.sipsess_find(_library.uag_sipsess_sock(), decoded)
        if session:
            _library.sipsess_reinvite(session, True)
        _library.mem_deref(decoded)
    _library.mem_deref(buffer)


async def transfer_to(thread: StackThread, call_id: str, consultation_id: str) -> str | None:
    """Sends the REFER that has a call's peer replace the consultation; what is wrong, else None.

    It does not ask whether the peer supports Replaces: the peer's answer tells.
    """

    def refer() -> str | None:
        call, consultation = (
            _library.uag_call_find(one.encode()) for one in (call_id, consultation_id)
        )
        if not call or not consultation:
            return "the call has ended"
        error = _library.call_replace_transfer(call, consultation)
        return os.strerror(error) if error else None

    return await thread.run(refer)


@contextlib.asynccontextmanager
async def dtmf_mode(thread: StackThread, call_id: str, mode: str | None) -> AsyncIterator[None]:
    """Sends the digits of a block in another mode than the account's; None changes nothing."""
    if mode is None:
        yield
        return
    before = await thread.run(lambda: _swap_dtmf_mode(call_id, _DTMF_MODES[mode]))
    try:
        yield
    finally:
        if before is not None:
            await thread.run(lambda: _swap_dtmf_mode(call_id, before))


def _swap_dtmf_mode(call_id: str, mode: int) -> int | None:
    call = _library.uag_call_find(call_id.encode())
    account = call and _library.call_account(call)
    if not account:
        return None
    before = int(_library.account_dtmfmode(account))
    _library.account_set_dtmfmode(account, mode)
    return before
