"""Imports go down only."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "BaresipLibrary"
#: From the top to the ground. A module imports what is below it, and its own layer.
LAYERS = [
    {"watch"},
    {"rebot", "remote"},
    {"library"},
    {"plugins"},
    {"phones"},
    {"phone"},
    {"phone_steps"},
    {"early_start", "import_failure", "scopes"},
    {"keywords"},
    {"report"},
    {"verdicts"},
    {"load"},
    {"media"},
    {"signalling"},
    {"diagnosis"},
    {"agents"},
    {"backends"},
    {"speech"},
    {"account"},
    {"audio", "sip", "events", "types", "concurrency"},
    {"errors", "frozen", "quantiles", "rtp", "version", "wording"},
]
_DOMAIN = {"robot", "subprocess", "psutil", "socket"}
FORBIDDEN = {
    "verdicts": _DOMAIN,
    "load": _DOMAIN,
    "media": _DOMAIN,
    "signalling": _DOMAIN,
    "diagnosis": _DOMAIN,
    "agents": _DOMAIN,
    "speech": {"robot"},
    "audio": {"robot", "subprocess", "BaresipLibrary"},
    "sip": {"robot", "subprocess", "socket"},
    **{name: {"robot", "subprocess"} for name in LAYERS[-1]},
}
MODULES = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "worker"]
WORKER = sorted((PACKAGE / "backends" / "embedded" / "worker").glob("*.py"))


#: What the domain may know of backends.
CONTRACT = ("backends.base", "backends.capabilities")


def imports(path: Path) -> list[tuple[int, str]]:
    """The level and name of everything a module imports."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found += [(node.level, name) for name in names if name]
    return found


def room(path: Path) -> str:
    """The package or module directly below the library's."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def depth(name: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if name in layer)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_what_lies_below(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    here = room(path)
    levels_up = len(path.relative_to(PACKAGE).parts)
    for level, name in imports(path):
        first = name.split(".")[0]
        if level == levels_up:
            assert depth(first) >= depth(here), f"{here} imports {first}"
        elif level == 0:
            assert first not in FORBIDDEN.get(here, ()), f"{here} imports {first}"


@pytest.mark.parametrize("name", ["agents", "diagnosis", "signalling", "media", "verdicts"])
def test_a_room_of_the_domain_knows_of_backends_only_the_contract(name: str) -> None:
    for path in (PACKAGE / name).glob("*.py"):
        for level, name in imports(path):
            assert level != 2 or not name.startswith("backends") or name in CONTRACT


def test_the_external_backend_shares_only_a_clock_with_the_embedded_one() -> None:
    for path in (PACKAGE / "backends" / "external").glob("*.py"):
        for level, name in imports(path):
            is_shared = name == "embedded.worker.stream_clock"
            assert level != 2 or not name.startswith("embedded") or is_shared, f"{path} {name}"


@pytest.mark.parametrize("path", WORKER, ids=lambda path: path.name)
def test_the_worker_needs_the_standard_library_and_the_wheel(path: Path) -> None:
    for level, name in imports(path):
        first = name.split(".")[0]
        assert level == 1 or (level == 0 and first in {*sys.stdlib_module_names, "baresip"}), name


def test_what_understands_speech_needs_only_its_own_room() -> None:
    """Its process is started as a package of its own."""
    room, seen, waiting = PACKAGE / "speech", set[str](), {"worker", "engines_whisper"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for node in ast.parse((room / f"{name}.py").read_text()).body:
            if isinstance(node, ast.ImportFrom):
                assert node.level < 2, f"{name} imports {node.module}"
                waiting |= {node.module or ""} - seen if node.level == 1 else set()
    assert "number_words" in seen
