"""What reaches baresip of its own settings, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BaresipLibrary.account import Account
from BaresipLibrary.backends.baresip_names import CONFIGURATION, PARAMETERS
from BaresipLibrary.backends.embedded import protocol
from BaresipLibrary.backends.external import configuration
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.installation import InstalledBaresip, Version
from BaresipLibrary.backends.stack_settings import Reader, StackSettings
from BaresipLibrary.errors import UsageError

NEWEST = Reader("baresip 4.10", (4, 10), frozenset({"menu"}), frozenset({"module"}))


def test_parameters_end_the_account_line() -> None:
    assert StackSettings().suffix == ""
    assert StackSettings(parameters="").suffix == ""
    assert StackSettings(parameters=";ptime=40; regq=0.5 ;").suffix == ";ptime=40;regq=0.5"
    quoted = StackSettings(parameters='extra="a;b=c";ptime=40')
    assert quoted.suffix == ';extra="a;b=c";ptime=40'


def test_a_value_may_be_followed_by_a_comment() -> None:
    settings = StackSettings(config=("rtp_timeout 60 # seconds", "  rtp_stats\tyes"))
    assert settings.configured("rtp_timeout") == "60"
    assert settings.configured("rtp_stats") == "yes"
    assert settings.configured("rtp_ports") is None


def test_lists_may_have_several_lines() -> None:
    lines = ("dns_server 127.0.0.1:53", "dns_server 127.0.0.2:53", "module gsm.so")
    assert StackSettings(config=lines).own_modules == {"gsm"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"parameters": "ptime=40\nptime=20"}, "one printable line"),
        ({"config": ("rtp_stats yes\nrtp_stats no",)}, "one printable line"),
        ({"parameters": "ptme=40"}, r"no baresip knows 'ptme'\. Did you mean ptime\?"),
        ({"parameters": "qqq=40"}, r"no baresip knows 'qqq'\.$"),
        ({"parameters": "=40"}, "no baresip knows ''"),
        ({"parameters": "ptime=40;;regq=1"}, "no baresip knows ''"),
        ({"parameters": 'extra="a'}, "the text from character 1 "),
        ({"parameters": 'ptime=1;extra="a"b;regq=1'}, "the text from character 9 "),
        ({"config": ("rtp_tos 1x",)}, "rtp_tos must be a whole number, not '1x'"),
        ({"config": ("rtp_tos -1",)}, "rtp_tos must be a whole number"),
        ({"config": ("rtp_tos \u0661",)}, "rtp_tos must be a whole number"),
        ({"config": ("audio_jitter_buffer_ms 60ms",)}, "a range such as 20-160, not '60ms'"),
        ({"config": ("rtp_ports 4100-4000",)}, "a range such as 20-160, not '4100-4000'"),
        ({"config": ("audio_jitter_buffer_type OFF",)}, "one of off, fixed, adaptive, not 'OFF'"),
        ({"config": ("# a comment",)}, "only up to 'a'"),
        ({"config": ("audio_path /my sounds",)}, "only up to '/my'"),
    ],
)
def test_what_no_baresip_can_use_is_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        StackSettings(**settings)  # type: ignore[arg-type]


def test_what_this_baresip_does_not_read_is_refused() -> None:
    StackSettings(config=("redial_attempts 3",), parameters="100rel=yes").require_read_by(NEWEST)
    for settings, words in (
        (StackSettings(config=("audio_txmode thread",)), r"; versions 1\.0 to 4\.5 do\."),
        (StackSettings(config=("audio_jitter_buffer_delay 3",)), r"; versions 3\.2 to 4\.0 do\."),
        (StackSettings(config=("module gsm.so",)), "does not read module"),
        (StackSettings(config=("opus_cbr yes",)), "the module opus or opus_multistream, which"),
    ):
        with pytest.raises(UsageError, match=words):
            settings.require_read_by(NEWEST)
    with pytest.raises(UsageError, match=r"; versions 2\.6 and later do\."):
        StackSettings(parameters="100rel=yes").require_read_by(Reader("it", (2, 5), None))
    StackSettings(config=("opus_cbr yes",)).require_read_by(Reader("it", (2, 5), None))


@given(st.text(), st.text())
def test_any_text_is_kept_whole_or_refused(parameters: str, line: str) -> None:
    try:
        settings = StackSettings((line,), parameters)
    except UsageError:
        return
    for pair in filter(None, settings.suffix.split(";")):
        assert pair.partition("=")[0] in PARAMETERS
    assert line.split()[0] in CONFIGURATION


def test_a_password_is_in_no_message() -> None:
    with pytest.raises(UsageError) as caught:
        StackSettings(parameters="uas_pass=secret;regint=1")
    assert "secret" not in str(caught.value)


def test_a_suites_lines_come_first_and_its_parameters_last() -> None:
    settings = StackSettings(("call_max_calls 1",), "ptime=40")
    account = Account("alice", ring_timeout=7)
    message = protocol.start_message(account, {}, "127.0.0.1", 5060, Path("a"), settings)
    assert message["first_lines"] == "call_max_calls 1\n"
    assert message["aor"].endswith(";ptime=40")
    assert "call_local_timeout 7\n" in message["config"]["extra_config_text"]


def test_an_external_program_reads_them_first(tmp_path: Path) -> None:
    program = InstalledBaresip("baresip", Version(4, 10), "/modules", frozenset({"menu", "gsm"}))
    settings = ExternalSettings(config=("call_max_calls 1", "module gsm.so"))
    configuration.write(tmp_path, program, Account("a"), settings, "127.0.0.1:5060", 4444)
    lines = (tmp_path / "config").read_text().splitlines()
    assert lines.index("call_max_calls 1") < lines.index("call_max_calls 20")
    assert "call_local_timeout 0" in lines


def test_an_agent_takes_any_user_part_unless_it_is_told_otherwise() -> None:
    for catch_all, is_told in ((None, True), (True, True), (False, False)):
        line = Account("alice", catch_all=catch_all).line("127.0.0.1", 5060)
        assert (";catchall=yes" in line) is is_told
