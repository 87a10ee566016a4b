"""The inventory of everything of the wheel that is not its public Python API.

The wheel's extension module exports the public C API of libre and libbaresip. What the wheel's
Python classes do not offer is done with those functions. `FUNCTIONS` lists each of them, what it is
for, and which capabilities of the embedded backend need it; `PRIVATE_NAMES` lists the Python names.
Both are checked when an agent starts: a capability whose function is missing is taken away, by the
name of the function. `docs/adr/0003-stack-thread.md` says why.
"""

import ctypes
from typing import Any, NamedTuple

POINTER, TEXT = ctypes.c_void_p, ctypes.c_char_p
_NUMBER, _FLAG = ctypes.c_uint32, ctypes.c_bool
_INT, _SIZE, _STATUS = ctypes.c_int, ctypes.c_size_t, ctypes.c_uint16
#: A flag or a status of a function that takes variable arguments, too: some builds of libffi refuse
#: narrower integers in such calls. They are passed alike.
_WIDE = ctypes.c_uint

#: What needs a function: the start of every agent, or members of `Capability` by their names.
START = "start"
_HOLD = "HOLD"
_UNDO_HOLD = "UNDO_HOLD"
_AFTER_COLLISION = "REINVITE_AFTER_COLLISION"
_REFUSALS = ("OWN_REFUSALS", "REDIRECT", "REFUSAL_HEADERS")
_OWED = ("ANSWER_NEW_CHALLENGES", "REPEAT_ACK", "END_FORKS")
_CHALLENGES = "ANSWER_NEW_CHALLENGES"
_REQUESTS = ("SEND_MESSAGE", "SEND_OPTIONS", "REQUEST_HEADERS")
_ADDRESSES = "OTHER_ADDRESSES"
_OUTBOUND = "NEXT_OUTBOUND"
_PACKETS = "COUNT_PACKETS"
_SEEN = (_PACKETS, "SEE_RTP")
_ONE_WAY = ("RECORD_ONE_WAY", "HEAR_ONE_WAY_EARLY")
_ANSWERS = ("ANSWER_HEADERS", "SEND_PROGRESS")
_NO_OFFER = "REINVITE_WITHOUT_OFFER"
_PROGRESS = "SEND_PROGRESS"
_SESSIONS = (_AFTER_COLLISION, *_OWED, _PROGRESS)
_SENT_AUDIO = ("RECORD_SENT", "TIME_AUDIO")
_SUBSCRIBE = ("SUBSCRIBE", "MESSAGE_WAITING")
_UNSOLICITED = "UNSOLICITED_SUMMARIES"
_SILENT = "NO_RINGING"


class Function(NamedTuple):
    """A C function: its result and arguments (variable ones come after them), and its purpose."""

    name: str
    result: Any
    arguments: list[Any]
    purpose: str
    needed_by: tuple[str, ...]


def _function(name: str, result: Any, arguments: list[Any], purpose: str, *by: str) -> Function:
    return Function(name, result, arguments, purpose, by)


