"""Runs suites in a Robot of their own and looks at what they said and what they left behind."""

import html
import itertools
import os
import re
import selectors
import signal
import subprocess
import sys
import time
import uuid
import wave
from pathlib import Path

import psutil
from robot.api import ExecutionResult, logger
from robot.libraries.BuiltIn import BuiltIn
from robot.utils import Matcher

import BaresipLibrary

#: Every process of a run carries this in its environment, whoever its parent is by now.
_MARK = "BARESIP_ATEST_RUN"
_HOME = Path(BaresipLibrary.__file__).parent.parent
#: What the processes of a run that was killed may take to end (s), as the project promises.
_LEFTOVERS_END_WITHIN = 2.0
#: What counts as a run that hangs: it prints nothing for so long (s).
_SILENT_FOR = 120.0
#: What waits in vain takes 30 s in those suites; what fails at once is far below it on any machine.
_AT_ONCE = 12.0


#: What runs suites: Robot, or two Robots side by side, whose files meet in one log.
_ROBOT = ["robot"]
_PABOT = ["pabot.pabot", "--command", sys.executable, "-m", "robot", "--end-command"]
_PABOT += ["--processes", "2", "--pabotlibport", "0"]
_PABOT += ["--artifacts", "wav,pcap", "--artifactsinsubfolders"]


