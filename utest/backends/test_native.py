"""The inventory of what the worker uses of the wheel beyond its public API, and what is missing."""

import ast
import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("baresip")

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.requirements import caveats
from BaresipLibrary.backends import launchers
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.backends.embedded.worker import inventory, native
from BaresipLibrary.concurrency import Changes, wait_until
from BaresipLibrary.errors import BackendError, CommandRefused, UsageError
from BaresipLibrary.events import SipMessage
from BaresipLibrary.signalling.hold import hold
from BaresipLibrary.signalling.states import wait_for_incoming, wait_for_state
from BaresipLibrary.types import AgentState

from ..thorough import THOROUGH

WORKER = Path(native.__file__).parent
MODULES = sorted(WORKER.glob("*.py"))
OTHERS = [path for path in MODULES if path.name not in ("inventory.py", "native.py")]
SOON = 30.0


class Without:
    """The wheel's C library, without some of its functions."""

    def __init__(self, *names: str) -> None:
        self._library = ctypes.CDLL(native.private_name("baresip._native.__file__"))
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name in self._names:
            raise AttributeError(name)
        return getattr(self._library, name)


def used_functions() -> set[str]:
    return {
        name for path in OTHERS for name in re.findall(r"\blibrary\.(\w+)", path.read_text())
    } - {"missing", "has_all_for", "require_all_for"}


def test_a_function_is_listed_once() -> None:
    names = [function.name for function in inventory.FUNCTIONS]
    assert sorted(names) == sorted(set(names))


def test_the_functions_that_are_used_are_those_that_are_listed() -> None:
    assert used_functions() == {function.name for function in inventory.FUNCTIONS}


def test_each_function_is_needed_by_the_start_or_by_capabilities() -> None:
    for function in inventory.FUNCTIONS:
        known = {inventory.START} | {capability.name for capability in EmbeddedBackend.capabilities}
        assert function.needed_by and set(function.needed_by) <= known, function.name


def test_the_installed_wheel_lacks_nothing() -> None:
    assert native.library.missing == []
    assert native.missing_names() == []
    assert native.why_no_agent_starts() is None
    assert native.lacking_capabilities() == {}


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_only_the_inventory_reaches_into_the_wheel(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("baresip."), node.module
        elif isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            private = node.attr.startswith("_") and not node.attr.startswith("__")
            is_own = owner in ("self", "os") or (
                isinstance(node.value, ast.Attribute) and owner == "self"
            )
            assert is_own or not private, f"{path.name}:{node.lineno} {node.attr}"
            if path.name != "forkserver.py":  # prctl() of the C library
                assert node.attr not in ("CDLL", "pythonapi"), f"{path.name}:{node.lineno}"


def formatted() -> Iterator[str]:
    """The functions that are called with a format, and so with variable arguments."""
    for path in OTHERS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                values = (one.value for one in node.args if isinstance(one, ast.Constant))
                if any(isinstance(value, bytes) and b"%" in value for value in values):
                    yield node.func.attr


def test_no_argument_beside_variable_ones_is_narrower_than_an_int() -> None:
    """libffi 3.4.0 to 3.4.2, as on Ubuntu 22.04, makes no such call: `ffi_prep_cif_var failed`."""
    declared = {function.name: function.arguments for function in inventory.FUNCTIONS}
    names = set(formatted())
    assert {"sipsess_progress", "sip_requestf", "ua_hangupf"} <= names
    narrow = {
        name
        for name in names
        if any(ctypes.sizeof(kind) < ctypes.sizeof(ctypes.c_int) for kind in declared[name])
    }
    assert narrow == set()


def test_a_missing_function_takes_away_what_needs_it() -> None:
    library = native.Library(Without("ua_hangupf", "call_update_media"))
    assert library.lacking() == {
        "UNDO_HOLD": ["call_update_media"],
        "MEDIA_AFTER_RINGING": ["call_update_media"],
        "SEND_PROGRESS": ["call_update_media"],
        "OWN_REFUSALS": ["ua_hangupf"],
        "REDIRECT": ["ua_hangupf"],
        "REFUSAL_HEADERS": ["ua_hangupf"],
    }


def test_a_missing_function_says_its_name_when_it_is_called() -> None:
    library = native.Library(Without("call_hold"))
    with pytest.raises(
        native.FunctionMissing, match=r"^this build of baresip-python lacks call_hold$"
    ):
        library.call_hold(None, True)


def test_a_function_that_is_not_listed_cannot_be_called() -> None:
    with pytest.raises(AttributeError, match="system is not in the inventory of C functions"):
        native.library.system(b"true")


def test_a_private_name_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"baresip._native.lib.BP_NO_SUCH": "", "baresip._nothing.at_all": ""}
    monkeypatch.setattr(native, "PRIVATE_NAMES", gone)
    assert native.why_no_agent_starts() == (
        "this build of baresip-python lacks baresip._native.lib.BP_NO_SUCH,"
        " baresip._nothing.at_all, which every agent needs."
    )


#: Loads the C library of a worker without some functions, before anything else is loaded.
_POORER = """
import ctypes
class Without(ctypes.CDLL):
    def __getattr__(self, name):
        if name in %r:
            raise AttributeError(name)
        return super().__getattr__(name)
ctypes.CDLL = Without
"""


