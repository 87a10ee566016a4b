"""Measures how long a process waits for a CPU here; a process of its own, which `Lateness` starts.

It does what an agent does: it wakes up every 20 ms and works for a moment. After each time it
writes to the file descriptor of its argument, as two doubles, when that was (monotonic seconds) and
how many seconds late it was: how much longer it all took than the wait and its own work together.
It says once that it runs, and ends when its standard input does.
"""

import os
import select
import struct
import sys
import time

#: Seconds between two packets of audio, and of work that each causes an agent.
PERIOD, WORK = 0.020, 0.001
#: What is written each time: when, and how late.
MEASURED = struct.Struct("dd")


def measure() -> bytes:
    """Works once. Returns what is written about it."""
    began, own = time.monotonic(), time.process_time()
    if select.select([sys.stdin], [], [], PERIOD)[0]:
        return b""
    while time.process_time() - own < WORK:
        pass
    worked, ended = time.process_time() - own, time.monotonic()
    return MEASURED.pack(ended, max(0.0, ended - began - PERIOD - worked))


if __name__ == "__main__":
    print("runs", flush=True)
    while measured := measure():
        os.write(int(sys.argv[1]), measured)
