"""Message summaries (RFC 3842) that a mailbox sends without a subscription.

The stack answers every NOTIFY outside of a subscription with 481. Many PBXs send summaries so to
phones that are registered, and such a phone accepts them.
"""

import ctypes
import re

from .faults import safely
from .native import POINTER, ListElement, library

_ON_REQUEST = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, POINTER)
#: Headers by their numbers (`enum sip_hdrid`, re_sip.h): compact names have the same.
_CSEQ, _EVENT, _TO = 746, 3286, 1449
_SUMMARY = re.compile(rb"message-summary[ \t]*(;|$)", re.IGNORECASE)
_TAG = re.compile(rb";[ \t]*tag[ \t]*=", re.IGNORECASE)


class _Span(ctypes.Structure):
    """`struct pl` (re_fmt.h) of text that another buffer holds, and that no zero ends."""

    _fields_ = (("p", POINTER), ("l", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """The beginning of `struct sip_hdr` (re_sip.h)."""

    _fields_ = (("le", ListElement), ("he", ListElement), ("name", _Span), ("value", _Span))


class UnsolicitedSummaries:
    """Accepts such a NOTIFY. To be kept as long as the stack runs."""

    def __init__(self) -> None:
        self._callback = _ON_REQUEST(safely(False, self._on_request))
        #: The stack writes here when it forgets the listener.
        self._listener = ctypes.c_void_p()

    def start(self) -> None:
        """Sees each request before the stack's own listeners do. On the stack's thread only."""
        library.sip_listen(
            ctypes.byref(self._listener), library.uag_sip(), True,
            ctypes.cast(self._callback, POINTER), None,
        )  # fmt: skip
        if self._listener.value:
            element = ListElement.from_address(self._listener.value)
            listeners, listener = element.list, element.data
            library.list_unlink(self._listener)
            library.list_prepend(listeners, self._listener, listener)

    @staticmethod
    def _on_request(message: int, _argument: int) -> bool:
        if not _value(message, _CSEQ).upper().endswith(b"NOTIFY"):
            return False
        in_dialog = _TAG.search(_value(message, _TO).rpartition(b">")[2])
        if in_dialog or not _SUMMARY.match(_value(message, _EVENT)):
            return False
        library.sip_treply(None, library.uag_sip(), message, 200, b"OK")
        return True


def _value(message: int, header: int) -> bytes:
    found = library.sip_msg_hdr(message, header)
    if not found:
        return b""
    value = _Header.from_address(found).value
    return ctypes.string_at(value.p, value.l) if value.p else b""