@contextmanager
def agents_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *names: str
) -> Iterator[tuple[Agent, Agent]]:
    """Two agents whose worker processes find a wheel without some functions."""
    monkeypatch.setattr(launchers, "_ENTRY", _POORER % (names,) + launchers._ENTRY)
    changes = Changes()
    launcher = launchers.Forker(changes)
    backends = []
    try:
        pair = []
        for name in ("alice", "bob"):
            account = Account(name)
            backends.append(EmbeddedBackend(account, tmp_path / name, changes, launcher))
            pair.append(Agent(name, account, backends[-1], changes))
            pair[-1].start()
        yield pair[0], pair[1]
    finally:
        for backend in backends:
            backend.stop()
        launcher.close()


def test_an_agent_without_a_function_says_what_it_cannot_do_and_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with agents_without(monkeypatch, tmp_path, "call_hold") as (alice, bob):
        lacks = "his build of baresip-python lacks call_hold"
        assert EmbeddedBackend.capabilities - alice.backend.capabilities == {Capability.HOLD}
        assert caveats(alice.account, alice.backend) == (
            f"T{lacks}, so the embedded backend cannot hold a call.",
        )
        alice.dial(bob.uri)
        call = wait_for_incoming(bob, SOON)
        bob.answer(call)
        wait_for_state(alice, AgentState.ESTABLISHED, SOON)
        with pytest.raises(UsageError, match=f"^bob cannot hold a call: t{lacks}\\.$"):
            hold(bob, call, True, SOON)
        with pytest.raises(CommandRefused, match="this build of baresip-python lacks call_hold"):
            bob.backend.hold(call.call_id, True)
        alice.hang_up(alice.calls[0])
        wait_for_state(bob, AgentState.IDLE, SOON)


#: They take variable arguments after those in the inventory.
VARIADIC = {"ua_hangupf", "sip_drequestf", "sip_requestf", "sip_treplyf", "sipevent_dsubscribe"}


def test_functions_with_variable_arguments_have_no_narrow_ones() -> None:
    """Some builds of libffi refuse such calls: ``ffi_prep_cif_var failed``."""
    variadic = [function for function in inventory.FUNCTIONS if function.name in VARIADIC]
    assert len(variadic) == len(VARIADIC)
    for function in variadic:
        sizes = [ctypes.sizeof(argument) for argument in function.arguments]
        assert min(sizes) >= ctypes.sizeof(ctypes.c_int), function.name


OPTIONAL = [f for f in inventory.FUNCTIONS if inventory.START not in f.needed_by]
#: One function for each set of capabilities: without it, the others of that set are there.
ONE_EACH = list({function.needed_by: function.name for function in OPTIONAL}.values())
LACKING = (
    [(function.name,) for function in OPTIONAL]
    if THOROUGH
    else [tuple(ONE_EACH[first::8]) for first in range(8)]
)


@pytest.mark.parametrize("names", LACKING, ids="-".join)
def test_calls_work_without_functions_that_only_some_capabilities_need(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with agents_without(monkeypatch, tmp_path, *names) as (alice, bob):
        assert caveats(alice.account, alice.backend)
        alice.dial(bob.uri)
        call = wait_for_incoming(bob, SOON)
        bob.answer(call)
        wait_for_state(alice, AgentState.ESTABLISHED, SOON)
        bob.backend.listen(call.call_id, True)
        assert wait_until(bob.changes, lambda: bob.arrivals[call.call_id] or None, SOON)
        alice.hang_up(alice.calls[0])
        wait_for_state(bob, AgentState.IDLE, SOON)
        assert (alice.death, bob.death) == (None, None)
        assert not any(
            "Traceback" in line for line in Path(bob.backend.folder, "log").read_text().splitlines()
        )


def test_a_process_that_removes_its_log_meanwhile_is_stopped_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changes = Changes()
    launcher = launchers.Forker(changes)
    backend = EmbeddedBackend(Account("alice"), tmp_path / "alice", changes, launcher)
    backend.start(lambda event: None)
    Path(backend.folder, "log").unlink()
    monkeypatch.setattr(Path, "exists", lambda path: True)
    assert backend.unreadable == 0
    backend.stop()
    launcher.close()


def test_what_every_agent_needs_stops_the_start_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = (
        "^baresip did not start: this build of baresip-python lacks uag_call_find,"
        " which every agent needs\\.$"
    )
    with (
        pytest.raises(BackendError, match=expected),
        agents_without(monkeypatch, tmp_path, "uag_call_find"),
    ):
        pass


def test_a_hold_is_not_begun_when_the_stack_could_only_queue_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with agents_without(monkeypatch, tmp_path, "sipsess_reinvite") as (alice, bob):
        alice.dial(bob.uri)
        call = wait_for_incoming(bob, SOON)
        bob.answer(call)
        wait_for_state(alice, AgentState.ESTABLISHED, SOON)
        call = alice.calls[0]
        invite = alice.journal.invite(call.call_id)
        assert invite
        alice.backend._collisions.message_of = lambda _: invite.text
        expected = "^this build of baresip-python lacks sipsess_reinvite$"
        with pytest.raises(CommandRefused, match=expected):
            alice.backend.hold(call.call_id, True)
        sent = [m.text for m in alice.journal.of_kind(SipMessage) if m.sent]
        assert sum(text.startswith("INVITE ") for text in sent) == 1
