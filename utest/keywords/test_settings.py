"""Settings for many agents are those of one."""

from pathlib import Path

import pytest
from robot.api.types import Secret

from BaresipLibrary.account import codecs_in
from BaresipLibrary.errors import UsageError
from BaresipLibrary.keywords.agents import AgentKeywords
from BaresipLibrary.keywords.settings import converted, numbered
from BaresipLibrary.types import Transport

START = AgentKeywords.start_agent


def test_text_becomes_what_the_keyword_takes() -> None:
    given = {"transport": "TLS", "regint": "0", "mwi": "yes", "tls_ca_file": "ca.pem"}
    assert converted(START, given) == {
        "transport": Transport.tls,
        "regint": 0,
        "mwi": True,
        "tls_ca_file": Path("ca.pem"),
    }


@pytest.mark.parametrize(
    "given",
    ["opus,PCMU", " opus, PCMU ", "['opus', 'PCMU']", ["opus", "PCMU"], ("opus", "PCMU")],
)
def test_codecs_are_a_list_or_text(given: object) -> None:
    assert codecs_in(converted(START, {"audio_codecs": given})["audio_codecs"]) == ("opus", "PCMU")


def test_codecs_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(UsageError, match=r"audio_codecs=\['opus' is not a list; write PCMU, PCMA"):
        codecs_in("['opus'")


def test_no_codecs_are_all_that_baresip_has() -> None:
    assert codecs_in(converted(START, {"audio_codecs": "None"})["audio_codecs"]) == ()


@pytest.mark.parametrize("name", ["self", "name", "agent", ""])
def test_what_is_no_setting_is_named(name: str) -> None:
    with pytest.raises(UsageError, match=f"Agents have no setting '{name}'"):
        converted(START, {name: "x"})


def test_a_value_that_cannot_be_is_named() -> None:
    with pytest.raises(UsageError, match="Setting 'regint' got value 'soon'"):
        converted(START, {"regint": "soon"})


def test_the_number_stands_where_n_does() -> None:
    secret = numbered({"password": Secret("x-{n}")}, 7)["password"]
    assert secret.value == "x-7"
    given = {"username": "10{n}", "display_name": "{m} {n}{n}", "regint": 5}
    assert numbered(given, 7) == {"username": "107", "display_name": "{m} 77", "regint": 5}
