"""One phone that is the wheel `baresip-python` and nothing else: ``_bare.py PORT``.

What `bench/agents.py` compares the library with. It imports the wheel and the standard library
only, takes one JSON object a line on stdin (``{"do": …}``) and prints one a line on stdout; stamps
are `time.monotonic()`, one clock for all processes of a machine. The end of stdin ends it.

The jitter buffer is the library's, so that both hear equally soon; everything else is as it comes.
"""

import array
import asyncio
import json
import logging
import math
import sys
import time
import wave
from pathlib import Path
from typing import Any

from baresip import AudioNotActive, Call, Config, Event, Runtime, StackEvent, UserAgent

CONFIG = (
    "sip_listen 127.0.0.1:{port}\naudio_jitter_buffer_type fixed\naudio_jitter_buffer_ms 60-200\n"
)
#: Where a tone is taken to have begun: far above coding noise, far below the tone.
AUDIBLE = 1000
#: How often a recorded and fed call moves its audio (s), and what it sends ahead (s).
PERIOD, AHEAD = 0.04, 0.08


def say(**message: Any) -> None:
    """Tells the bench something."""
    print(json.dumps(message), flush=True)


class WireStamps(logging.Handler):
    """Says when the stack logged that a BYE arrived."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "RX " in text[:10] and "\nBYE " in text:
            say(event="BYE", at=time.monotonic())


class BarePhone:
    """Calls, answers at once, hears, hangs up; says when."""

    def __init__(self, runtime: Runtime, ua: UserAgent) -> None:
        self._runtime = runtime
        self._ua = ua
        self._call: Call | None = None
        self._moving: asyncio.Task[None] | None = None

    def on_event(self, event: StackEvent) -> None:
        at = time.monotonic()
        if event.event in (Event.CALL_ESTABLISHED, Event.CALL_CLOSED, Event.CALL_INCOMING):
            say(event=event.event.name, at=at)

    def on_incoming(self, call: Call) -> None:
        self._call = call
        self._answering = asyncio.create_task(call.answer())

    async def do(self, what: str, *arguments: Any) -> None:
        """Carries out one line from the bench."""
        await getattr(self, f"do_{what}")(*arguments)

    async def do_dial(self, uri: str) -> None:
        say(event="DIAL", at=time.monotonic())
        self._call = await self._ua.dial(uri)

    async def do_hang_up(self) -> None:
        assert self._call is not None
        say(event="HANG_UP", at=time.monotonic())
        await self._call.hangup()

    async def do_trace(self) -> None:
        logger = logging.getLogger("baresip.native.sip")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(WireStamps())
        await self._runtime.set_sip_trace(True)
        say(event="TRACING", at=time.monotonic())

    async def do_send_tone(self, frequency: float) -> None:
        audio = await self._audio()
        info = audio.info()
        pcm = tone(frequency, info.tx_sample_rate, info.tx_channels, 0.2)
        say(event="TONE", at=time.monotonic())
        audio.write(pcm)

    async def do_hear_tone(self) -> None:
        """Reads every millisecond until a tone begins; says when its first sample was heard."""
        audio = await self._audio()
        info = audio.info()
        audio.read(info.rx_capacity)
        say(event="LISTENING", at=time.monotonic())
        while True:
            samples = array.array("h", audio.read(info.rx_capacity))
            at = time.monotonic()
            for index, sample in enumerate(samples):
                if abs(sample) >= AUDIBLE:
                    later = (len(samples) - index) / info.rx_channels / info.rx_sample_rate
                    say(event="HEARD", at=at - later)
                    return
            await asyncio.sleep(0.001)

    async def do_record(self, folder: str, frequency: float) -> None:
        """Feeds and records the call from a plain loop, as an application would."""
        audio = await self._audio()
        info = audio.info()
        files = [wave.open(f"{folder}/{name}.wav", "wb") for name in ("rx", "tx")]  # noqa: SIM115
        for file in files:
            file.setparams((info.rx_channels, 2, info.rx_sample_rate, 0, "NONE", ""))
        self._moving = asyncio.create_task(self._move(files[0], files[1], frequency))
        say(event="RECORDING", at=time.monotonic())

    async def _move(self, rx: wave.Wave_write, tx: wave.Wave_write, frequency: float) -> None:
        audio = await self._audio()
        info = audio.info()
        frame = 2 * info.tx_channels
        second, sent = tone(frequency, info.tx_sample_rate, info.tx_channels, 1.0) * 2, 0
        while True:
            try:
                info = audio.info()
            except AudioNotActive:
                return  # the call has just ended
            missing = int(info.tx_sample_rate * AHEAD) * frame - info.tx_buffered
            if missing > 0:
                pcm = second[sent : sent + missing]
                sent = (sent + missing) % (len(second) // 2)
                audio.write(pcm)
                tx.writeframes(pcm)
            rx.writeframes(audio.read(info.rx_capacity))
            await asyncio.sleep(PERIOD)

    async def _audio(self) -> Any:
        """The call's audio, once it runs."""
        assert self._call is not None
        while True:
            try:
                info = self._call.audio.info()
                if info.tx_ready and info.rx_ready and info.rx_sample_rate:
                    return self._call.audio
            except Exception as error:
                if type(error).__name__ != "AudioNotActive":
                    raise
            await asyncio.sleep(0.001)


def tone(frequency: float, rate: int, channels: int, seconds: float) -> bytes:
    """A sine at -12 dBFS as 16-bit PCM."""
    step = 2 * math.pi * frequency / rate
    samples = (round(8231 * math.sin(step * n)) for n in range(int(rate * seconds)))
    return array.array("h", (s for s in samples for _ in range(channels))).tobytes()


async def main(port: int) -> None:
    """Comes up, says so, serves until stdin ends."""
    runtime = Runtime()
    extra = CONFIG.format(port=port)
    config = Config(net_interface="127.0.0.1", max_concurrent_calls=None, extra_config_text=extra)
    await runtime.start(config)
    aor = f"<sip:{Path(__file__).stem}@127.0.0.1:{port}>;regint=0;answermode=manual"
    ua = await UserAgent.create(runtime, aor)
    phone = BarePhone(runtime, ua)
    runtime.subscribe(phone.on_event)
    ua.on_incoming(phone.on_incoming)
    say(event="READY", at=time.monotonic())
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks = set()
    while line := await reader.readline():
        task = asyncio.create_task(phone.do(*json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await runtime.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
