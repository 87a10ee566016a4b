"""Where the metrics of a run go: a file, a Pushgateway, or whoever asks over HTTP."""

import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from ..errors import UsageError

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Metric

#: How long (s) a Pushgateway may take to answer.
_PATIENCE = 10.0
_LOOPBACK = "127.0.0.1"
_SUFFIX = ".prom"


class _WithoutCreated:
    """A registry without the times at which its series began: a file would have one for each."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        self._registry = registry

    def collect(self) -> "Iterator[Metric]":
        for metric in self._registry.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric


class TextFile:
    """A file, or a folder that gets a file for each run, for node_exporter's textfile collector.

    Raises:
        UsageError: its folder is not there, or node_exporter would not read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        if self._path.is_dir():
            return
        if not self._path.parent.is_dir():
            raise UsageError(f"The metrics cannot be written: there is no folder {path.parent}.")
        if self._path.suffix != _SUFFIX:
            raise UsageError(
                f"node_exporter reads only files whose names end with {_SUFFIX}, and {path} is"
                " neither such a name nor a folder."
            )

    def __str__(self) -> str:
        return str(self._path)

    @property
    def is_shared(self) -> bool:
        """Whether all runs write to the same file."""
        return not self._path.is_dir()

    def write(self, registry: "CollectorRegistry", labels: Mapping[str, str]) -> None:
        """Writes the file in one step: its reader sees all of it, or what was there before.

        Raises:
            OSError: it cannot be written.
        """
        from prometheus_client import write_to_textfile

        path = self._path if self.is_shared else self._path / file_of_run(labels)
        write_to_textfile(str(path), _WithoutCreated(registry))


def file_of_run(labels: Mapping[str, str]) -> str:
    """The name of the file of a run with these labels."""
    return "-".join(["baresip", *(re.sub(r"[^\w.]+", "_", one) for one in labels.values())]) + (
        _SUFFIX
    )


class Pushgateway:
    """A Pushgateway; its name and password, if it wants them, come from the environment.

    Raises:
        UsageError: it is not an address, or has a password in it.
    """

    def __init__(self, url: str, job: str) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.username or parts.password:
            raise UsageError(
                "The address of a Pushgateway must not have a password in it, which lists of"
                " processes would show: set PUSHGATEWAY_USERNAME and PUSHGATEWAY_PASSWORD."
            )
        if parts.scheme not in ("http", "https") or not parts.hostname or not _has_port(parts):
            raise UsageError(f"'{url}' is not the address of a Pushgateway, as in localhost:9091.")
        self._url, self._job = parts.geturl(), job

    def __str__(self) -> str:
        return self._url

    def push(self, registry: "CollectorRegistry", labels: Mapping[str, str]) -> None:
        """Replaces what the last run with these labels has pushed.

        Raises:
            OSError: it cannot be reached, or does not take the metrics.
        """
        from prometheus_client import push_to_gateway

        key = {"instance": socket.gethostname(), **labels}
        push_to_gateway(
            self._url,
            job=self._job,
            registry=_WithoutCreated(registry),
            grouping_key=key,
            timeout=_PATIENCE,
            handler=_send,
        )


def _has_port(parts: SplitResult) -> bool:
    """Whether an address has no port, or one that a port can be."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _send(url: str, method: str, timeout: float, headers: Any, data: bytes) -> Any:
    from prometheus_client.exposition import basic_auth_handler, default_handler

    user = os.environ.get("PUSHGATEWAY_USERNAME")
    if user is None:
        return default_handler(url, method, timeout, headers, data)
    password = os.environ.get("PUSHGATEWAY_PASSWORD", "")
    return basic_auth_handler(url, method, timeout, headers, data, user, password)


class Served:
    """Serves the metrics over HTTP, in the format that is asked for: OpenMetrics or text.

    Raises:
        UsageError: it is not an address, or cannot be used.
    """

    def __init__(self, address: str, registry: "CollectorRegistry") -> None:
        from prometheus_client import start_http_server

        host, _, port = address.rpartition(":")
        if not re.fullmatch(r"\d{1,5}", port) or int(port) > 65535:
            raise UsageError(
                f"serve={address} is not a port, nor an address such as 0.0.0.0:9123:"
                " --listener 'BaresipLibrary.Metrics;serve=0.0.0.0:9123' gives one."
            )
        host = host.strip("[]") or _LOOPBACK
        try:
            self._server, self._thread = start_http_server(int(port), host, registry)
        except OSError as error:
            raise UsageError(f"The metrics cannot be served at {address}: {error}.") from error
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}/metrics"

    def close(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._server.server_close()
        if self._thread is not threading.current_thread():
            self._thread.join()
