"""Where the wheel is found, by this process and by those that it starts."""

import importlib.util
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from BaresipLibrary.backends.embedded.wheel import home, is_installed

PROJECT = Path(__file__).resolve().parents[2]
ASKED = "from BaresipLibrary.backends.embedded.wheel import is_installed; print(is_installed())"
CALL = """\
*** Settings ***
Library    BaresipLibrary

*** Test Cases ***
An Agent Starts
    Start Agent    alice
    ${info} =    Get Info    alice
    Should Be Equal    ${info}[backend]    embedded
"""


def is_taken_for_the_wheel(folder: Path) -> bool:
    """What an interpreter without installed packages says that finds modules in a folder."""
    code = f"import sys; sys.path += {[str(PROJECT), str(folder)]!r}; {ASKED}"
    command = [sys.executable, "-S", "-P", "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return ran.stdout.strip() == "True"


def test_a_folder_with_the_name_of_the_wheel_is_not_the_wheel(tmp_path: Path) -> None:
    (tmp_path / "baresip" / "src").mkdir(parents=True)
    assert not is_taken_for_the_wheel(tmp_path)


def test_a_module_with_the_name_of_the_wheel_is_not_the_wheel(tmp_path: Path) -> None:
    (tmp_path / "baresip.py").touch()
    assert not is_taken_for_the_wheel(tmp_path)


def test_a_package_with_the_name_of_the_wheel_is_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "baresip").mkdir()
    (tmp_path / "baresip" / "__init__.py").touch()
    assert is_taken_for_the_wheel(tmp_path)


@pytest.fixture
def python_without_wheel(tmp_path: Path) -> Path:
    """An interpreter that has all packages of this one; the wheel is in ``wheel``.

    In its place is another package of that name, which cannot be imported.
    """
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    (tmp_path / "wheel").mkdir()
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    wheel_home = home()
    assert wheel_home is not None
    for package in wheel_home.iterdir():
        is_wheel = package.name.startswith("baresip")
        ((tmp_path / "wheel" if is_wheel else packages) / package.name).symlink_to(package)
    (packages / "baresip").mkdir()
    (packages / "baresip" / "__init__.py").write_text("raise ImportError('not the wheel')")
    return python


@pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")
def test_the_wheel_that_robot_finds_serves_agents(
    python_without_wheel: Path, tmp_path: Path
) -> None:
    (tmp_path / "suite").mkdir()
    suite = tmp_path / "suite" / "call.robot"
    suite.write_text(CALL)
    path = f"{tmp_path / 'wheel'}:{PROJECT}"
    command = [python_without_wheel, "-m", "robot", "--pythonpath", path, "--outputdir", tmp_path]
    ran = subprocess.run([*command, suite], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")
def test_its_home_is_where_it_is_imported_from() -> None:
    found = importlib.util.find_spec("baresip")
    assert found is not None and found.origin is not None
    assert Path(found.origin).is_relative_to(home() or "/nowhere")
