"""Plugins: keywords, backends and speech engines that users of the library add to it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from inspect import getattr_static, isclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword as robot_keyword
from robot.errors import DataError
from robot.utils import Importer, normalize
from robotlibcore import DynamicCore, PluginParser

from .agents.agent import Agent
from .agents.registry import Registry
from .backends.factory import BackendMaker
from .concurrency import wait_until
from .errors import BaresipLibraryError, UsageError
from .keywords.assertions import Assertion, Value
from .keywords.base import AgentName, Component, Context
from .keywords.running import find_file

if TYPE_CHECKING:
    from .phone import Phone
    from .speech.voices import VoiceEngine

P = ParamSpec("P")
T = TypeVar("T")

#: How the message of Robot's importer goes on after the name, before what went wrong.
_FAILED = " failed: "
Loaded = Sequence[tuple[str, "Plugin"]]


class Plugin(Component):
    """Base of plugins: what their keywords can use.

    A plugin's methods that are marked with `keyword` become keywords of the library. They run as
    its own do: a failure is explained, and the ladder in log.html names the step. A plugin with an
    ``__init__`` of its own takes the context first, hands it on, and then takes the arguments of
    the import, which are text.
    """

    def __init__(self, context: Context) -> None:
        from .phone_steps import Components

        super().__init__(context)
        self._phone_components = Components(context)

    @property
    def agents(self) -> Registry:
        """The agents that run."""
        return self._agents

    @property
    def timeout(self) -> timedelta:
        """The library's default ``timeout``."""
        return self._context.timeout

    def phone(self, agent: AgentName) -> "Phone":
        """What an agent can do, as methods.

        Raises:
            UsageError: there is no such agent.
        """
        from .phone import Phone

        return Phone(self._agents.get(agent), self._phone_components)

    def seconds(self, time: timedelta | None) -> float:
        """A keyword's time in seconds; for None the library's ``timeout``.

        Raises:
            UsageError: it is negative.
        """
        return self._seconds(time)

    def wait_until(
        self, check: Callable[[], T | None], timeout: timedelta | None = None
    ) -> T | None:
        """Waits on events of all agents until `check` returns something else than None.

        Returns None when the time (default: the library's ``timeout``) is over. `check` must be
        quick: it runs after every event, and no agent goes on meanwhile. What it raises ends the
        wait.
        """
        return wait_until(self._context.changes, check, self._seconds(timeout))

    def check(
        self,
        agent: Agent,
        read: Callable[[], T],
        assertion_operator: AssertionOperator | None,
        assertion_expected: Any,
        *,
        what: str,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> T:
        """Reads a value of an agent, checks it as a suite asks, and returns it.

        The suite asks by its arguments `assertion_operator` and `assertion_expected`. `what` is
        the value in words that the agent's name follows, such as "The display of". With a timeout,
        `read` is called again after every event until the assertion holds.

        Raises:
            PhoneFailure: the assertion does not hold, with a timeout not even in that time.
            AgentGone: the agent's process has died.
        """
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._checked(agent, Value(f"{what} {agent.name}", read), wanted, timeout)

    def register_backend(self, name: str, make: BackendMaker, *, program: bool = False) -> None:
        """Adds a backend, for ``backend=`` of the import and of `Start Agent`.

        `program`: it takes ``executable=``, ``control=`` and ``recordings_folder=``, which are
        refused otherwise.

        Raises:
            UsageError: the name is taken or cannot be one.
        """
        self._context.backends.register(name, make, program=program)

    def register_speech_engine(self, name: str, path: str) -> None:
        """Adds an engine that understands speech, for ``speech_model=name`` of the import.

        `path` is where its class, a `SpeechEngine`, is imported from in another process:
        ``module.Class``. It is made with what the setting says after a colon
        (``speech_model=name:model``), else with None.

        Raises:
            UsageError: the name is taken or cannot be one, or the path is not an import path.
        """
        self._context.speech_engines.register(name, path)

    def register_voice(self, name: str, engine: "VoiceEngine") -> None:
        """Adds a voice engine, for ``voice=`` of `Say`: ``NAME``, or ``NAME:VOICE``.

        Raises:
            UsageError: the name is taken or cannot be one.
        """
        self._context.voices.register(name, engine)

    def debug(self, message: str, *, html: bool = False) -> None:
        """Logs a message that shows at the level DEBUG."""
        logger.debug(message, html=html)

    def info(self, message: str, *, html: bool = False) -> None:
        """Logs a message. What came from the network must be escaped in HTML."""
        logger.info(message, html=html)

    def warn(self, message: str) -> None:
        """Logs a warning, which shows on the console and at the top of log.html, too."""
        logger.warn(message)


@overload
def keyword(function: Callable[P, T], /) -> Callable[P, T]: ...


@overload
def keyword(
    name: str | None = None, /, *, tags: Sequence[str] = ()
) -> Callable[[Callable[P, T]], Callable[P, T]]: ...


def keyword(name: Any = None, /, *, tags: Sequence[str] = ()) -> Any:
    """Robot's decorator of the same name, with types.

    Tag keywords that only read something ``Getter``: they do not appear as steps in the ladder.
    """
    return robot_keyword(name, tags=tags)


def load_plugins(plugins: str | Sequence[str] | None, context: Context) -> list[tuple[str, Plugin]]:
    """The plugins of an import setting, each with how the setting names it, in order.

    Raises:
        UsageError: one cannot be imported or made, or is not a plugin; says which.
    """
    return [(name, _load(name, context)) for name in _names(plugins)]


def _names(plugins: str | Sequence[str] | None) -> Iterator[str]:
    if not plugins:
        return iter(())
    several = plugins.split(",") if isinstance(plugins, str) else plugins
    return (name.strip() for name in several)


def _load(name: str, context: Context) -> Plugin:
    _check_arguments(name)
    parser = PluginParser(Plugin, [context])
    try:
        plugin: Plugin
        (plugin,) = parser.parse_plugins([_with_absolute_path(name)])
        return plugin
    except BaresipLibraryError:
        raise  # the plugin's own words, or that there is no such file
    except Exception as error:
        raise UsageError(f"The plugin '{_shown(name)}' {_what_is_wrong(name, error)}") from error


def _shown(name: str) -> str:
    """A plugin without its arguments, one of which may be a password."""
    return name.partition(";")[0].strip()


def _check_arguments(name: str) -> None:
    for number, argument in enumerate(name.split(";")[1:], 1):
        if argument.count("=") > 1:
            raise UsageError(
                f"The plugin '{_shown(name)}' cannot have its argument {number}: the value holds an"
                " equals sign."
            )


def _with_absolute_path(name: str) -> str:
    """A plugin whose relative path, if it is one, has been looked up as those of audio are."""
    path, semicolon, arguments = name.partition(";")
    if not path.strip().endswith(".py"):
        return name
    return f"{find_file(Path(path.strip()), 'plugin')}{semicolon}{arguments}"


def _what_is_wrong(name: str, error: Exception) -> str:
    """The rest of a sentence about a plugin that was not loaded."""
    try:
        target = _with_absolute_path(name).partition(";")[0].strip()
        imported = Importer("plugin").import_class_or_module(target)
    except DataError as failed:
        why = str(failed).partition(_FAILED)[2] or str(failed)
        return f"cannot be imported: {why.splitlines()[0]}"
    if not isclass(imported):
        return "is a module: name the class in it, as module.Class, or give both the same name."
    if not issubclass(imported, Plugin):
        return "is not a plugin: its class does not derive from BaresipLibrary.Plugin."
    return f"cannot be made: {type(error).__name__}: {error}"


def check_keyword_names(components: Sequence[Component], plugins: Loaded) -> None:
    """Checks that no plugin has a keyword that the library, another plugin or `Plugin` has.

    Raises:
        UsageError: one has; says whose it is.
    """
    if not plugins:
        return  # to ask robotlibcore for all names takes long
    for name, plugin in plugins:
        _check_attributes(name, plugin)
    names = DynamicCore(list(components)).get_keyword_names()
    owners: dict[str, Plugin | None] = dict.fromkeys(map(_normal, names))
    called = {id(plugin): f"the plugin '{_shown(name)}'" for name, plugin in plugins}
    for name, plugin in plugins:
        for added in PluginParser().get_plugin_keywords([plugin]):
            owner = owners.setdefault(_normal(added), plugin)
            if owner is not plugin:
                whose = called.get(id(owner), "BaresipLibrary")
                raise UsageError(
                    f"The plugin '{_shown(name)}' has a keyword '{_title(added)}',"
                    f" which {whose} has, too: give it another name."
                )


def _check_attributes(name: str, plugin: Plugin) -> None:
    """Refuses keywords whose methods override what other methods of `Plugin` call."""
    for attribute in dir(Plugin):
        if hasattr(getattr_static(plugin, attribute), "robot_name"):
            raise UsageError(
                f"The plugin '{_shown(name)}' has a keyword '{_title(attribute)}', a name that"
                " Plugin uses itself: give it another name."
            )


def _title(name: str) -> str:
    return name.replace("_", " ").title()


def _normal(name: str) -> str:
    """A keyword's name as Robot compares it."""
    return str(normalize(name, ignore="_"))
