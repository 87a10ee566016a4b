"""What docs/watch.md shows is taken by the programs that it is for."""

import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "watch.md").read_text()
FILES = dict(re.findall(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```", PAGE, re.M | re.S))


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of the page."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"There is no {program}.")


def test_prometheus_loads_the_alerts(folder: Path) -> None:
    needs("promtool")
    assert "5 rules found" in run(folder, "promtool", "check", "rules", "phones.rules.yml")


def test_the_alerts_come_when_they_should(folder: Path) -> None:
    needs("promtool")
    shutil.copy(Path(__file__).with_name("alerts_test.yml"), folder)
    assert "SUCCESS" in run(folder, "promtool", "test", "rules", "alerts_test.yml")


def test_systemd_takes_the_units(folder: Path) -> None:
    needs("systemd-analyze")
    said = run(folder, "systemd-analyze", "verify", "./phones.service", "./phones.timer")
    assert "phones." not in said
    calendar = re.findall(r"^OnCalendar=(.*)", FILES["phones.timer"], re.M)
    assert "Normalized form" in run(folder, "systemd-analyze", "calendar", *calendar)


def test_kubernetes_takes_the_cron_job() -> None:
    kubernetes_validate.validate(yaml.safe_load(FILES["phones.yaml"]), "1.31", strict=True)


def test_the_line_for_cron_has_a_schedule_a_user_and_a_command() -> None:
    [line] = re.findall(r"^<!-- crontab -->\n```text\n(.*)\n```", PAGE, re.M)
    *schedule, user, command = line.split(None, 6)
    assert (schedule, user) == (["*/5", "*", "*", "*", "*"], "phones")
    assert command.startswith("flock -n ")


def test_the_table_has_every_metric_and_no_other() -> None:
    from prometheus_client import CollectorRegistry

    from BaresipLibrary.watch.measures import Measures

    registry = CollectorRegistry()
    Measures(registry, {"suite": "Night"}, ())
    made = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in registry.collect()
    }
    assert set(re.findall(r"^\| `(baresip_\w+)`", PAGE, re.M)) == made
