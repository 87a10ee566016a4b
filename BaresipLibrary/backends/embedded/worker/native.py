"""The C functions and structures of the wheel's extension module, as `inventory.py` lists them.

The functions must run on the stack's own thread: called from another one, they close sockets that
the stack goes on to watch. `stack_thread.py` runs them there.
"""

import ctypes
import importlib
from collections.abc import Callable, Iterable
from typing import Any

from baresip import BaresipError

from .faults import failed
from .inventory import FUNCTIONS, POINTER, PRIVATE_NAMES, START, TEXT, Function


def private_name(path: str) -> Any:
    """What a name of `PRIVATE_NAMES` stands for; None when this build of the wheel has no such."""
    module, _, attributes = path.removeprefix("baresip.").partition(".")
    try:
        found: Any = importlib.import_module(f"baresip.{module}")
        for attribute in attributes.split("."):
            found = getattr(found, attribute)
    except (ImportError, AttributeError):
        return None
    return found


#: What reads the stack's memory for every packet; None in a wheel without it: no agent starts then.
_ffi: Any = private_name("baresip._native.ffi")
_OCTETS, _WORDS = (_ffi.typeof(kind) if _ffi else None for kind in ("char *", "size_t *"))


class TextSpan(ctypes.Structure):
    """`struct pl` (re_fmt.h): `l` octets of text at `p`."""

    _fields_ = (("p", TEXT), ("l", ctypes.c_size_t))


class TextPart(ctypes.Structure):
    """`struct pl` (re_fmt.h) of text in a buffer of the stack, which no zero ends."""

    _fields_ = (("p", POINTER), ("l", ctypes.c_size_t))

    @property
    def octets(self) -> bytes:
        return ctypes.string_at(self.p, self.l) if self.p else b""

    def __str__(self) -> str:
        return self.octets.decode(errors="replace")


class ListElement(ctypes.Structure):
    """`struct le` (re_list.h): the place of an object in a linked list."""

    _fields_ = (("prev", POINTER), ("next", POINTER), ("list", POINTER), ("data", POINTER))


class SipHeader(ctypes.Structure):
    """`struct sip_hdr` (re_sip.h)."""

    _fields_ = (("le", ListElement), ("he", ListElement), ("name", TextPart), ("value", TextPart))


class EncoderFilterState(ctypes.Structure):
    """`struct aufilt_enc_st` (baresip.h): what a filter keeps for one audio stream."""

    _fields_ = (("af", POINTER), ("le", ListElement))


#: The handler of `struct aufilt` for a stream that begins.
BEGIN_ENCODING = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(POINTER),
    *[POINTER] * 4,
)


class AudioFilter(ctypes.Structure):
    """`struct aufilt` (baresip.h): a stage that sees every frame of every call."""

    _fields_ = (
        ("le", ListElement),
        ("name", TEXT),
        ("enabled", ctypes.c_bool),
        ("encupdh", BEGIN_ENCODING),
        ("ench", POINTER),
        ("decupdh", POINTER),
        ("dech", POINTER),
    )


class PacketHandler:
    """A function that C code calls for every packet, from threads that Python does not know.

    It takes and returns numbers. What it raises is reported, and C gets the default. ctypes would
    make such a thread a Python state for every call, and map memory for it; cffi keeps the state as
    long as the thread runs. To be kept as long as C may call it.
    """

    def __init__(
        self, result: str, arguments: int, default: int, function: Callable[..., int]
    ) -> None:
        def on_error(_kind: type[BaseException], error: BaseException, trace: Any) -> None:
            failed(error.with_traceback(trace))

        signature = f"{result}({', '.join(['uintptr_t'] * arguments)})"
        self._callback = _ffi.callback(signature, function, error=default, onerror=on_error)
        self.address = int(_ffi.cast("uintptr_t", self._callback))


def octets_at(address: int, count: int) -> bytes:
    """So many octets at an address, copied: quicker than by ctypes."""
    octets: bytes = _ffi.unpack(_ffi.cast(_OCTETS, address), count)
    return octets


def octets_in(address: int, most: int) -> bytes:
    """The first octets, at most `most`, that are in use in the `struct mbuf` at an address."""
    octets, _, start, end = _ffi.unpack(_ffi.cast(_WORDS, address), 4)
    return octets_at(octets + start, min(end - start, most))


class FunctionMissing(BaresipError):
    """A C function was called that this build of the wheel does not export."""


class Library:
    """The C functions of `FUNCTIONS`, as attributes; one that is missing raises when called."""

    def __init__(self, exported: Any, functions: Iterable[Function] = FUNCTIONS) -> None:
        self.missing: list[Function] = []
        self._functions: dict[str, Any] = {}
        for function in functions:
            self._functions[function.name] = self._load(exported, function)

    def _load(self, exported: Any, function: Function) -> Any:
        try:
            loaded = getattr(exported, function.name)
        except AttributeError:
            self.missing.append(function)
            return _raising(function.name)
        loaded.restype, loaded.argtypes = function.result, function.arguments
        return loaded

    def __getattr__(self, name: str) -> Any:
        try:
            return self._functions[name]
        except KeyError:
            raise AttributeError(f"{name} is not in the inventory of C functions") from None

    def lacking(self) -> dict[str, list[str]]:
        """What cannot be done, `START` or a capability each, and the functions it lacks."""
        lacking: dict[str, list[str]] = {}
        for function in self.missing:
            for what in function.needed_by:
                lacking.setdefault(what, []).append(function.name)
        return lacking

    def has_all_for(self, what: str) -> bool:
        """Whether no function is missing that a capability needs."""
        return what not in self.lacking()

    def require_all_for(self, what: str) -> None:
        """Raises `FunctionMissing` when a function is missing that a capability needs.

        It is asked before the first of several functions acts.
        """
        if missing := self.lacking().get(what):
            raise _missing(", ".join(missing))


def _raising(name: str) -> Callable[..., Any]:
    def missing(*_arguments: Any) -> Any:
        raise _missing(name)

    return missing


def _missing(names: str) -> FunctionMissing:
    return FunctionMissing(f"this build of baresip-python lacks {names}")


def missing_names() -> list[str]:
    """Those of `PRIVATE_NAMES` that this build of the wheel lacks."""
    return [name for name in PRIVATE_NAMES if private_name(name) is None]


#: The only place where the C library is loaded.
library = Library(ctypes.CDLL(private_name("baresip._native.__file__")))


def why_no_agent_starts() -> str | None:
    """What this build of the wheel lacks that every agent needs, as a clause; None if nothing."""
    missing = [*missing_names(), *library.lacking().get(START, [])]
    if not missing:
        return None
    return f"this build of baresip-python lacks {', '.join(missing)}, which every agent needs."


def lacking_capabilities() -> dict[str, list[str]]:
    """The capabilities that this build of the wheel lacks functions for, and those functions."""
    return {what: names for what, names in library.lacking().items() if what != START}