class Run:
    """One child: its process, its mark and its folders."""

    def __init__(
        self,
        suite: str,
        options: tuple[str, ...],
        folder: Path,
        shim: str | None,
        engine: list[str] = _ROBOT,
    ):
        self.folder = folder
        self.output = folder / "output"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        self.mark = uuid.uuid4().hex
        environment = {
            **os.environ,
            _MARK: self.mark,
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": os.pathsep.join(filter(None, [shim, os.environ.get("PYTHONPATH")])),
            "ROBOT_SYSLOG_FILE": "NONE",
        }
        command = [sys.executable, "-m", *engine, "--consolecolors", "off"]
        command += ["--pythonpath", str(_HOME), "--outputdir", str(self.output), *options, suite]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.console = b""

    def __str__(self) -> str:
        return str(self.folder)

    def read_until(self, text: str | None, silent_for: float) -> None:
        """Reads the console until a text is there, or with None until the process closes it.

        Fails when nothing is printed for so long (s).
        """
        stream = self.process.stdout
        assert stream is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while text is None or text.encode() not in self.console:
                if not selector.select(silent_for):
                    raise AssertionError(f"Nothing for {silent_for:g} s. {self.told()}")
                piece = os.read(stream.fileno(), 65536)
                if not piece:
                    break
                self.console += piece
        if text is not None and text.encode() not in self.console:
            raise AssertionError(f"It ended without '{text}'. {self.told()}")

    def told(self) -> str:
        return "The console:\n" + self.console.decode(errors="replace")

    def processes(self) -> list[psutil.Process]:
        """Every process of this run that lives: by its mark, so that orphans count."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(_MARK) == self.mark:
                    found.append(process)
            except (psutil.Error, OSError):
                continue  # somebody else's, or it ends just now
        return found


class ChildRun:
    """Keywords about child runs. A run that was started is ended with the suite at the latest."""

    ROBOT_LIBRARY_SCOPE = "SUITE"
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._runs: list[Run] = []
        self._result = None

    def start_run(
        self, suite: str, *options: str, shim: str | None = None, engine: list[str] = _ROBOT
    ) -> Run:
        """Starts ``robot`` on a suite and does not wait for it."""
        base = Path(BuiltIn().get_variable_value("${OUTPUT DIR}")) / "children"
        stem = re.sub(r"\W+", "_", BuiltIn().get_variable_value("${SUITE NAME}").partition(".")[2])
        for number in itertools.count(1):
            folder = base / f"{stem}-{number}"
            try:
                folder.mkdir(parents=True)
                break
            except FileExistsError:
                continue
        backend = BuiltIn().get_variable_value("${BACKEND}", "auto")
        run = Run(suite, ("--variable", f"BACKEND:{backend}", *options), folder, shim, engine)
        self._runs.append(run)
        return run

    def run_suite(
        self,
        suite: str,
        *options: str,
        shim: str | None = None,
        silent_for: float = _SILENT_FOR,
    ) -> Run:
        """Runs a suite to its end, and checks that nothing is left of it but its output."""
        run = self.start_run(suite, *options, shim=shim)
        self.wait_for_end(run, silent_for)
        return run

    def run_in_parallel(self, suite: str, *options: str) -> Run:
        """Runs a folder of suites by ``pabot`` in two processes, with options of both."""
        run = self.start_run(suite, *options, engine=_PABOT)
        self.wait_for_end(run)
        return run

    def wait_for_end(self, run: Run, silent_for: float = _SILENT_FOR) -> int:
        """Waits until a run has ended; nothing but its output may be left. Returns its code."""
        run.read_until(None, silent_for)
        code = run.process.wait(silent_for)
        self._result = None
        output = run.output / "output.xml"
        if output.exists():
            self._result = ExecutionResult(str(output))
        relative = os.path.relpath(run.output / "log.html", self._output_directory())
        link = f'<a href="{html.escape(relative)}">log of the child run</a>, code {code}'
        logger.info(
            f"{link}<pre>{html.escape(run.console.decode(errors='replace'))}</pre>", html=True
        )
        self.nothing_should_be_left(run)
        return code

    def wait_until_console_says(self, run: Run, text: str) -> None:
        """Waits for a text on the console of a run."""
        run.read_until(text, _SILENT_FOR)

    def nothing_should_be_left(self, run: Run) -> float:
        """Processes of a run end within two seconds, and leave no file outside its output.

        Returns the seconds that took.
        """
        began = time.monotonic()
        alive = _wait_for_ends(run.processes(), _LEFTOVERS_END_WITHIN)
        took = time.monotonic() - began
        if alive:
            raise AssertionError(f"Still there after {took:.1f} s: {alive}")
        left = sorted(str(path.relative_to(run.folder)) for path in run.temporary.rglob("*"))
        if left:
            raise AssertionError(f"Files left in the temporary directory: {', '.join(left)}")
        return took

    def left_files_should_not_contain(self, run: Run, secret: str) -> int:
        """No file in a run's temporary directory has a secret in it. Returns how many there are."""
        files = [path for path in run.temporary.rglob("*") if path.is_file()]
        telling = [str(path) for path in files if secret.encode() in path.read_bytes()]
        if telling:
            raise AssertionError(f"'{secret}' is in {', '.join(telling)}.")
        return len(files)

    def agents_should_run(self, run: Run, count: int) -> None:
        """A run consists of its Robot, the process that starts agents, and so many agents."""
        children = psutil.Process(run.process.pid).children(recursive=True)
        marked = [process for process in run.processes() if process.pid != run.process.pid]
        if {child.pid for child in children} != {process.pid for process in marked}:
            raise AssertionError(f"Children {children}, but of the run are {marked}.")
        if len(children) != count + 1:
            raise AssertionError(f"{count} agents and what starts them, but found {children}.")

    def kill_robot_and_measure(self, run: Run, what: str = "alone") -> float:
        """Kills a run's Robot; all of the run ends within two seconds. Returns how long (s).

        `what`: Robot ``alone``, its process ``group``, or it ``with starter``: the process that
        starts agents. Then nobody is left who could remove the files of a program.
        """
        others = [process for process in run.processes() if process.pid != run.process.pid]
        killed = psutil.Process(run.process.pid).children() if what == "with starter" else []
        began = time.monotonic()
        for process in killed:
            process.kill()
        if what == "group":  # it has one of its own: see `start_new_session`
            os.killpg(run.process.pid, signal.SIGKILL)
        run.process.kill()
        run.process.wait()
        alive = _wait_for_ends(others, _LEFTOVERS_END_WITHIN)
        took = time.monotonic() - began
        if alive:
            raise AssertionError(f"Still there {took:.1f} s after the kill: {alive}")
        if not killed:
            self.nothing_should_be_left(run)
        logger.info(f"{len(others)} processes ended {took:.3f} s after the kill.")
        return took

    def test_should_have_failed(self, message: str, test: str | None = None) -> None:
        """The test of that name (default: of this test's) has failed with a message.

        A ``*`` stands for what differs from run to run. Logs how long its last keyword took.
        """
        child = self._test(test)
        logger.info(f"It said:\n{child.message}")
        if child.status != "FAIL":
            raise AssertionError(f"It has status {child.status}. {child.message}")
        # Only the star is special: brackets and question marks stand for themselves.
        pattern = re.sub(r"[\[\]?]", lambda match: f"[{match[0]}]", message)
        if not Matcher(pattern, caseless=False, spaceless=False).match(child.message):
            raise AssertionError(f"Expected:\n{message}\nbut it said:\n{child.message}")
        steps = _steps(child)
        if steps:
            logger.info(f"{steps[-1].name} took {steps[-1].elapsed_time.total_seconds():.3f} s")

    def test_should_have_failed_at_once(self, message: str, test: str | None = None) -> None:
        """Like `Test Should Have Failed`, and its last keyword did not sit out its 30 s or more."""
        self.test_should_have_failed(message, test)
        last = _steps(self._test(test))[-1]
        took = last.elapsed_time.total_seconds()
        if took > _AT_ONCE:
            raise AssertionError(f"{last.name} took {took:.1f} s, although nothing could come.")

    def test_should_have_passed(self, test: str) -> None:
        """The test of that name has passed."""
        child = self._test(test)
        if child.status != "PASS":
            raise AssertionError(f"{test} has status {child.status}. {child.message}")

    def test_should_have_said(self, test: str, message: str) -> None:
        """The test of that name ended with this message, whatever its status."""
        said = self._test(test).message
        if said != message:
            raise AssertionError(f"{test} was to say '{message}' and said '{said}'.")

    def get_message(self, test: str) -> str:
        """What the test of that name said in the end."""
        return self._test(test).message

    def all_tests_should_have_passed(self) -> None:
        """Every test of the last run has passed, and there was one."""
        bad = [f"{test.full_name}: {test.message}" for test in self._tests() if not test.passed]
        if bad or not self._tests():
            raise AssertionError("\n".join(bad) or "There was no test.")

    def no_test_should_have_passed(self) -> None:
        """Every test of the last run has failed, and there was one."""
        good = [test.full_name for test in self._tests() if not test.failed]
        if good or not self._tests():
            raise AssertionError(f"Passed: {', '.join(good)}" if good else "There was no test.")

    def get_recordings(self, run: Run) -> list[str]:
        """The recordings of a run: paths below its output directory, each a WAV file in order."""
        found = sorted(run.output.rglob("*.wav"))
        for file in found:
            with wave.open(str(file)) as audio:
                if not audio.getnframes():
                    raise AssertionError(f"{file} is empty.")
        return [str(file.relative_to(run.output)) for file in found]

    def get_linked_recordings(self, run: Run) -> list[str]:
        """What the log of a run links to as recordings, each of which exists."""
        return self.get_links(run, "wav")

    def get_links(self, run: Run, ending: str) -> list[str]:
        """What the log of a run links to with that ending, each of which exists."""
        return _links(run.output, ending)

    def write_log_elsewhere(self, run: Run) -> str:
        """Writes log and output of a run into another folder, and returns that folder."""
        folder = run.folder / "elsewhere" / "merged"
        command = [sys.executable, "-m", "BaresipLibrary.rebot", "--outputdir", str(folder)]
        command += ["--output", "output.xml", "--nostatusrc", str(run.output / "output.xml")]
        subprocess.run(command, cwd=run.folder, check=True, capture_output=True, timeout=60)
        return str(folder)

    def get_links_in(self, folder: str, ending: str) -> list[str]:
        """What the log in a folder links to with that ending, each of which exists."""
        return _links(Path(folder), ending)

    def get_folders(self, run: Run) -> list[str]:
        """The folders in a run's output directory."""
        return sorted(path.name for path in run.output.iterdir() if path.is_dir())

    def _test(self, name: str | None):
        wanted = name or BuiltIn().get_variable_value("${TEST NAME}")
        for test in self._tests():
            if test.name == wanted:
                return test
        raise AssertionError(f"No test '{wanted}' in the child run.")

    def _tests(self):
        if self._result is None:
            raise AssertionError("No child run has written its output yet.")
        return list(self._result.suite.all_tests)

    @staticmethod
    def _output_directory() -> str:
        return BuiltIn().get_variable_value("${OUTPUT DIR}")

    def _end_suite(self, data, result) -> None:
        """Listener: ends what a failed test left running."""
        for run in self._runs:
            for process in run.processes():
                process.kill()
            run.process.wait(10)
            assert run.process.stdout is not None
            run.process.stdout.close()
        self._runs.clear()


