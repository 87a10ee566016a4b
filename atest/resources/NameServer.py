"""A DNS server on the loopback interface that knows the SRV records of a test."""

from dnslib import QTYPE, RR, SRV, A
from dnslib.server import BaseResolver, DNSLogger, DNSServer
from robot.api.deco import library

_PRIORITY, _WEIGHT, _LIFETIME = 10, 10, 60


class _Records(BaseResolver):
    """Answers with the records that it was given, and with nothing for every other name."""

    def __init__(self) -> None:
        self._records: list[RR] = []

    def add(self, service: str, hosts: list[str]) -> None:
        for place, host in enumerate(hosts):
            target = f"server{place + 1}.{service.rpartition('._')[2].partition('.')[2]}"
            port = int(host.rpartition(":")[2])
            record = SRV(_PRIORITY * (place + 1), _WEIGHT, port, target)
            self._records.append(RR(service, QTYPE.SRV, rdata=record, ttl=_LIFETIME))
            self._records.append(RR(target, QTYPE.A, rdata=A("127.0.0.1"), ttl=_LIFETIME))

    def resolve(self, request: object, handler: object) -> object:
        reply, question = request.reply(), request.q  # type: ignore[attr-defined]
        name, kind = str(question.qname).rstrip("."), question.qtype
        for record in self._records:
            if str(record.rname).rstrip(".") == name and record.rtype == kind:
                reply.add_answer(record)
        return reply


@library(scope="TEST", auto_keywords=True)
class NameServer:
    """Starts a name server, and ends it with its test."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._servers: list[DNSServer] = []

    def start_name_server(self, service: str, *hosts: str) -> list[str]:
        """Starts a server with an SRV record for each host, the first preferred.

        Returns the line of a baresip configuration that has names looked up there.
        """
        records = _Records()
        records.add(service, list(hosts))
        server = DNSServer(records, address="127.0.0.1", port=0, logger=DNSLogger("-all"))
        server.start_thread()
        self._servers.append(server)
        port = server.server.server_address[1]
        return [f"dns_server 127.0.0.1:{port}"]

    def end_test(self, data: object, result: object) -> None:
        """Listener: ends the servers of the test."""
        while self._servers:
            server = self._servers.pop()
            server.stop()
            server.server.server_close()
