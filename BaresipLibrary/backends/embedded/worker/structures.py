"""C structures of libre and libbaresip that the worker reads or fills.

Each is in a public header of 4.x (named with it): no structure that only the C sources know.
"""

import ctypes

POINTER, TEXT = ctypes.c_void_p, ctypes.c_char_p


class MessageBuffer(ctypes.Structure):
    """`struct mbuf` (re_mbuf.h): `size` octets at `buf`, of which `pos` to `end` are in use."""

    _fields_ = (
        ("buf", POINTER),
        ("size", ctypes.c_size_t),
        ("pos", ctypes.c_size_t),
        ("end", ctypes.c_size_t),
    )


class TextSpan(ctypes.Structure):
    """`struct pl` (re_fmt.h): `l` octets of text at `p`."""

    _fields_ = (("p", TEXT), ("l", ctypes.c_size_t))


class ListElement(ctypes.Structure):
    """`struct le` (re_list.h): the place of an object in a linked list."""

    _fields_ = (("prev", POINTER), ("next", POINTER), ("list", POINTER), ("data", POINTER))


class AudioFrame(ctypes.Structure):
    """The beginning of `struct auframe` (rem_auframe.h): `sampc` samples at `sampv`."""

    _fields_ = (
        ("fmt", ctypes.c_int),
        ("srate", ctypes.c_uint32),
        ("sampv", POINTER),
        ("sampc", ctypes.c_size_t),
        ("timestamp", ctypes.c_uint64),
        ("level", ctypes.c_double),
        ("id", ctypes.c_uint16),
        ("ch", ctypes.c_uint8),
    )


class EncoderFilterState(ctypes.Structure):
    """`struct aufilt_enc_st` (baresip.h): what a filter keeps for one audio stream."""

    _fields_ = (("af", POINTER), ("le", ListElement))


#: Handlers of `struct aufilt`: a stream begins, and a frame is about to be encoded.
BEGIN_ENCODING = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(POINTER),
    *[POINTER] * 4,
)
ENCODE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER)


class AudioFilter(ctypes.Structure):
    """`struct aufilt` (baresip.h): a stage that sees every frame of every call."""

    _fields_ = (
        ("le", ListElement),
        ("name", TEXT),
        ("enabled", ctypes.c_bool),
        ("encupdh", BEGIN_ENCODING),
        ("ench", ENCODE),
        ("decupdh", POINTER),
        ("dech", POINTER),
    )
