"""Calls at an arrival rate, and what came of them."""

import random
from collections.abc import Callable
from datetime import timedelta
from enum import Enum, auto
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.call import Call
from ..errors import UsageError
from ..load.arrivals import Arrivals, Rate
from ..load.call_run import LONGEST, CallRun, Percentile, RunField, Spread
from ..load.stop_condition import StopCondition
from .assertions import Assertion, Unit, Value, number, percent, seconds
from .base import AgentName, Component
from .running import output_directory
from .targets import dialled_uri

if TYPE_CHECKING:
    from ..load.call_rate import CallRate

_WITHIN = timedelta(seconds=5)
_MAX_LAG = timedelta(milliseconds=500)
_UNITS: dict[RunField, Unit] = {
    RunField.failed_percent: percent,
    RunField.established_percent: percent,
    RunField.post_dial_delay: seconds,
    RunField.setup_time: seconds,
    RunField.teardown: seconds,
}


class AudioCheck(Enum):
    """What is done about the audio of each call of `Run Calls`.

    ``verify``: both sides must hear the other's tone; ``none``: it is not checked.
    """

    verify = auto()
    none = auto()


class CallRateKeywords(Component):
    """Has calls arrive at a rate."""

    @keyword(tags=("Call", "Audio", "Wait", "Bulk"))
    def run_calls(
        self,
        callers: list[AgentName],
        callees: list[AgentName],
        *,
        rate: Rate,
        duration: timedelta,
        talk: timedelta = timedelta(seconds=10),
        audio: AudioCheck = AudioCheck.verify,
        arrivals: Arrivals = Arrivals.poisson,
        seed: int | None = None,
        stop_when: StopCondition | None = None,
        timeout: timedelta | None = None,
        within: timedelta = _WITHIN,
        max_lag: timedelta = _MAX_LAG,
        save: Path | None = None,
    ) -> CallRun:
        """Keeps an arrival rate of calls for a time, and returns what came of them.

        Calls arrive at the ``rate`` whatever becomes of those before (an open loop), so they overlap.
        For each one, the caller and the callee that have been idle the longest are taken: the caller
        dials the callee's address, so the call goes through the phone system where the agents are
        registered; the callee accepts, unless it acts by itself as `When Called` says; they talk; the caller hangs
        up. Both are taken again once both are idle. After ``duration`` no more calls arrive, and the
        keyword returns when the last one is over. The log shows a table and a picture.

        A call *fails* when it is refused, is not established within ``timeout``, ends early, when a
        side does not hear the other, when it does not end, or when the caller's BYE is refused or not
        answered within ``timeout``. What this machine could not keep up with is told apart from that:

        - A call that failed is *undecided* when an event, an arrival or what was due next came more
          than ``max_lag`` late while it lasted, when an agent took longer than that to carry out a
          command, or when its process is the cause. But a refusal other than 408 is always a failure
          where the callee refused, or was not called and the refusal came within ``max_lag``.
        - A call is *not attempted* when it would begin more than ``max_lag`` late, and when no caller
          or no callee is idle.

        | =Why a call was not attempted= | =What was seen= |
        | ``this machine was late`` | It would have begun more than ``max_lag`` late. |
        | ``no caller was idle`` | Each caller had a call, or had died. |
        | ``..., as most had a call that was not established yet`` | More than half of the callers did. |
        | ``..., as most had a call that was not over after the hang-up`` | More than half of the callers did. |
        | ``..., and this machine was late`` | It was, while those calls lasted. |
        | ``..., as most had died`` | The processes of more than half of the callers have ended. |
        | ``no callee was idle`` and so on | The same of the callees. |
        | ``the run was cut short`` | It ended before the call was dialled. |

        | =Result= | =Meaning= |
        | ``offered`` | How many calls arrived: ``attempted`` and ``not_attempted``. |
        | ``attempted`` | How many were dialled. Each of them is in one of ``succeeded``, ``failed``, ``undecided``, ``unchecked`` and, when the run was cut short, ``unfinished``. |
        | ``not_attempted`` | How many were not dialled; ``not_attempted_because`` has how many for each reason, and ``needed`` about how many callers, and as many callees, these arrivals need, if those not attempted take as long as the others on average; 0 when the run was cut short. |
        | ``established`` | How many were established at both sides; ``established_percent`` of those attempted. |
        | ``succeeded`` | How many went well from the first INVITE until both sides were idle and the BYE was answered. |
        | ``failed`` | How many failed; ``failed_percent`` of those that succeeded or failed. ``failures`` has how many for each reason, such as ``486 Busy Here``; ``failed_calls`` has the first 20: ``at`` (when it arrived, in seconds after the start of the run), ``caller``, ``callee``, ``call_id``, ``reason`` and ``details``. |
        | ``undecided`` | How many failed while this machine was late, or because of an agent; ``undecided_because`` has how many for each reason, ``undecided_calls`` the first 20. |
        | ``verified`` | In how many calls both sides heard each other. |
        | ``unchecked`` | With ``audio=verify``, how many ended before their audio could be checked, and went well otherwise: the audio of six calls is checked at the same time. |
        | ``peak`` | The most calls that were up at the same time; ``concurrent`` has the most of each second. ``went_up`` and ``went_down`` have the moments at which calls were established and ended, ``failed_at`` and ``undecided_at`` those at which that was noticed, ``not_attempted_at`` when such calls arrived, in seconds after the start of the run. |
        | ``post_dial_delay``, ``setup_time``, ``teardown`` | As `Get Call Timing` defines them at the caller, of established calls, in seconds; ``teardown`` only where the caller sent the BYE: ``count``, ``min``, ``p5``, ``p50``, ``p95``, ``p99`` and ``max``. |
        | ``mos`` | The same for the mean opinion score of `Get Call Quality`, of the worse side of each call. A call counts when both sides have an RTCP report of what they have received; a very short call has none. |
        | ``worst_delay``, ``cpu`` | How late an event, an arrival or what was due next came at most, in seconds; how busy the machine was in each second, in percent; in a sum, one run after the other. |
        | ``seeds``, ``rate``, ``began``, ``seconds``, ``stopped`` | The seed, the rate (calls a second), when the run began (seconds since 1970), how long it took, and the condition of ``stop_when`` if that holds. |

        Fails when ``stop_when`` holds: the run ends then, and its calls are hung up. Fails when no
        call was established. Fails at once, before any agent dials, when an agent has a call or is
        listed twice. However it ends, the calls are hung up, and the log has the table; a warning
        names those that are not over 3 s later. Messages and recordings of calls that went well are
        forgotten, so that a run can be long; recordings stay with ``recordings=always``. Those of the
        first 50 failed and of the first 50 undecided calls stay.

        | =Argument= | =Meaning= |
        | ``rate`` | Calls that arrive, such as ``5/s``, ``300/min`` or ``1800/h``. |
        | ``duration`` | How long calls arrive; 24 hours at most. |
        | ``talk`` | How long a call lasts once it is established; longer when its audio is still being checked. |
        | ``audio`` | ``verify``: both sides must hear the other's tone; ``none``: audio is not checked. |
        | ``arrivals`` | ``poisson``: at random, as many people call; ``even``: always the same time apart. |
        | ``seed`` | Repeats the arrivals of an earlier run, whose log has its seed. |
        | ``stop_when`` | ``failures > 5%`` of the calls that succeeded or failed, judged from 20 of them on and at the end; or ``failures > 10``. |
        | ``timeout`` | How long a call may take to be established, and to end (default: the library's). |
        | ``within`` | How long a tone may take to be heard. |
        | ``max_lag`` | How late this machine may be. |
        | ``save`` | A JSON file, relative to the output directory, for `Add Up Call Runs`. |

        Example:
        | ${callers} = | Start Agents | caller | 60 |
        | ${callees} = | Start Agents | callee | 60 |
        | ${calls} = | Run Calls | ${callers} | ${callees} | rate=5/s | duration=2 min | talk=10s | stop_when=failures > 5% |
        | Should Be Equal As Integers | ${calls.not_attempted} | 0 |
        | Should Be True | ${calls.setup_time.p95} < 0.5 |
        """
        from ..load.call_rate import CallRate, RunSettings
        from ..load.plan import Plan
        from ..media.tones import load_hearing

        calling, called = self._free_agents(callers, callees)
        plan = Plan(
            talk=self._seconds(talk),
            timeout=self._positive("timeout", timeout),
            within=self._positive("within", within) if audio is AudioCheck.verify else None,
            max_lag=self._positive("max_lag", max_lag),
        )
        settings = RunSettings(
            rate=rate,
            duration=self._duration(duration),
            arrivals=arrivals,
            seed=random.randrange(2**31) if seed is None else seed,
            plan=plan,
            stop_when=stop_when,
            target=lambda caller, callee: dialled_uri(self._agents, caller, callee),
            discard=self._discard,
            load=_load(),
        )
        _check_targets(settings.target, calling, called)
        file = _writable(save)
        logger.info(f"The seed of the arrivals is {settings.seed}.")
        if audio is AudioCheck.verify:
            load_hearing()  # not while calls arrive
        self._agents.begin_keyword(ends=True)
        return _carry_out(CallRate(calling, called, settings), file)

    def _positive(self, name: str, time: timedelta | None) -> float:
        value = self._seconds(time)
        if not value:
            raise UsageError(f"{name} must be more than 0 s.")
        return value

    def _duration(self, duration: timedelta) -> float:
        value = self._positive("duration", duration)
        if value > LONGEST:
            raise UsageError(f"A run may take 24 hours at most, not {value / 3600:g}.")
        return value

    def _discard(self, agent: Agent, call: Call) -> None:
        files = [file for stream in call.streams for file in (stream.rx, stream.tx)]
        self._context.recordings.discard(agent, files)

    def _free_agents(
        self, callers: list[AgentName], callees: list[AgentName]
    ) -> tuple[list[Agent], list[Agent]]:
        """The agents by their names."""
        from ..load.bulk import require_free

        if not callers or not callees:
            raise UsageError("Run Calls needs at least one caller and one callee.")
        calling = [self._agents.get(caller) for caller in callers]
        called = [self._agents.get(callee) for callee in callees]
        agents = [*calling, *called]
        twice = next((agent for agent in agents if agents.count(agent) > 1), None)
        if twice is not None:
            raise UsageError(f"{twice.name} is listed twice; an agent either calls or is called.")
        require_free(agents)
        return calling, called

    @keyword(tags=("Call", "Getter", "Assertion", "Bulk"))
    def get_run_statistics(
        self,
        run: Any,
        field: RunField,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        percentile: Percentile | None = None,
        message: str | None = None,
    ) -> Any:
        """Returns a figure of a run of calls.

        The fields are those that `Run Calls` lists; of ``post_dial_delay``, ``setup_time``,
        ``teardown`` and ``mos``, ``percentile`` chooses one value.

        Fails when the assertion does not hold. Without one it returns ``None`` when nothing was measured.

        | =Argument= | =Meaning= |
        | ``run`` | What `Run Calls` or `Add Up Call Runs` returned, or a file that `Run Calls` saved. |
        | ``field`` | The figure. |
        | ``percentile`` | ``min``, ``p5``, ``p50``, ``p95``, ``p99`` or ``max``. |

        Example:
        | Get Run Statistics | ${calls} | failed_percent | <= | 1% |
        | Get Run Statistics | ${calls} | setup_time | < | 500ms | percentile=p95 |
        | Get Run Statistics | ${calls} | mos | > | 4 | percentile=p5 |
        """
        value = getattr(_read(run), field.name)
        if isinstance(value, Spread) != (percentile is not None):
            one = "is one value: leave out percentile=."
            many = "has many values: choose one, as in percentile=p95."
            raise UsageError(f"{field.name} {many if isinstance(value, Spread) else one}")
        if percentile is not None:
            value = getattr(value, percentile.name)
        figure: Value[Any] = Value(_subject(field, percentile), lambda: value)
        unit = _UNITS.get(field, number)
        return Assertion(assertion_operator, assertion_expected, message, unit).check(figure)

    @keyword(tags=("Call", "Getter", "Bulk"))
    def add_up_call_runs(self, *runs: Any) -> CallRun:
        """Returns what came of several runs of calls at the same time, as if they were one.

        For runs of several processes or machines: rates and counts are added, percentiles are taken
        of all calls, and calls over time are added by the clocks of the machines: ``began`` is that
        of the first run, and seconds count from then. The log shows the table and the picture.

        Fails when a value is not a run of calls, when a run is given twice or began more than a day
        after another, or when a file cannot be read.

        | =Argument= | =Meaning= |
        | ``runs`` | What `Run Calls` returned, here or over Remote, or files that it saved, relative to the output directory; they may have wildcards, in folders, too. |

        Example:
        | ${all} = | Add Up Call Runs | ${OUTPUT DIR}/calls-*.json |
        | Get Run Statistics | ${all} | failed | == | 0 |
        | ${all} = | Add Up Call Runs | ${EXECDIR}/results/pabot_results/*/calls.json |
        """
        from ..load.saved_runs import add_up
        from ..report.call_runs import call_run_html

        read = [_read(source) for run in runs for source in _sources(run)]
        if not read:
            raise UsageError("Add Up Call Runs needs at least one run.")
        total = add_up(read)
        logger.info(call_run_html(total), html=True)
        return total


