"""An endpoint that understands speech: what it is asked, and what is told when it fails."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, ClassVar

import pytest
import soundfile

from BaresipLibrary.speech.engines import RATE
from BaresipLibrary.speech.engines_http import KEY_VARIABLE, TranscriptionEndpoint
from BaresipLibrary.speech.engines_whisper import FasterWhisper
from BaresipLibrary.speech.heard import written

from .prompts import needs_prompts, prompt

pytestmark = needs_prompts


class _Server(BaseHTTPRequestHandler):
    """Answers as OpenAI's endpoint does, with what Whisper understands."""

    engine: ClassVar[FasterWhisper]
    status: ClassVar[int]
    times: ClassVar[bool]
    requests: ClassVar[list[dict[str, Any]]]
    location: ClassVar[str] = ""

    def do_GET(self) -> None:
        """As a redirected request comes."""
        self.requests.append({"path": self.path, "key": self.headers["Authorization"]})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = message_from_bytes(head + body, policy=HTTP)
        fields = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in form.iter_parts()
        }
        self.requests.append(
            {"path": self.path, "key": self.headers["Authorization"], "form": fields}
        )
        samples, rate = soundfile.read(BytesIO(fields["file"]), dtype="float32")
        assert rate == RATE
        words = self.engine.transcribe(samples, None)
        answer: dict[str, Any] = {"text": written(words)}
        if self.times:
            answer["words"] = [{"word": w.text, "start": w.begin, "end": w.end} for w in words]
            answer["segments"] = [{"start": 0.0, "end": 9.0, "avg_logprob": -0.5}]
        content = json.dumps(answer).encode()
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""


@contextmanager
def serving(
    engine: FasterWhisper, status: int = 200, *, times: bool = True
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The URL of an endpoint, and what it was asked."""
    requests: list[dict[str, Any]] = []
    known = {"engine": engine, "status": status, "times": times, "requests": requests}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Server", (_Server,), known)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1", requests
        server.shutdown()
        thread.join()


def test_an_endpoint_understands(whisper: FasterWhisper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "some key")
    samples = prompt("conf-onlyperson")
    with serving(whisper) as (url, requests):
        words = TranscriptionEndpoint(f"{url}#small.en").transcribe(samples, "en")
    assert [word.text for word in words] == [w.text for w in whisper.transcribe(samples, None)]
    assert words[-1].end > 2 and words[0].confidence == pytest.approx(0.607, abs=0.001)
    (request,) = requests
    assert request["path"] == "/v1/audio/transcriptions" and request["key"] == "Bearer some key"
    asked = {name: value for name, value in request["form"].items() if name != "file"}
    assert asked == {
        "model": b"small.en",
        "response_format": b"verbose_json",
        "timestamp_granularities[]": b"segment",
        "language": b"en",
    }


@pytest.mark.parametrize(
    ("status", "times", "message"),
    [
        (503, True, 'answered 503: "Service Unavailable: {"text": "Goodbye."'),
        (200, False, "does not say when each word was spoken"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_told(
    status: int, times: bool, message: str, whisper: FasterWhisper
) -> None:
    with (
        serving(whisper, status, times=times) as (url, _),
        pytest.raises(LookupError) as error,
    ):
        TranscriptionEndpoint(url).transcribe(prompt("vm-goodbye"), None)
    assert str(error.value).startswith(f"The speech endpoint {url}/audio/transcriptions {message}")


def test_an_endpoint_that_is_down_is_told(whisper: FasterWhisper) -> None:
    with serving(whisper) as (url, _):
        pass
    with pytest.raises(LookupError, match=r"gave no answer: \[Errno \d+\] Connection refused\.$"):
        TranscriptionEndpoint(url).transcribe(prompt("vm-goodbye"), None)


def test_the_key_follows_no_redirect(
    whisper: FasterWhisper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "some key")
    with serving(whisper) as (elsewhere, requests), serving(whisper, 302) as (url, _):
        monkeypatch.setattr(_Server, "location", f"{elsewhere}/audio/transcriptions")
        with pytest.raises(LookupError, match="answered 302"):
            TranscriptionEndpoint(url).transcribe(prompt("vm-goodbye"), None)
    assert not requests


@pytest.mark.parametrize("url", ["me:secret@127.0.0.1/v1", "secret@host/v1", "host/v1?key=secret"])
def test_a_secret_in_the_url_of_an_endpoint_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(LookupError) as error:
        TranscriptionEndpoint(f"http://{url}")
    assert "secret" not in str(error.value) and KEY_VARIABLE in str(error.value)
