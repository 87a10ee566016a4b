"""Into which runs of Robot the acceptance suites are divided, and in which order these begin."""

import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
#: Runs that take long start first, so that all streams end together. What understands speech needs
#: both cores for moments: it comes when those that measure times in audio have ended, and other
#: runs begin between one of its runs and the next.
LONGEST = [
    *("docs-apart", "hearing", "wire", "robustness", "servers", "speech", "load", "speech-apart"),
    *("phone", "docs", "evidence", "scopes", "watch", "failures"),
]
#: What understands speech while agents talk: beside four other runs, all of these lost audio. That
#: which proves the pages' examples, whose texts must be understood at the first try, still did
#: beside three, a browser among them.
WIDE = {"speech": 2, "speech-apart": 2, "docs": 2, "docs-apart": 4}
#: Suites that are a run of their own: in one with all of its folder they would end last, or need
#: more of the machine than the others.
APART = {"speech": ["barge_in", "evidence", "quality", "say"], "docs": ["voice_machines"]}
#: Folders whose suites run side by side on the embedded backend: quick ones that call, talk, and
#: keep recordings.
IN_PARALLEL = ["calls", "phone"]
_PABOT = ("pabot.pabot", "--command", sys.executable, "-m", "robot", "--end-command")
_TWO = ("--processes", "2", "--pabotconsole", "quiet", "--pabotlibport", "0")


class Part(NamedTuple):
    """Suites that are one run, whose results are in a folder of this name; the lowest rank begins.

    `width` is how many streams it takes. `options` are Robot's, `engine` is the module that runs
    the suites, with options of its own.
    """

    name: str
    rank: int
    suites: list[str]
    width: int = 1
    options: tuple[str, ...] = ()
    engine: tuple[str, ...] = ("robot",)


def all_parts() -> list[Part]:
    """All acceptance suites, a run for each folder or two."""
    folders = sorted({suite.parent.name for suite in ROOT.glob("atest/*/[!_]*.robot")})
    return [part for folder in folders for part in _parts_of(folder)]


def _rank(name: str) -> int:
    """Those that do not take long begin after all that do."""
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


def _parts_of(folder: str) -> list[Part]:
    apart = [f"atest/{folder}/{name}.robot" for name in APART.get(folder, [])]
    if not apart:
        return [_part(folder, [f"atest/{folder}"])]
    suites = sorted(str(one.relative_to(ROOT)) for one in ROOT.glob(f"atest/{folder}/[!_]*.robot"))
    rest = [suite for suite in suites if suite not in apart]
    named = ("--name", folder.title())  # as in a run of the folder
    return [
        _part(folder, rest, named),
        _part(f"{folder}-apart", apart, named),
    ]


def _part(name: str, suites: list[str], options: tuple[str, ...] = ()) -> Part:
    return Part(name, _rank(name), suites, WIDE.get(name, 1), options)


def side_by_side() -> Part:
    """The suites that pabot runs, two at a time."""
    suites = [f"atest/{folder}" for folder in IN_PARALLEL]
    named = ("--name", "Side By Side")  # else `--rerunfailed` would not find what failed
    return Part("pabot", _rank("phone"), suites, 2, named, (*_PABOT, *_TWO))


def parts_with_pabot() -> list[Part]:
    """All acceptance suites, with some of them under pabot."""
    return [*(part for part in all_parts() if part.name not in IN_PARALLEL), side_by_side()]
