"""What keywords write of their agents: once, in order, secrets and details apart."""

import pytest

from BaresipLibrary.events import (
    CallIncoming,
    CallRinging,
    DtmfReceived,
    QualityReported,
    SipMessage,
)
from BaresipLibrary.report import log
from BaresipLibrary.speech.masking import Secrets

from ..scripted import Phone


class Robot:
    """A Robot that runs, with its automatic variables."""

    robot_running = True

    def __init__(self, **variables: str) -> None:
        self._variables = {"LOG_LEVEL": "INFO", "DEBUG_FILE": "NONE", **variables}

    def get_variable_value(self, name: str) -> str:
        return self._variables[name[2:-1]]


@pytest.mark.parametrize(
    ("robot", "expected"),
    [
        (Robot(), False),
        (Robot(LOG_LEVEL="WARN"), False),
        (Robot(LOG_LEVEL="DEBUG"), True),
        (Robot(LOG_LEVEL="TRACE"), True),
        (Robot(LOG_LEVEL="debug"), True),  # as Python code may set it
        (Robot(DEBUG_FILE="/tmp/debug.txt"), True),
    ],
)
def test_details_are_put_into_words_only_where_a_log_takes_them(
    robot: Robot, expected: bool, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(log.logger, "debug", written.append)
    monkeypatch.setattr(log, "BuiltIn", lambda: robot)
    phone.backend.feed(QualityReported(10.2, "c", 0.0, 0.0, 1, 0))
    log.flush([phone.agent], 10.0)
    assert bool(written) is expected


def test_news_are_written_once_and_in_order(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "RobotFramework")
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


def logged(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, secrets: Secrets | None = None
) -> tuple[str, bool]:
    written: list[tuple[str, bool]] = []
    monkeypatch.setattr(log.logger, "info", lambda text, html=False: written.append((text, html)))
    log.flush([phone.agent], 0.0, secrets)
    [one] = written
    return one


def test_what_repeats_is_one_line_and_so_are_digits_in_a_row(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings = [CallRinging(0.1 * n, "c") for n in range(3)]
    digits = [DtmfReceived(1 + 0.1 * n, "c", digit) for n, digit in enumerate("12#")]
    phone.backend.feed(*rings, *digits)
    assert logged(phone, monkeypatch)[0].splitlines() == [
        "+0.000 s  alice  RINGING at the peer  (3 times)",
        "+1.000 s  alice  DTMF 12#",
    ]


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("5471124", "DTMF 5***2***"),
        ("12", "DTMF 12"),
        ("47", "DTMF ***"),
        ("4747114711", "DTMF 47***"),
        ("0*9", "DTMF 0*9"),
    ],
)
def test_keys_of_a_secret_are_hidden_and_those_that_may_begin_it(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, keys: str, shown: str
) -> None:
    phone.backend.feed(*(DtmfReceived(1 + 0.1 * n, "c", key) for n, key in enumerate(keys)))
    secrets = Secrets([" 4711 ", "nine", "0 9", "***"])
    assert logged(phone, monkeypatch, secrets)[0] == f"+1.000 s  alice  {shown}"


def test_what_was_pressed_and_is_no_key_shifts_no_mask(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash = DtmfReceived(1.0, "c", "1")
    phone.backend.feed(
        flash, *(DtmfReceived(1 + 0.1 * n, "c", key) for n, key in enumerate("4a1b5", 1))
    )
    phone.agent.journal.correct(flash, DtmfReceived(1.0, "c", ""))
    line = logged(phone, monkeypatch, Secrets(["4A1B"]))[0].splitlines()[0]
    assert line == "+1.000 s  alice  DTMF ***5"


def test_each_call_has_keys_of_its_own(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [("c", "4"), ("d", "7"), ("c", "7"), ("d", "1"), ("c", "1"), ("c", "1"), ("d", "5")]
    phone.backend.feed(*(DtmfReceived(float(n), *key) for n, key in enumerate(keys)))
    lines = logged(phone, monkeypatch, Secrets(["4711"]))[0].splitlines()
    assert [line.split()[-1] for line in lines] == ["***", "7", "***", "1", "***", "5"]


def test_a_long_line_is_cut_and_says_how_long_it_was(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.backend.feed(CallIncoming(0.0, "c", "sip:" + "a" * 100_000))
    text, _ = logged(phone, monkeypatch)
    assert len(text) < 400
    assert text.endswith("… (100018 characters)")


def test_many_lines_fold_and_stay_text(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.backend.feed(*(CallIncoming(float(n), "c", f"sip:<b>{n}") for n in range(100)))
    text, is_html = logged(phone, monkeypatch)
    assert is_html
    assert "<summary>65 more lines</summary>" in text
    assert "<b>" not in text
    assert text.count("sip:&lt;b&gt;") == 100