def _links(output: Path, ending: str) -> list[str]:
    """What the log in a folder links to with that ending; fails when one of these is not there."""
    text = html.unescape((output / "output.xml").read_text())
    links = sorted(set(re.findall(rf'href="([^"]+\.{ending})"', text)))
    broken = [link for link in links if not (output / link).is_file()]
    if broken:
        raise AssertionError(f"Links that lead nowhere: {broken}")
    return links


def _steps(test) -> list:
    return [step for step in test.body if step.type == "KEYWORD"]


def _wait_for_ends(processes: list[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Waits until all have ended; returns those that have not.

    For `timeout` seconds, and as long as something on this machine waited for a CPU meanwhile.
    """
    began, stalled = time.monotonic(), _stalled()
    alive = _alive_after(processes, timeout)
    while alive and time.monotonic() - began < timeout + _stalled() - stalled:
        alive = _alive_after(alive, 0.1)
    return alive


def _stalled() -> float:
    """For how long something has waited for a CPU, in all (s); 0 where the system does not say."""
    try:
        some = Path("/proc/pressure/cpu").read_text().splitlines()[0]
    except OSError:
        return 0.0
    return int(some.rpartition("total=")[2]) / 1e6


def _alive_after(processes: list[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Waits until all have ended, `timeout` in seconds at most; returns those that have not.

    A process that nobody has reaped yet has ended: psutil alone would wait for the reaper.
    """
    deadline = time.monotonic() + timeout
    if not hasattr(os, "pidfd_open"):
        _, alive = psutil.wait_procs(processes, timeout=timeout)
        return [process for process in alive if _lives(process)]
    for process in processes:
        try:
            descriptor = os.pidfd_open(process.pid)
        except ProcessLookupError:
            continue
        with os.fdopen(descriptor, "rb") as file, selectors.DefaultSelector() as selector:
            selector.register(file, selectors.EVENT_READ)
            selector.select(max(0.0, deadline - time.monotonic()))
    return [process for process in processes if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
