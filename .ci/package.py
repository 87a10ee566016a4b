"""Builds what is released, and calls with it from a place where only that is installed.

The types of what users write on top of it are checked there, too.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "BaresipLibrary"
README = ROOT / "README.md"
EXTENDING = ROOT / "docs" / "extending.md"
FIRST_CALL = ROOT / "docs" / "first-call.md"
PIPELINES = ROOT / "docs" / "pipelines"
EXTRA = "embedded"


class StepFailed(Exception):
    """A step did not work; the text says which one, and what it printed."""


def build(into: Path) -> Path:
    """Builds the sdist, and from it the wheel, which it returns."""
    run(sys.executable, "-m", "build", "--outdir", into, ROOT)
    distributions = sorted(into.iterdir())
    run(sys.executable, "-m", "twine", "check", "--strict", *distributions)
    wheel = next(file for file in distributions if file.suffix == ".whl")
    missing = sorted(sources() - set(zipfile.ZipFile(wheel).namelist()))
    if missing:
        raise StepFailed(f"The wheel lacks {', '.join(missing)}.")
    return wheel


def sources() -> set[str]:
    """Every file of the package, as the wheel is to have it."""
    files = (file for file in PACKAGE.rglob("*") if file.is_file())
    return {file.relative_to(ROOT).as_posix() for file in files if "__pycache__" not in file.parts}


def call(wheel: Path, folder: Path, *, lowest: bool) -> None:
    """Calls from a new virtual environment with the wheel and what it needs.

    Either with the newest versions of that, installed by the line that the ready pipelines have, or
    with the lowest that the project declares.
    """
    folder.mkdir()
    venv.create(folder / "venv", symlinks=True, with_pip=not lowest)
    python = folder / "venv" / "bin" / "python"
    project = lay_out(folder / "project", wheel)
    install, robot = re.findall("run: (.*)", (PIPELINES / "github-actions.yml").read_text())
    if lowest:
        install_lowest(python, wheel, folder)
    else:
        run_line(install, python, project)
    imported = "import BaresipLibrary; print('Using', BaresipLibrary.__file__)"
    run(sys.executable, "-m", "pip", "--python", python, "list", "--format=freeze")
    run(python, "-c", f"{imported}; assert {str(folder)!r} in BaresipLibrary.__file__")
    run_line(robot, python, project)
    extend(python, folder / "user")


def lay_out(project: Path, wheel: Path) -> Path:
    """A project with our first suites, whose requirement is the wheel, as its comment says."""
    suites = project / "tests"
    suites.mkdir(parents=True)
    (suites / "first_call.robot").write_text(
        shown(README, "Alice And Bob Hear") + shown(FIRST_CALL, "Bob Is Busy")
    )
    (suites / "resource.robot").write_text(shown(FIRST_CALL, "BaresipLibrary/calls.resource"))
    comment = re.search(r"^# +(\./.*)$", (PIPELINES / "requirements.txt").read_text(), re.M)
    if comment is None:
        raise StepFailed("docs/pipelines/requirements.txt does not say how to name the wheel.")
    (project / "requirements.txt").write_text(comment[1])
    shutil.copy(wheel, project)
    return project


def install_lowest(python: Path, wheel: Path, folder: Path) -> None:
    """Installs the wheel, and the lowest versions of what it needs."""
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(floors()))
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    options = ["--quiet", "--only-binary=:all:", "--constraint", constraints]
    run(*pip, "install", *options, f"{wheel}[{EXTRA}]")


def run_line(line: str, python: Path, project: Path) -> None:
    """Runs a line of a pipeline in a project, with the programs of a virtual environment."""
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    run("sh", "-ec", line, folder=project, PATH=path, PIP_ONLY_BINARY=":all:", PIP_QUIET="1")


def extend(python: Path, folder: Path) -> None:
    """Runs what users write on top of the package that this Python has, and checks its types."""
    folder.mkdir()
    for name, text in shown_python().items():
        (folder / name).write_text(text)
    (folder / "keywords.robot").write_text(shown(EXTENDING, "Alice Enters Her Pin"))
    (folder / "backend.robot").write_text(shown(EXTENDING, "Alice Dials Once"))
    quiet = ["--outputdir", folder / "results", "--consolecolors", "off"]
    run(python, "-m", "robot", *quiet, folder)
    strict = ["--strict", "--cache-dir", os.devnull, "--python-executable", python]
    plugins = sorted(folder.glob("[A-Z]*.py"))  # its tests need pytest, which is not there
    run(sys.executable, "-m", "mypy", *strict, *plugins)


def shown(page: Path, words: str) -> str:
    """The first suite or test on a page that has these words in it."""
    blocks = re.findall(r"^```robotframework\n(.*?)^```", page.read_text(), re.M | re.S)
    return next(block for block in blocks if words in block)


def shown_python() -> dict[str, str]:
    """The Python files that the page about extending the library shows, by their names."""
    pattern = r"^<!-- file: (\S+) -->\n+```python\n(.*?)^```"
    return dict(re.findall(pattern, EXTENDING.read_text(), re.M | re.S))


def floors() -> Iterator[str]:
    """The lowest declared version of everything that this Python needs, as constraints of pip."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lowest: dict[str, str] = {}
    for text in [*project["dependencies"], *project["optional-dependencies"][EXTRA]]:
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate():
            floor = next(spec.version for spec in one.specifier if spec.operator == ">=")
            lowest[one.name] = floor  # a line with a marker follows the one without
    return (f"{name}=={version}" for name, version in lowest.items())


def run(*command: object, folder: Path = Path("/"), **variables: str) -> None:
    """Runs a program away from the checkout, so that nothing is imported from it."""
    words = [str(word) for word in command]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    print(f"\n== {' '.join(words)}\n{done.stdout}", flush=True)
    if done.returncode:
        raise StepFailed(f"{done.stdout}\n{' '.join(words)} ended with exit code {done.returncode}")
