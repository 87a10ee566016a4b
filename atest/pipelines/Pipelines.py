"""Runs what the files in docs/pipelines/ tell a CI service to run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from robot.api import SkipExecution, logger

ROOT = Path(__file__).resolve().parent.parent.parent
PIPELINES = ROOT / "docs" / "pipelines"
#: A user that no file of the system knows, as Jenkins and OpenShift choose one.
USER = 4711
#: Like a container: file systems are read-only, but for the project and a new temporary folder; the
#: command is process 1; the user has no rights beyond its own. Root's home, which others may not
#: enter, has only what Python needs.
CONTAINER = """
set -e
mount --bind "$PROJECT" /mnt
mount --bind "$PYTHON_HOME" /media
mount --bind "$CLONE" /srv
mount -t tmpfs -o mode=755 tmpfs /root
case "$PYTHON_HOME" in /root/*) mkdir -p "$PYTHON_HOME"; mount --bind /media "$PYTHON_HOME" ;; esac
case "$CLONE" in /root/*) mkdir -p "$CLONE"; mount --bind /srv "$CLONE" ;; esac
mount -o remount,bind,ro /root
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
mount -o remount,bind,ro /
cd /mnt
"""
AS_ROOT = f"""{CONTAINER}
exec setpriv --reuid {USER} --regid {USER} --clear-groups --no-new-privs --bounding-set=-all "$@"
"""
#: Who is not root is root in a name space of users, and another user in one within that.
AS_USER = f"""{CONTAINER}
exec unshare --user --map-user={USER} --map-group={USER} setpriv --no-new-privs "$@"
"""


class Pipelines:
    """Lays out a project as its users have it, and runs the lines of a pipeline in it."""

    def lay_out_project(self, folder: str) -> Path:
        """Makes a project with the suites of this folder and the files for pipelines."""
        project = Path(folder)
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(Path(__file__).parent / "_project", project)
        for file in PIPELINES.iterdir():
            shutil.copy(file, project)
        return project

    def run_line(self, project: Path, line: str) -> int:
        """Runs a shell line in a project; returns its code."""
        return self._run(["sh", "-ec", line], project)

    def run_in_container(self, project: Path, command: list[str]) -> int:
        """Runs a command as a container would; skips where the system does not let us."""
        contained = self._contained(project)
        if self._run([*contained, sys.executable, "-c", ""], project):
            raise SkipExecution("This system lets nobody make a container by unshare.")
        return self._run([*contained, *command], project)

    def _contained(self, project: Path) -> list[str]:
        """What is before a command that runs in a container, which may write to the project."""
        unshared = ["unshare", "--mount", "--pid", "--fork", "--mount-proc"]
        if os.geteuid():
            return [*unshared, "--user", "--map-root-user", "sh", "-c", AS_USER, "container"]
        for path in [project, *project.rglob("*")]:
            os.chown(path, USER, USER)
        return [*unshared, "sh", "-c", AS_ROOT, "container"]

    def _run(self, command: list[str], project: Path) -> int:
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PROJECT": str(project),
            "PYTHON_HOME": sys.base_prefix,
            "CLONE": str(ROOT),
            "TMPDIR": "/var/tmp",
        }
        ran = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=120
        )
        logger.info(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}")
        return ran.returncode

    def lines_of(self, name: str) -> list[str]:
        """The shell lines in a file of the pipelines."""
        return LINES[name]((PIPELINES / name).read_text())

    def artifacts_of(self, name: str) -> str:
        """The one path that a pipeline keeps."""
        paths = set(re.findall(r"(results/)[*\n]", (PIPELINES / name).read_text()))
        assert len(paths) == 1, paths
        return paths.pop()

    def command_of_container(self) -> list[str]:
        """What the Containerfile runs."""
        found = re.search(r"^CMD (\[.*\])$", (PIPELINES / "Containerfile").read_text(), re.M)
        assert found is not None
        command: list[str] = json.loads(found[1])
        return command


def _github(text: str) -> list[str]:
    return [step["run"] for step in yaml.safe_load(text)["jobs"]["calls"]["steps"] if "run" in step]


def _gitlab(text: str) -> list[str]:
    lines: list[str] = yaml.safe_load(text)["calls"]["script"]
    return lines


def _jenkins(text: str) -> list[str]:
    return re.findall(r"^\s*sh '(.*)'$", text, re.M)


LINES = {"github-actions.yml": _github, "gitlab-ci.yml": _gitlab, "Jenkinsfile": _jenkins}
