"""What the stack can do with a call and the wheel does not offer."""

import contextlib
import ctypes
import os
from collections.abc import AsyncIterator

from .native import library
from .requests import send_queued
from .sent_audio import SentAudio
from .stack_thread import StackThread

#: Leaves the payload type that was agreed.
_SAME_PAYLOAD_TYPE = -1
_DTMF_MODES = {"rtpevent": 0, "info": 1, "auto": 2}


def find_call(call_id: str) -> int | None:
    """The stack's call with that Call-ID. On the stack's thread only."""
    call: int | None = library.uag_call_find(call_id.encode())
    return call


def find_stream(call_id: str) -> int | None:
    """The audio stream of a call. On the stack's thread only."""
    call = find_call(call_id)
    audio = call and library.call_audio(call)
    return (library.audio_strm(audio) or None) if audio else None


async def restart_media(thread: StackThread, call_id: str) -> None:
    """Lets early media go on: the stack stops it at every 18x that comes without SDP.

    Such an answer changes nothing of what was agreed (RFC 3261, section 13.2.1).
    """

    def restart() -> None:
        call = find_call(call_id)
        if call:
            library.call_update_media(call)

    await thread.run(restart)


def complete_codecs(call_id: str, sent: SentAudio) -> None:
    """Gives a stream that only receives or only sends a codec for the other direction, too.

    The stack lets audio through its filters once it has both: only then what is decoded can be
    read, and what is sent is seen. Nothing more is sent or received. On the stack's thread only.
    """
    call = find_call(call_id)
    audio = call and library.call_audio(call)
    if not audio:
        return
    encoder, decoder = library.audio_codec(audio, True), library.audio_codec(audio, False)
    if decoder and not encoder:
        library.audio_encoder_set(audio, decoder, _SAME_PAYLOAD_TYPE, None)
    elif encoder and not decoder and not sent.follows(call_id):
        library.audio_decoder_set(audio, encoder, _SAME_PAYLOAD_TYPE, None)


async def refuse(
    thread: StackThread, call_id: str, status: int, reason: str, headers: list[tuple[str, str]]
) -> None:
    """Answers an incoming call with a final status; the stack reports the call as closed."""
    pairs = [*headers, ("Content-Length", "0")]
    rest = "".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n"

    def hang_up() -> None:
        call = find_call(call_id)
        if call:
            agent = library.call_get_ua(call)
            block = ctypes.c_char_p(rest.encode())
            library.ua_hangupf(agent, call, status, reason.encode(), b"%s", block)

    await thread.run(hang_up)


async def offer_hold(
    thread: StackThread, call_id: str, on: bool, stuck: str | None, sent: SentAudio
) -> bool:
    """Sends the re-INVITE that holds or resumes, unless one is under way; whether it did.

    It is sent although the last one said the same. `stuck` is a message of the call's dialog when
    the stack would only queue the re-INVITE.

    Raises:
        FunctionMissing: this build of the wheel cannot; nothing was changed.
    """
    library.require_all_for("HOLD")

    def offer() -> bool:
        call = find_call(call_id)
        if not call or not library.call_refresh_allowed(call):
            return False
        waits = _waits_behind(call, stuck)
        again = library.call_is_onhold(call) is on
        if again:  # the stream says otherwise after `undo_hold`
            library.stream_hold(find_stream(call_id), on)
        failed = library.call_modify(call) if again else library.call_hold(call, on)
        sent.hold(call_id, on)
        if not failed and stuck and waits:
            send_queued(stuck)
        return not failed

    return await thread.run(offer)


async def refresh(thread: StackThread, call_id: str, offer: bool, stuck: str | None) -> bool:
    """Sends a re-INVITE that offers the same again, or without SDP; as `offer_hold`.

    Raises:
        FunctionMissing: this build of the wheel cannot.
    """
    library.require_all_for("HOLD" if offer else "REINVITE_WITHOUT_OFFER")

    def send() -> bool:
        call = find_call(call_id)
        if not call or not library.call_refresh_allowed(call):
            return False
        waits = _waits_behind(call, stuck)
        failed = library.call_modify(call) if offer else library.call_modify_nosdp(call)
        if not failed and stuck and waits:
            send_queued(stuck)
        return not failed

    return await thread.run(send)


def _waits_behind(call: int, stuck: str | None) -> bool:
    """Whether the stack would only queue a re-INVITE, and not send it after an ACK either.

    Raises:
        FunctionMissing: this build of the wheel cannot send it then.
    """
    waits = bool(stuck) and not library.call_ack_pending(call)
    if waits:
        library.require_all_for("REINVITE_AFTER_COLLISION")
    return waits


async def undo_hold(thread: StackThread, call_id: str, on: bool, sent: SentAudio) -> None:
    """Has the media of a call go on as before a hold (`on`) or resume that the peer refused.

    The stack leaves it as it was offered: of a hold that was refused it would drop what arrives.

    Raises:
        FunctionMissing: this build of the wheel cannot; nothing was changed.
    """
    library.require_all_for("UNDO_HOLD")

    def undo() -> None:
        call, stream = find_call(call_id), find_stream(call_id)
        if stream:
            library.stream_hold(stream, not on)
            library.call_update_media(call)
            sent.hold(call_id, not on)

    await thread.run(undo)


async def transfer(thread: StackThread, call_id: str, uri: str) -> str | None:
    """Sends the REFER that has a call's peer call a URI; why it was not sent, else None."""

    def refer() -> str | None:
        call = find_call(call_id)
        return _problem(library.call_transfer(call, uri.encode())) if call else _ENDED

    return await thread.run(refer)


async def transfer_to(thread: StackThread, call_id: str, consultation_id: str) -> str | None:
    """Sends the REFER that has a call's peer replace the consultation; why not, else None.

    It does not ask whether the peer supports Replaces: the peer's answer tells.
    """

    def refer() -> str | None:
        call, consultation = find_call(call_id), find_call(consultation_id)
        if not call or not consultation:
            return _ENDED
        return _problem(library.call_replace_transfer(call, consultation))

    return await thread.run(refer)


_ENDED = "the call has ended"


def _problem(error: int) -> str | None:
    return os.strerror(error) if error else None


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
    call = find_call(call_id)
    account = call and library.call_account(call)
    if not account:
        return None
    before = int(library.account_dtmfmode(account))
    library.account_set_dtmfmode(account, mode)
    return before