FUNCTIONS = (
    # Calls and their audio streams
    _function("uag_call_find", POINTER, [TEXT], "the call with a Call-ID", START),
    _function("call_audio", POINTER, [POINTER], "a call's audio", START),
    _function("audio_strm", POINTER, [POINTER], "the media stream of an audio", START),
    _function("mem_deref", POINTER, [POINTER], "release an object", START),
    # Audio only: no video stream, about which a callee would send a re-INVITE
    _function("baresip_vidcodecl", POINTER, [], "the video codecs", START),
    _function("list_clear", None, [POINTER], "take the video codecs away", START),
    # SIP messages as they are sent and received
    _function("uag_sip", POINTER, [], "the SIP stack", START),
    _function("sip_set_trace_handler", None, [POINTER, POINTER], "see each message", START),
    _function("sa_af", _INT, [POINTER], "the family of an address", START),
    _function("sa_ntop", _INT, [POINTER, TEXT, _INT], "an address as text", START),
    _function("sa_port", ctypes.c_uint16, [POINTER], "the port of an address", START),
    # Addresses that media may use
    _function("baresip_network", POINTER, [], "the stack's network", _ADDRESSES),
    _function("net_if_apply", _INT, [POINTER, POINTER], "visit each interface", _ADDRESSES),
    _function("net_is_laddr", _FLAG, [POINTER, POINTER], "is an address in use", _ADDRESSES),
    _function(
        "net_add_address_ifname", _INT, [POINTER, POINTER, TEXT], "use an address", _ADDRESSES
    ),
    _function("sa_is_linklocal", _FLAG, [POINTER], "is an address link-local", _ADDRESSES),
    # What a call sends, frame by frame
    _function("baresip_aufiltl", POINTER, [], "the audio filters", *_SENT_AUDIO),
    _function("aufilt_register", None, [POINTER, POINTER], "add a filter", *_SENT_AUDIO),
    _function("mem_zalloc", POINTER, [_SIZE, POINTER], "a filter's state", *_SENT_AUDIO),
    _function("list_unlink", None, [POINTER], "end a filter's state", *_SENT_AUDIO),
    _function("uag_filter_calls", None, [POINTER] * 3, "visit each call", *_SENT_AUDIO),
    _function("call_id", TEXT, [POINTER], "a call's Call-ID", *_SENT_AUDIO),
    # Streams that only receive or only send
    _function("audio_codec", POINTER, [POINTER, _FLAG], "the encoder or decoder", *_ONE_WAY),
    _function(
        "audio_encoder_set", _INT, [POINTER, POINTER, _INT, TEXT], "set an encoder", *_ONE_WAY
    ),
    _function(
        "audio_decoder_set", _INT, [POINTER, POINTER, _INT, TEXT], "set a decoder", *_ONE_WAY
    ),
    # RTP packets
    _function("stream_rtp_sock", POINTER, [POINTER], "a stream's RTP session", *_SEEN),
    _function("rtp_sock", POINTER, [POINTER], "the socket of an RTP session", *_SEEN),
    _function(
        "udp_register_helper",
        _INT,
        [POINTER, POINTER, _INT, *[POINTER] * 3],
        "see what reaches a socket, also what the stack drops, and what leaves it",
        *_SEEN,
    ),
    _function("stream_metric_get_rx_n_packets", _NUMBER, [POINTER], "packets taken so far", *_SEEN),
    _function(
        "stream_metric_get_tx_n_packets", _NUMBER, [POINTER], "packets sent so far", _PACKETS
    ),
    # Hold
    _function(
        "call_refresh_allowed", _FLAG, [POINTER], "can a re-INVITE be sent now", _HOLD, _NO_OFFER
    ),
    _function("call_is_onhold", _FLAG, [POINTER], "what the last hold said", _HOLD),
    _function("call_hold", _INT, [POINTER, _FLAG], "offer hold or resume", _HOLD),
    _function("call_modify", _INT, [POINTER], "offer the same once more", _HOLD),
    _function("call_modify_nosdp", _INT, [POINTER], "have the peer offer", _NO_OFFER),
    _function("call_ack_pending", _FLAG, [POINTER], "is the ACK to come", _HOLD, _NO_OFFER),
    _function("stream_hold", None, [POINTER, _FLAG], "stop or resume media", _HOLD, _UNDO_HOLD),
    _function(
        "call_update_media",
        _INT,
        [POINTER],
        "apply what was agreed",
        _UNDO_HOLD,
        "MEDIA_AFTER_RINGING",
        _PROGRESS,
    ),
    _function("sipsess_reinvite", _INT, [POINTER, _FLAG], "send what waits", _AFTER_COLLISION),
    # Refusals, transfers, digits
    _function("call_get_ua", POINTER, [POINTER], "a call's user agent", *_REFUSALS, *_ANSWERS),
    _function(
        "ua_hangupf",
        None,
        [POINTER, POINTER, _WIDE, TEXT, TEXT],
        "answer with a final status and headers",
        *_REFUSALS,
    ),
    _function("call_transfer", _INT, [POINTER, TEXT], "send a REFER", "TRANSFER"),
    _function(
        "call_replace_transfer",
        _INT,
        [POINTER, POINTER],
        "send a REFER that replaces a call, without a hold before",
        "ATTENDED_TRANSFER",
    ),
    _function("call_account", POINTER, [POINTER], "a call's account", "DTMF_MODE", _PROGRESS),
    _function("account_dtmfmode", _INT, [POINTER], "how digits are sent", "DTMF_MODE"),
    _function("account_set_dtmfmode", _INT, [POINTER, _INT], "send them so", "DTMF_MODE"),
    # Provisional responses and answers
    _function("ua_answer", _INT, [POINTER, POINTER, _INT], "answer with 200", "ANSWER_HEADERS"),
    _function("ua_add_extension", None, [POINTER, TEXT], "support one", "ANSWER_HEADERS"),
    _function("ua_remove_extension", None, [POINTER, TEXT], "or not", "ANSWER_HEADERS"),
    _function("call_sdp_neg_state", _INT, [POINTER], "is there an offer", _PROGRESS),
    _function("call_sdp_get", _INT, [POINTER, POINTER, _FLAG], "a call's SDP", _PROGRESS),
    _function("account_rel100_mode", _INT, [POINTER], "is a PRACK wanted", _PROGRESS),
    _function("ua_print_allowed", _INT, [POINTER, POINTER], "an Allow", _PROGRESS),
    _function("ua_print_require", _INT, [POINTER, POINTER], "a Require", _PROGRESS),
    _function(
        "sipsess_progress",
        _INT,
        [POINTER, _WIDE, TEXT, _INT, POINTER, TEXT],
        "send a 183 with headers",
        _PROGRESS,
    ),
    # Requests that the stack owes and does not send
    _function("mbuf_alloc", POINTER, [_SIZE], "a buffer", *_SESSIONS),
    _function("mbuf_write_mem", _INT, [POINTER, TEXT, _SIZE], "fill it", *_SESSIONS),
    _function("mbuf_set_posend", None, [POINTER, _SIZE, _SIZE], "rewind it", *_SESSIONS),
    _function("sip_msg_decode", _INT, [POINTER, POINTER], "parse a message", *_SESSIONS),
    _function("uag_sipsess_sock", POINTER, [], "the SIP sessions", *_SESSIONS),
    _function("sipsess_find", POINTER, [POINTER, POINTER], "a message's", *_SESSIONS),
    _function("sipsess_dialog", POINTER, [POINTER], "the dialog of a session", *_OWED),
    _function(
        "sip_drequestf",
        _INT,
        [POINTER, POINTER, _WIDE, TEXT, POINTER, _NUMBER, *[POINTER] * 4, TEXT],
        "send a request in a dialog",
        *_OWED,
    ),
    _function(
        "sip_requestf",
        _INT,
        [POINTER, POINTER, _WIDE, TEXT, TEXT, *[POINTER] * 5, TEXT],
        "send a request outside of one",
        *_OWED,
    ),
    _function("uri_decode", _INT, [POINTER, POINTER], "parse its next hop", *_OWED),
    _function("ua_account", POINTER, [POINTER], "its account", _CHALLENGES, _OUTBOUND, *_SUBSCRIBE),
    _function(
        "account_auth",
        _INT,
        [POINTER, POINTER, POINTER, TEXT],
        "its credentials",
        _CHALLENGES,
        *_SUBSCRIBE,
    ),
    _function("sip_auth_alloc", _INT, [POINTER, POINTER, POINTER, _FLAG], "answers", _CHALLENGES),
    _function("account_set_outbound", _INT, [POINTER, TEXT, ctypes.c_uint], "its proxy", _OUTBOUND),
    _function("sip_auth_authenticate", _INT, [POINTER, POINTER], "answer a challenge", _CHALLENGES),
    # Requests outside of calls
    _function(
        "uag_find_aor",
        POINTER,
        [TEXT],
        "the user agent",
        _CHALLENGES,
        _OUTBOUND,
        *_REQUESTS,
        *_SUBSCRIBE,
    ),
    _function(
        "sip_req_send",
        _INT,
        [POINTER, TEXT, TEXT, POINTER, POINTER, TEXT],
        "send a request outside of calls, and answer challenges to it",
        *_REQUESTS,
    ),
    _function("baresip_message", POINTER, [], "what takes MESSAGEs", "RECEIVE_MESSAGE"),
    _function(
        "message_listen", _INT, [POINTER, POINTER, POINTER], "accept MESSAGEs", "RECEIVE_MESSAGE"
    ),
    # Subscriptions to event packages
    _function("ua_cuser", TEXT, [POINTER], "the user part of its Contact", *_SUBSCRIBE),
    _function("ua_outbound", TEXT, [POINTER], "its outbound proxy", *_SUBSCRIBE),
    _function("account_aor", TEXT, [POINTER], "an account's address", *_SUBSCRIBE),
    _function("account_display_name", TEXT, [POINTER], "an account's name", *_SUBSCRIBE),
    _function("uag_sipevent_sock", POINTER, [], "the subscriptions of the stack", *_SUBSCRIBE),
    _function(
        "sip_dialog_alloc",
        _INT,
        [POINTER, *[TEXT] * 4, POINTER, _NUMBER],
        "the dialog of a subscription, by which it is known before its SUBSCRIBE leaves",
        *_SUBSCRIBE,
    ),
    _function("sip_dialog_callid", TEXT, [POINTER], "its Call-ID", *_SUBSCRIBE),
    _function(
        "sipevent_dsubscribe",
        _INT,
        [*[POINTER] * 3, TEXT, TEXT, _NUMBER, TEXT, POINTER, POINTER, _WIDE, *[POINTER] * 3, TEXT],
        "send a SUBSCRIBE, refresh it, and answer each NOTIFY",
        *_SUBSCRIBE,
    ),
    _function(
        "sip_listen",
        _INT,
        [POINTER, POINTER, _FLAG, POINTER, POINTER],
        "see each request",
        _UNSOLICITED,
    ),
    _function("list_prepend", None, [POINTER] * 3, "see requests first", _UNSOLICITED),
    _function("sip_msg_hdr", POINTER, [POINTER, _INT], "a header", _UNSOLICITED, _SILENT),
    _function("sip_treply", _INT, [*[POINTER] * 3, _STATUS, TEXT], "answer it", _UNSOLICITED),
    # Calls that do not ring
    _function("conf_alloc_buf", _INT, [POINTER, TEXT, _SIZE], "a line of configuration", _SILENT),
    _function("conf_config", POINTER, [], "what is configured", _SILENT),
    _function("config_parse_conf", _INT, [POINTER, POINTER], "configure a line", _SILENT),
    _function("conf_cur", POINTER, [], "the lines of the configuration", _SILENT),
    _function("conf_get_u32", _INT, [POINTER, TEXT, POINTER], "a number in them", _SILENT),
    _function("uag_call_count", _NUMBER, [], "how many calls there are", _SILENT),
    _function("bevent_register", _INT, [POINTER, POINTER], "be asked about INVITEs", _SILENT),
    _function("bevent_get_msg", POINTER, [POINTER], "the INVITE", _SILENT),
    _function("mem_ref", POINTER, [POINTER], "keep an object", _SILENT),
    _function("sip_addr_decode", _INT, [POINTER, POINTER], "the URI in an address", _SILENT),
    _function("sip_strans_alloc", _INT, [POINTER] * 5, "begin a transaction", _SILENT),
    _function(
        "sip_treplyf", _INT, [*[POINTER] * 4, _WIDE, _WIDE, TEXT, TEXT], "answer in it", _SILENT
    ),
    _function("uag_find_msg", POINTER, [POINTER], "the user agent of an INVITE", _SILENT),
    _function("ua_accept", _INT, [POINTER, POINTER], "make a call of it", _SILENT),
)

#: Python names of the wheel that are not public. No agent starts without them.
PRIVATE_NAMES = {
    "baresip._native.__file__": "the extension module, which exports the C functions",
    "baresip._native.ffi": "have a stream's thread call Python many times without a state for each",
    "baresip._native.lib.BP_CMD_PING": "have the stack call Python between two of its steps",
    "baresip._native.lib.BP_EV_PONG": "know that call from events in the middle of a step",
    "baresip._native.lib.BP_EV_BASE": "know the events that are the stack's own",
    "baresip._native.lib.bp_cmd": "send that ping from the stack's own thread",
    "baresip._events.set_sink": "be the one that is called, and pass events on to the wheel",
    "baresip._native.lib.BP_CMD_UA_UNREGISTER": "unregister, whatever the wheel believes",
}