def _subject(field: RunField, percentile: Percentile | None) -> str:
    """What a figure is, as the subject of a sentence."""
    if percentile is not None:
        return f"The {field.name} ({percentile.name}) of the calls"
    if field is RunField.peak:
        return "The peak of calls at the same time"
    which, is_share, _ = field.name.replace("_", " ").partition(" percent")
    return f"The {'percentage' if is_share else 'number'} of {which} calls"


def _check_targets(
    target: Callable[[Agent, Agent], str], calling: list[Agent], called: list[Agent]
) -> None:
    """Raises `UsageError` when an agent cannot be dialled."""
    for caller in calling:
        target(caller, called[0])
    for callee in called:
        target(calling[0], callee)


def _load() -> Callable[[], float]:
    """Reads how busy the machine has been, in percent, since it was read before."""
    import psutil

    psutil.cpu_percent()
    return psutil.cpu_percent


def _writable(save: Path | None) -> Path | None:
    """The file that a run is saved in, which can be written.

    Raises:
        UsageError: it cannot.
    """
    if save is None:
        return None
    file = output_directory() / save
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.open("ab").close()
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from None
    return file


def _carry_out(run: "CallRate", file: Path | None) -> CallRun:
    """Runs it to its end, shows and saves what came of it, and returns that.

    Raises:
        CallFailure: calls failed, as `Run Calls` says.
        UsageError: this machine is the reason why no call was established, or it cannot be saved.
    """
    from ..load.call_run_failure import require_success

    unsaved = ""
    try:
        run.run()
    finally:
        result = run.result()
        _show(result)
        if run.left_over:
            logger.warn(f"Not all calls of the run are over: {run.left_over}")
        if file is not None:
            unsaved = _save(result, file)
    require_success(result, run.failed)
    if unsaved:
        raise UsageError(unsaved)
    return result


def _show(run: CallRun) -> None:
    """Writes a run into the log."""
    from ..report.call_runs import call_run_html

    logger.info(call_run_html(run), html=True)
    for sentence in run.shortcomings():
        logger.warn(sentence)


def _save(run: CallRun, file: Path) -> str:
    """Saves a run; returns why it could not, in a sentence, or nothing."""
    try:
        run.save(file)
    except OSError as error:
        why = f"The run is not saved: {file} cannot be written: {error.strerror}."
        logger.warn(why)
        return why
    return ""


def _sources(run: object) -> list[object]:
    """A run, or the files that a path with wildcards stands for.

    Raises:
        UsageError: there is no such file.
    """
    folder = output_directory()
    if not isinstance(run, str | Path) or not has_magic(str(run)) or (folder / run).exists():
        return [run]
    files = sorted(glob(str(run), root_dir=folder))  # noqa: PTH207 - that of a Path takes no absolute one
    if not files:
        raise UsageError(f"There is no file {folder / run}.")
    return list(files)


def _read(source: object) -> CallRun:
    from ..load.saved_runs import read_run

    place = output_directory() / source if isinstance(source, str | Path) else source
    try:
        return read_run(place)
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror}.") from None
