"""What keeping SIP messages costs, and reading them: ``python bench/messages.py``.

An agent takes in the messages of 1,000 calls, ten each: INVITE, 100, 180, 200, ACK, a re-INVITE
with its 200 and ACK, BYE, 200. What the rows mean:

- *memory*: what its journal holds after that, texts and outlines.
- *taken in*: from the event to the end of all that follows from it, for each message.
- *newest*: the newest message that matches, as `Get Sip Message` and `Get Header` find it, taken
  apart; *missing*: that there is none, without the wait for the trace.
- *count*, *of one call*: as `Get Sip Message Count` has them.
- *wait*: what a wait looks at after each event, when the last keyword acted ten messages ago, and
  when it acted before all of them.
- *ladder*: all messages as a failed test would draw them.

`--messages` sets how many are taken in, whether or not as many would be kept.
"""

import argparse
import gc
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from BaresipLibrary.agents import journal as journals
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.events import SipMessage
from BaresipLibrary.report.flow import AgentTrace, call_flow
from BaresipLibrary.report.ladder import ladder
from BaresipLibrary.signalling.sip_messages import MessageQuery
from BaresipLibrary.sip.seen_messages import MessageFilter
from utest.scripted import Phone

_HEAD = """Via: SIP/2.0/UDP 127.0.0.1:40000;branch=z9hG4bK{branch};rport=40000\r
Max-Forwards: 70\r
To: <sip:bob@127.0.0.1:40002>{tag}\r
From: <sip:alice@127.0.0.1:40000>;tag=4711a{call}\r
Call-ID: 4d1f0c{call}\r
CSeq: {number} {method}\r
Contact: <sip:alice-0x55e1@127.0.0.1:40000>\r
User-Agent: baresip v4.10.0 (x86_64/Linux)\r
Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,NOTIFY,SUBSCRIBE,INFO,MESSAGE,UPDATE,REFER\r
Supported: gruu,replaces,norefersub\r
Content-Type: application/sdp\r
Content-Length: {size}\r
\r
{body}"""
_SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + "".join(
    f"a=rtpmap:{number} CODEC{number}/8000\r\n" for number in range(12)
)
#: Start line, CSeq, whether alice sends it, whether it has a body and a To tag.
_CALL = [
    ("INVITE sip:bob@127.0.0.1:40002 SIP/2.0", "1 INVITE", True, True, False),
    ("SIP/2.0 100 Trying", "1 INVITE", False, False, False),
    ("SIP/2.0 180 Ringing", "1 INVITE", False, False, True),
    ("SIP/2.0 200 OK", "1 INVITE", False, True, True),
    ("ACK sip:bob@127.0.0.1:40002 SIP/2.0", "1 ACK", True, False, True),
    ("INVITE sip:bob@127.0.0.1:40002 SIP/2.0", "2 INVITE", True, True, True),
    ("SIP/2.0 200 OK", "2 INVITE", False, True, True),
    ("ACK sip:bob@127.0.0.1:40002 SIP/2.0", "2 ACK", True, False, True),
    ("BYE sip:bob@127.0.0.1:40002 SIP/2.0", "3 BYE", True, False, True),
    ("SIP/2.0 200 OK", "3 BYE", False, False, True),
]


def events(count: int) -> Iterator[SipMessage]:
    """So many messages, whole calls, one after the other."""
    for place in range(count):
        call = place // len(_CALL)
        start, cseq, sent, has_body, has_tag = _CALL[place % len(_CALL)]
        number, method = cseq.split()
        body = _SDP if has_body else ""
        head = _HEAD.format(
            branch=f"{call}x{number}", tag=";tag=99b" if has_tag else "", call=call,
            number=number, method=method, size=len(body), body=body,
        )  # fmt: skip
        yield SipMessage(
            time.monotonic(),
            sent,
            "UDP",
            "127.0.0.1:40000",
            "127.0.0.1:40002",
            f"{start}\r\n{head}",
        )


def filled(folder: Path, count: int) -> tuple[Agent, float, float]:
    """An agent that has taken in so many messages; the microseconds for each, and the MiB."""
    phone = Phone(folder)
    gc.collect()
    tracemalloc.start()
    for event in events(count):
        phone.backend.feed(event)
    gc.collect()
    mebibytes = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    return phone.agent, microseconds_each(Phone(folder), count), mebibytes


def microseconds_each(phone: Phone, count: int) -> float:
    """How long taking in a message takes (us), without the measurement of memory."""
    made = list(events(count))
    began = time.perf_counter()
    phone.backend.feed(*made)
    return (time.perf_counter() - began) / count * 1e6


def milliseconds(act: Callable[[], object], repeat: int = 20) -> float:
    """How long something takes (ms), the median."""
    samples = []
    for _ in range(repeat):
        began = time.perf_counter()
        act()
        samples.append((time.perf_counter() - began) * 1000)
    return statistics.median(samples)


def lookups(agent: Agent) -> dict[str, float]:
    """The time of each lookup (ms)."""

    def query(of: str, call: str | None = None) -> MessageQuery:
        return MessageQuery(agent, MessageFilter.parse(of), call)

    _, last = agent.journal.outlines()[-1]
    times = {
        "newest": milliseconds(query("200 INVITE").newest),
        "missing": milliseconds(query("received NOTIFY").found),
        "count": milliseconds(query("sent INVITE").count),
        "count of re-INVITE answers": milliseconds(query("200 re-INVITE").count),
        "count, of one call": milliseconds(query("200", last.call_id).count),
        "wait, all since": milliseconds(query("NOTIFY").first_since_action),
    }
    agent.journal.action = len(agent.journal) - 10
    times["wait, ten since"] = milliseconds(query("NOTIFY").first_since_action)
    return times


def drawn(agent: Agent) -> tuple[float, float]:
    """How long the ladder takes (s), and its size (MB)."""
    began = time.perf_counter()
    trace = AgentTrace(agent.name, agent.uri, agent.journal.since(0))
    html = ladder(call_flow([trace], [], began))
    return time.perf_counter() - began, len(html) / 1e6


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="What keeping SIP messages costs.")
    parser.add_argument("--messages", type=int, default=10_000)
    count = parser.parse_args().messages
    journals.MOST_MESSAGES = max(count, journals.MOST_MESSAGES)
    with tempfile.TemporaryDirectory() as folder:
        agent, each, mebibytes = filled(Path(folder), count)
        print(f"{count} messages")
        print(f"  memory                       {mebibytes:8.1f} MiB")
        print(f"  taken in, each               {each:8.0f} us")
        for name, time_taken in lookups(agent).items():
            print(f"  {name:<28} {time_taken:8.2f} ms")
        seconds, megabytes = drawn(agent)
        print(f"  ladder                       {seconds:8.1f} s    {megabytes:.1f} MB of log.html")


if __name__ == "__main__":
    main()
