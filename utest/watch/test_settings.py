"""What the listeners refuse, and when: at once, with a sentence that says what is possible."""

import re
import subprocess
import sys
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from robot.errors import DataError

from BaresipLibrary import Metrics, Spans, UsageError
from BaresipLibrary.watch.measures import by_of, labels_of
from BaresipLibrary.watch.metrics import _reason
from BaresipLibrary.watch.outputs import file_of_run


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "Say where the metrics go: file=, push= or serve=."),
        ({"file": "no-such-folder/a.prom"}, "there is no folder no-such-folder"),
        ({"file": "metrics.txt"}, "names end with .prom"),
        ({"push": "http://me:secret@gateway"}, "must not have a password in it"),
        ({"push": "ftp://gateway"}, "is not the address of a Pushgateway"),
        ({"push": "localhost:abc"}, "is not the address of a Pushgateway"),
        (
            {"file": "lable=x"},
            "'lable' is not an argument of BaresipLibrary.Metrics; there are file=",
        ),
        ({"serve": "0", "push": "label=x"}, "'label' is not an argument"),
        ({"serve": "localhost"}, "is not a port"),
        ({"serve": "99999"}, "is not a port"),
        ({"serve": "203.0.113.1:0"}, "cannot be served at 203.0.113.1:0"),
        ({"serve": "0", "labels": "a"}, "'a' is not a label"),
        ({"serve": "0", "labels": "a-b=1"}, "'a-b=1' is not a label"),
        ({"serve": "0", "labels": "__a=1"}, "'__a=1' is not a label"),
        ({"serve": "0", "labels": "suite=x"}, "has the label 'suite' already"),
        ({"serve": "0", "labels": "code=1"}, "has the label 'code' already"),
        ({"serve": "0", "labels": "a=1,a=2"}, "has the label 'a' already"),
        ({"serve": "0", "by": "number"}, "by=number is not possible; possible are agent, test."),
    ],
)
def test_metrics_refuse(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)) as caught:
        Metrics(**settings)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, DataError), "of which Robot shows no traceback"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OTEL_TRACES_EXPORTER", "zipkin", "possible are otlp, console and none"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf, not by grpc"),
    ],
)
def test_spans_refuse(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=re.escape(sentence)):
        Spans()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device", "a.prom"), "No space left on device"),
        (URLError(ConnectionRefusedError(111, "Connection refused")), "Connection refused"),
        (HTTPError("http://x", 400, "Bad Request", Message(), None), "HTTP Error 400: Bad Request"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_could_not_be_delivered_has_a_reason(error: Exception, reason: str) -> None:
    assert _reason(error) == reason


def test_labels_and_what_calls_are_told_apart_by() -> None:
    assert labels_of(" site = lisbon, line=2,") == {"site": "lisbon", "line": "2"}
    assert by_of("test, agent,test") == ("test", "agent")
    assert labels_of("") == {} and by_of("") == ()


def test_a_file_is_named_after_its_labels_and_leaves_its_folder_never() -> None:
    assert (
        file_of_run({"suite": "Night.Calls", "site": "../x y"}) == "baresip-Night.Calls-.._x_y.prom"
    )


def test_the_library_loads_neither_listener() -> None:
    watched = "{'prometheus_client', 'opentelemetry', 'BaresipLibrary.watch'}"
    program = f"import sys, BaresipLibrary; sys.exit(bool({watched} & {{*sys.modules}}))"
    assert (
        subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parent).returncode == 0
    )
