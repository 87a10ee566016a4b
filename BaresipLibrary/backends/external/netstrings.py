"""Netstrings, the frames of ctrl_tcp: ``LEN:bytes,`` without leading zeros."""

_LONGEST_PREFIX = 9


def encode(payload: bytes) -> bytes:
    """A frame."""
    return b"%d:%s," % (len(payload), payload)


class Splitter:
    """Cuts a stream into the payloads of its frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads that are complete now.

        Raises:
            ValueError: the stream carries something else than netstrings.
        """
        self._rest += data
        payloads: list[bytes] = []
        while (payload := self._next()) is not None:
            payloads.append(payload)
        return payloads

    def _next(self) -> bytes | None:
        prefix, colon, body = self._rest.partition(b":")
        if not colon and len(prefix) <= _LONGEST_PREFIX and (prefix.isdigit() or not prefix):
            return None
        if not colon or not prefix.isdigit() or len(prefix) > _LONGEST_PREFIX:
            raise ValueError(f"no netstring begins with {self._rest[:20]!r}")
        length = int(prefix)
        if len(body) <= length:
            return None
        if body[length : length + 1] != b",":
            raise ValueError(f"no netstring ends with {body[length : length + 1]!r}")
        self._rest = body[length + 1 :]
        return body[:length]
