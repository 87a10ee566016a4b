"""Skips tests that need what the backend of this run lacks, and names it."""

from robot.api.exceptions import SkipExecution
from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.backends.external import installation
from BaresipLibrary.backends.external.installation import find_program


class Abilities:
    """Keywords about what a backend can do."""

    ROBOT_LIBRARY_SCOPE = "GLOBAL"

    def needs(self, *what: Capability) -> None:
        """Skips the test unless the backend has all these capabilities."""
        _require(what, *_backend())

    def the_program_needs(self, *what: Capability) -> None:
        """Skips the test unless the installed baresip has all these capabilities."""
        _require(what, *_program())

    def backend_is(self, name: str) -> bool:
        """Whether this run is on the ``embedded`` or the ``external`` backend."""
        return _backend()[0].startswith(name)

    def can(self, what: Capability) -> bool:
        """Whether the backend has a capability."""
        return what in _backend()[1]


def _require(what: tuple[Capability, ...], name: str, able: frozenset[Capability]) -> None:
    for capability in what:
        if capability not in able:
            raise SkipExecution(f"The {name} cannot {capability.value}.")


def _backend() -> tuple[str, frozenset[Capability]]:
    chosen = str(BuiltIn().get_variable_value("${BACKEND}", "auto"))
    if chosen == "embedded" or (chosen == "auto" and is_installed()):
        return "embedded backend", EmbeddedBackend.capabilities
    return _program()


def _program() -> tuple[str, frozenset[Capability]]:
    program = find_program(None, None)
    able = installation.capabilities(program.version, program.modules)
    return f"external backend with baresip {program.version}", able
