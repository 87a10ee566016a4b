"""Endpoints like OpenAI's ``/v1/audio/transcriptions``, which many servers of models have."""

import io
import json
import math
import os
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import numpy as np
import soundfile
from numpy.typing import NDArray

from .engines import RATE
from .heard import Word
from .pieces import put_together
from .spoken_signs import is_said

#: Sent as a bearer token, where it is set.
KEY_VARIABLE = "BARESIP_SPEECH_KEY"
_PATH = "/audio/transcriptions"
_DEFAULT_MODEL = "whisper-1"
#: How long the endpoint may be silent (s).
_TIMEOUT = 60.0


class _NoRedirects(HTTPRedirectHandler):
    """The audio and the key are for the server that was named."""

    def redirect_request(self, *_: Any) -> None:
        """Follows no redirect: it is an answer like other refusals."""


class TranscriptionEndpoint:
    """Has speech understood by a server.

    Its model is what follows ``#`` in the URL: ``http://127.0.0.1:8000/v1#small.en``.
    """

    def __init__(self, url: str | None) -> None:
        """Raises `LookupError` when the URL holds what may be secret: it is shown in messages."""
        address, _, model = (url or "").partition("#")
        if urlsplit(address).username is not None or urlsplit(address).query:
            raise LookupError(
                "The URL of speech_model holds a user name or a query, such as a key: set the"
                f" environment variable {KEY_VARIABLE} instead, which is sent as a bearer token."
            )
        self._url = address.rstrip("/").removesuffix(_PATH) + _PATH
        self._model = model or _DEFAULT_MODEL

    def transcribe(self, samples: NDArray[np.float32], language: str | None) -> list[Word]:
        """Returns the words that the server understands.

        Raises:
            LookupError: it cannot be reached, refuses, or does not say when words were spoken.
        """
        fields = [
            ("model", self._model),
            ("response_format", "verbose_json"),
            ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"),
            *([("language", language)] if language else []),
        ]
        answer = self._ask(*_form(fields, samples))
        text = answer.get("text") or ""
        pieces = [
            Word(word["word"].strip(), word["start"], word["end"], _confidence(word, answer))
            for word in _told_words(answer)
        ]
        if is_said(text) and not pieces:
            raise LookupError(
                f"The speech endpoint {self._url} does not say when each word was spoken: it"
                " ignores timestamp_granularities."
            )
        return put_together(pieces, text)

    def _ask(self, content_type: str, body: bytes) -> Any:
        headers = {"Content-Type": content_type}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        try:
            with _OPENER.open(Request(self._url, body, headers), timeout=_TIMEOUT) as response:
                return json.load(response)
        except HTTPError as error:
            with error:
                why = error.read(500).decode(errors="replace").strip()
            # Between quotation marks, as it may tell a secret that was heard.
            told = f'answered {error.code}: "{error.reason}: {why}"'
        except (OSError, ValueError) as error:
            told = f"gave no answer: {error.reason if isinstance(error, URLError) else error}"
        raise LookupError(f"The speech endpoint {self._url} {told}.")


_OPENER = build_opener(_NoRedirects)


def _form(fields: list[tuple[str, str]], samples: NDArray[np.float32]) -> tuple[str, bytes]:
    """The type and the body of a form with these fields and the audio as a WAV file."""
    wav = io.BytesIO()
    soundfile.write(wav, samples, RATE, subtype="PCM_16", format="WAV")
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="audio.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + wav.getvalue() + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body


def _told_words(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The words that have times, of the whole or of each segment: servers differ."""
    words = answer.get("words") or [
        word for segment in answer.get("segments") or [] for word in segment.get("words") or []
    ]
    return (word for word in words if "start" in word and "end" in word)


def _confidence(word: dict[str, Any], answer: dict[str, Any]) -> float:
    """That of the word, else of the segment that it is in, else NaN."""
    if "probability" in word:
        return float(word["probability"])
    middle = (word["start"] + word["end"]) / 2
    for segment in answer.get("segments") or []:
        if segment["start"] <= middle <= segment["end"] and "avg_logprob" in segment:
            return min(1.0, math.exp(segment["avg_logprob"]))
    return math.nan
