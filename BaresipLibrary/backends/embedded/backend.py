"""The default backend: baresip 4.x inside the wheel `baresip-python`, one child an agent."""

from pathlib import Path
from types import MappingProxyType

from ..baresip_names import CONFIGURATION, PARAMETERS
from ..base import Headers, Packets, PlayoutDelay, Source
from ..capabilities import Capability
from ..jitter_buffers import buffer_delay
from ..stack_settings import Reader
from . import protocol
from .process import WorkerProcess

#: How long a key is pressed (s).
_DIGIT = 0.1
#: What the stack in the wheel is and has linked in. It loads no modules, and has no video.
_READER = Reader(
    "the embedded backend",
    (4, 10),
    frozenset(
        {"g711", "g722", "opus", "srtp", "dtls_srtp", "ice", "stun", "turn", "aufile", "ausine"}
    ),
    frozenset({"module", "module_app", "module_path"})
    | {name for name in (*CONFIGURATION, *PARAMETERS) if name.startswith(("video_", "videnc_"))},
)


class EmbeddedBackend(WorkerProcess):
    """One agent in a child process that runs the wheel."""

    name = "embedded"
    #: Those of a complete wheel; an agent that has started knows its own.
    capabilities = frozenset(Capability) - {Capability.INVITE_WITHOUT_OFFER}
    media_encryptions = frozenset({"srtp", "srtp-mand", "srtp-mandf", "dtls_srtp"})
    nat_traversals = frozenset({"stun", "turn"})
    codecs = MappingProxyType(
        {
            "pcmu": "PCMU/8000/1",
            "pcma": "PCMA/8000/1",
            "g722": "G722/16000/1",
            "opus": "opus/48000/2",
        }
    )
    settings_reader = _READER

    @property
    def playout_delay(self) -> PlayoutDelay:
        return buffer_delay(_READER.release, self._settings.configured)

    def dial(self, uri: str, headers: Headers = ()) -> str:
        return str(self._command("dial", uri=uri, headers=list(headers)))

    def dial_anonymously(self, uri: str, headers: Headers = ()) -> str:
        nobody = protocol.anonymous_line(self._account, self.codecs, self._settings)
        return str(self._command("dial", uri=uri, headers=list(headers), nobody=nobody))

    def answer(self, call_id: str, headers: Headers = ()) -> None:
        self._command("answer", call_id=call_id, headers=list(headers))

    def progress(self, call_id: str, headers: Headers = ()) -> None:
        self._command("progress", call_id=call_id, headers=list(headers))

    def set_ringing(self, on: bool) -> None:
        self._command("set_ringing", on=on, ring_timeout=self._account.ring_timeout)

    def hang_up(self, call_id: str) -> None:
        self._command("hang_up", call_id=call_id)

    def register(self) -> None:
        self._command("register")

    def unregister(self) -> None:
        self._command("unregister")

    def use_outbound(self, uri: str) -> None:
        self._command("use_outbound", uri=uri)

    def refuse(self, call_id: str, status: int, reason: str, headers: Headers = ()) -> None:
        self._command(
            "refuse", call_id=call_id, status=status, reason=reason, headers=list(headers)
        )

    def hold(self, call_id: str, on: bool) -> None:
        stuck = self._collisions.message_of(call_id)
        self._command("hold", call_id=call_id, on=on, stuck=stuck)

    def refresh(self, call_id: str, *, offer: bool) -> None:
        stuck = self._collisions.message_of(call_id)
        self._command("refresh", call_id=call_id, offer=offer, stuck=stuck)

    def undo_hold(self, call_id: str, on: bool) -> None:
        self._command("undo_hold", call_id=call_id, on=on)

    def request(self, method: str, uri: str, headers: Headers = (), body: str = "") -> int:
        return int(
            self._command("request", method=method, uri=uri, headers=list(headers), body=body)
        )

    def mute(self, call_id: str, on: bool) -> None:
        self._command("mute", call_id=call_id, on=on)

    def transfer(self, call_id: str, uri: str) -> None:
        self._command("transfer", call_id=call_id, uri=uri)

    def attended_transfer(self, call_id: str, consultation_id: str) -> None:
        self._command("attended_transfer", call_id=call_id, consultation_id=consultation_id)

    def send_digits(self, call_id: str, digits: str, gap: float, mode: str | None) -> None:
        duration = len(digits) * (_DIGIT + gap)
        self._command("send_digits", duration, call_id=call_id, digits=digits, gap=gap, mode=mode)

    def set_audio_source(self, call_id: str | None, source: Source) -> None:
        self._command("set_audio_source", call_id=call_id, source=protocol.source_message(source))

    def listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        self._command("listen", call_id=call_id, on=on, closely=closely)

    def name_recordings(self, stem: Path) -> None:
        self._command("name_recordings", stem=str(stem))

    def subscribe(self, uri: str, event: str, expires: int, headers: Headers) -> str:
        headers = list(headers)
        return str(
            self._command("subscribe", uri=uri, event=event, expires=expires, headers=headers)
        )

    def unsubscribe(self, call_id: str) -> None:
        self._command("unsubscribe", call_id=call_id)

    def count_packets(self, call_id: str) -> Packets | None:
        counted = self._command("count_packets", call_id=call_id)
        if not counted:
            return None
        kinds = tuple((kind, count) for kind, count in counted.pop("kinds", ()))
        return Packets(**counted, kinds=kinds)

    def watch_rtp(self, call_id: str, on: bool) -> None:
        self._command("watch_rtp", call_id=call_id, on=on)
