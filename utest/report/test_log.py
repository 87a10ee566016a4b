"""What keywords write of their agents: once, in order, secrets and details apart."""

import pytest

from BaresipLibrary.events import CallIncoming, QualityReported, SipMessage
from BaresipLibrary.report import log

from ..scripted import Phone


def test_news_are_written_once_and_in_order(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, str]] = []
    monkeypatch.setattr(log.logger, "info", lambda text: written.append(("info", text)))
    monkeypatch.setattr(log.logger, "debug", lambda text: written.append(("debug", text)))
    invite = 'INVITE sip:a SIP/2.0\r\nAuthorization: Digest response="abc"\r\n\r\n'
    phone.backend.feed(
        QualityReported(10.2, "c", 0.0, 0.0, 1, 0),
        SipMessage(9.9996, False, "UDP", "a:1", "b:2", invite),
        CallIncoming(10.0125, "c", "sip:bob@b"),
    )
    log.flush([phone.agent], 10.0)
    log.flush([phone.agent], 11.0)
    assert [level for level, _ in written] == ["info", "debug", "debug"]
    assert written[0][1] == "+0.012 s  alice  INCOMING from sip:bob@b"
    assert written[1][1].startswith("+0.000 s  alice  UDP from a:1: INVITE sip:a SIP/2.0\n")
    assert 'response="***"' in written[1][1]
    assert written[2][1].startswith("+0.200 s  alice  RTCP")
