"""What monitoring consists of: promtool, node_exporter, Pushgateway, a collector of spans."""

import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics
from robot.api import logger
from robot.api.deco import library

_PAGE = Path(__file__).parent.parent.parent / "docs" / "watch.md"
_OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@library(scope="SUITE", auto_keywords=True)
class Monitoring:
    """Programs that were started end with the suite."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._programs: list[subprocess.Popen[str]] = []
        self._collector: Collector | None = None

    def promtool_should_accept(self, what: str, *files: str, text: str = "") -> str:
        """``promtool`` has nothing to say against a text or files, as in ``check metrics``."""
        command = [_program("promtool", "prometheus"), *what.split(), *files]
        run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
        logger.info(f"{run.stdout}\n{run.stderr}")
        if run.returncode or (what == "check metrics" and run.stdout + run.stderr):
            raise AssertionError(f"{command} says:\n{run.stdout}{run.stderr}")
        return run.stdout

    def run_what_the_page_shows(self, folder: str, exporter: str, **addresses: str) -> int:
        """Runs the commands of ``robot`` on docs/watch.md in a folder; returns how many.

        They are typed as they stand but for the folder of the exporter, and addresses and ports.
        """
        shown = re.findall(r"^```sh\n(.*?)^```", _PAGE.read_text(), re.M | re.S)
        commands = [text for text in shown if re.search(r"\brobot ", text)]
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        for command in commands:
            command = command.replace("/var/lib/prometheus/node-exporter/", exporter)
            for before, after in addresses.items():
                command = command.replace(before, after)
            run = subprocess.run(
                ["sh", "-ec", command],
                cwd=folder,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                timeout=120,
            )
            logger.info(f"{command}{run.stdout}{run.stderr}")
            if run.returncode or "ERROR" in run.stderr:
                raise AssertionError(f"{command}{run.stdout}{run.stderr}")
        return len(commands)

    def start_node_exporter(self, folder: str) -> str:
        """It reads the ``.prom`` files of a folder; returns the address of its metrics."""
        textfile = ["--collector.textfile", f"--collector.textfile.directory={folder}"]
        return self._start("prometheus-node-exporter", "--collector.disable-defaults", *textfile)

    def start_pushgateway(self) -> str:
        """Returns the address of its metrics."""
        return self._start("prometheus-pushgateway")

    def _start(self, name: str, *options: str) -> str:
        program = subprocess.Popen(
            [_program(name, name), *options, "--web.listen-address=127.0.0.1:0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._programs.append(program)
        assert program.stderr is not None
        for line in program.stderr:
            found = re.search(r'"Listening on" address=(\S+)', line)
            if found:
                threading.Thread(target=program.stderr.read, daemon=True).start()
                return f"http://{found[1]}/metrics"
        raise AssertionError(f"{name} ended before it listened.")

    def get_metrics(self, url: str) -> str:
        """The metrics that are served at an address, as text."""
        with urllib.request.urlopen(url, timeout=30) as answer:
            text = answer.read().decode()
        logger.info(text)
        return text

    def openmetrics_should_be_served(self, url: str) -> None:
        """Who asks for OpenMetrics gets it, to its last line."""
        request = urllib.request.Request(url, headers={"Accept": _OPENMETRICS})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
            text = answer.read().decode()
        names = [one.name for one in openmetrics.text_string_to_metric_families(text)]
        assert "baresip_calls" in names, names

    def get_value(self, text: str, name: str, **labels: str) -> float:
        """The sum of the samples of a name that have these labels; -1 where there is none."""
        found = [
            sample.value
            for family in parser.text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found) if found else -1.0

    def get_label_values(self, text: str, label: str) -> list[str]:
        """All values that a label has in the metrics of this project, in order."""
        return sorted(
            {
                sample.labels[label]
                for family in parser.text_string_to_metric_families(text)
                for sample in family.samples
                if sample.name.startswith("baresip_") and label in sample.labels
            }
        )

    def start_collector(self) -> str:
        """Starts what takes in spans by OTLP over HTTP; returns its address."""
        self._collector = Collector()
        return self._collector.url

    def get_spans(self) -> list[dict[str, object]]:
        """The spans that have arrived: name, parent (a name), kind, failed, and attributes."""
        assert self._collector is not None
        return self._collector.told()

    def get_bytes_of_spans(self) -> str:
        """All that has arrived, as text."""
        assert self._collector is not None
        return b"".join(self._collector.bodies).decode(errors="replace")

    def _end_suite(self, data, result) -> None:
        for program in self._programs:
            program.kill()
            program.wait()
        if self._collector:
            self._collector.close()


class Collector:
    """Takes in spans by OTLP over HTTP, as the protocol asks, and keeps them.

    It stands in for OpenTelemetry's own collector, which no package of Debian or Python brings.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                assert self.path == "/v1/traces"
                assert self.headers["Content-Type"] == "application/x-protobuf"
                collector.bodies.append(self.rfile.read(length))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def told(self) -> list[dict[str, object]]:
        spans = list(self._spans())
        names = {span.span_id: span.name for span, _ in spans}
        return [
            {
                "name": span.name,
                "parent": names.get(span.parent_span_id, span.parent_span_id.hex()),
                "trace": span.trace_id.hex(),
                "kind": span.kind,
                "failed": span.status.code == span.status.STATUS_CODE_ERROR,
                "message": span.status.message,
                "seconds": (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                "events": [event.name for event in span.events],
                "service": service,
                **{one.key: _value(one.value) for one in span.attributes},
            }
            for span, service in spans
        ]

    def _spans(self) -> Iterator[tuple[object, object]]:
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                attributes = {one.key: _value(one.value) for one in resource.resource.attributes}
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        yield span, attributes["service.name"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _value(value) -> object:
    return getattr(value, value.WhichOneof("value"))


def _program(name: str, package: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise AssertionError(f"There is no {name}: install Debian's package {package}.")
    return path
