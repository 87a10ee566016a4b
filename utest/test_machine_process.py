"""The process of the reference machines, atest/resources/machine_process.py."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

RESOURCES = Path(__file__).parent.parent / "atest" / "resources"
_START = """
import sys
sys.path.insert(0, {resources!r})
from machine_process import MachineProcess
process = MachineProcess()
print(process.pid, process.start("PCMU", greets=0.5).uri, flush=True)
sys.stdin.read()
"""


def test_nothing_is_left_of_it_when_its_owner_is_killed() -> None:
    code = _START.format(resources=str(RESOURCES))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        pid, uri = owner.stdout.readline().split()
        machines = psutil.Process(int(pid))
        assert uri.startswith("sip:machine@127.0.0.1:")
        owner.kill()
        machines.wait(30)


def test_it_tells_why_a_request_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(RESOURCES))
    from machine_process import MachineProcess

    process = MachineProcess()
    machine = process.start()
    with pytest.raises(RuntimeError, match="could not do 'truth': KeyError"):
        machine.truth()
    assert machine.close().startswith("sip:machine@127.0.0.1:")
    process.close()
    assert not psutil.pid_exists(process.pid)
