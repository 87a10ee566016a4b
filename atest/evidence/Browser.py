"""Opens the log.html of a child run in headless Chromium, and looks at what a person would see."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, Playwright, sync_playwright
from robot.api import ExecutionResult, logger
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn
from robot.result import Keyword, Message, TestCase

#: How long (ms) the browser may take for a step.
_PATIENCE = 60_000
_WIDTH, _HEIGHT = 1280, 900
#: How far (pixels) the first word may be from where the sound begins.
_NEAR = 40
#: What the page's own hostile input would have set, had it run.
_ALARM = "window.hostileInputRan"


@library(scope="SUITE", auto_keywords=True)
class Browser:
    """One browser a suite; it closes with the suite."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._driver: Playwright | None = None
        self._chromium: Chromium | None = None
        self._page: Page | None = None
        self._log = ""
        self._tests: dict[str, TestCase] = {}
        self._trouble: list[str] = []

    def open_log(self, run: object, theme: str = "light") -> None:
        """Opens the log of a child run in a theme, ``light`` or ``dark``."""
        self.open_log_file(Path(str(run)) / "output" / "log.html", theme)

    def open_log_file(self, path: Path, theme: str = "light") -> None:
        """Opens a log that lies elsewhere."""
        if self._chromium is None:
            self._driver = sync_playwright().start()
            self._chromium = self._driver.chromium.launch(
                executable_path="/usr/bin/chromium",
                args=[
                    "--no-sandbox",
                    "--disable-gpu",  # else it draws as one would, on the CPU
                    "--autoplay-policy=no-user-gesture-required",
                ],
            )
        if self._page is not None:
            self._page.close()
        page = self._chromium.new_page(
            viewport={"width": _WIDTH, "height": _HEIGHT},
            color_scheme=theme,  # type: ignore[arg-type]
        )
        page.set_default_timeout(_PATIENCE)
        page.on("console", lambda said: self._note(said.type == "error", f"console: {said.text}"))
        page.on("pageerror", lambda error: self._note(True, f"script: {error}"))
        page.on("dialog", lambda dialog: self._note(True, f"dialog: {dialog.message}"))
        page.on("request", lambda request: self._note(_leaves(request.url), request.url))
        results = ExecutionResult(str(path.with_name("output.xml")))
        self._tests = {test.name: test for test in results.suite.all_tests}
        self._page, self._log = page, path.absolute().as_uri()
        page.goto(self._log)

    def _note(self, is_trouble: bool, what: str) -> None:
        if is_trouble:
            self._trouble.append(what[:500])

    def show_test(self, name: str | None = None) -> Locator:
        """Unfolds a test (default: of this test's name); returns its element."""
        return self._show(self._tests[name or BuiltIn().get_variable_value("${TEST NAME}")].id)

    def keyword_should_have_a_ladder_with(self, test: str, keyword: str, *lanes: str) -> None:
        """A keyword of a test shows a ladder with these lanes."""
        [found] = [one for one in _keywords(self._tests[test]) if one.name == keyword]
        self._check_lanes(self._show(found.id).locator(".sip-ladder"), lanes)

    def _show(self, identity: str) -> Locator:
        page = self._there()
        shown = page.locator(f'[id="{identity}"]')
        if not page.url.endswith(f"#{identity}"):
            page.goto(f"{self._log}#{identity}")
            page.reload()
        shown.locator("> .children").wait_for()
        return shown

    def ladder_should_show(self, *arrows: str, test: str | None = None) -> None:
        """The ladder of a test is visible and has these arrows, in this order, among others."""
        ladder = self._ladder(test)
        found = [_words(arrow) for arrow in ladder.locator(".arrow .text").all()]
        _check_order(list(arrows), found)
        first = ladder.locator(".arrow .text", has_text=arrows[0].split(" retransmission")[0]).first
        first.scroll_into_view_if_needed()
        if not first.is_visible():
            raise AssertionError(f"The arrow {arrows[0]} is not to be seen.")

    def ladder_should_note(self, *notes: str, test: str | None = None) -> None:
        """The ladder of a test has these notes on its lanes, whatever their order."""
        ladder = self._ladder(test)
        found = ladder.locator(".note").all_inner_texts()
        missing = [note for note in notes if not any(note in one for one in found)]
        if missing:
            raise AssertionError(f"No note {missing} among {found}.")

    def ladder_should_have_lanes(self, *lanes: str, test: str | None = None) -> None:
        """The ladder of a test has these lanes, from left to right."""
        self._check_lanes(self._ladder(test), lanes)

    def _check_lanes(self, ladder: Locator, lanes: tuple[str, ...]) -> None:
        heads = ladder.locator(".who > span")
        heads.first.wait_for()
        found = [head.locator("b, i").inner_text() for head in heads.all()]
        if not (len(found) == len(lanes) and all(map(fnmatch, found, lanes))):
            raise AssertionError(f"Its lanes are {found}.")

    def message_of_arrow(self, arrow: str, test: str | None = None) -> str:
        """Clicks an arrow of a test's ladder, and returns the message that this shows."""
        ladder = self._ladder(test)
        text = self._there().locator(".arrow .text").filter(has_text=re.compile(f"^{arrow}"))
        row = ladder.locator("details").filter(has=text).first
        shown = row.locator("> pre")
        if shown.is_visible():
            raise AssertionError("The message shows before the click.")
        row.locator("> summary").click()
        shown.wait_for(state="visible")
        return shown.inner_text()

    def audio_should_play(self, title: str, least: float, test: str | None = None) -> float:
        """The player of that title lasts that long (s) or longer, and plays; returns how long."""
        player = self._player(title, test)
        duration: float = player.evaluate(
            """audio => new Promise((done, failed) => {
                const look = () => audio.duration > 0 && done(audio.duration);
                audio.onloadedmetadata = look;
                audio.onerror = () => failed(audio.error.message);
                look();
            })"""
        )
        if duration < least:
            raise AssertionError(f"It lasts {duration:.2f} s.")
        player.evaluate(
            """audio => new Promise((done, failed) => {
                audio.ontimeupdate = () => audio.currentTime > 0 && (audio.pause(), done());
                audio.onerror = () => failed(audio.error.message);
                audio.play().catch(failed);
            })"""
        )
        return duration

    def audio_should_be_embedded(self, title: str, test: str | None = None) -> None:
        """The player of that title needs no file beside the log."""
        source = self._player(title, test).evaluate("audio => audio.currentSrc || audio.src")
        if not source.startswith("data:"):
            raise AssertionError(f"It plays {source}.")

    def pictures_should_show(self, least: int, test: str | None = None) -> None:
        """Each recording has a picture, which has been drawn; there are so many at least.

        After a hold some versions of baresip begin a recording anew.
        """
        shown = self.show_test(test)
        pictures = shown.locator(".baresip-sound img")
        sizes = [one.evaluate("image => image.naturalWidth") for one in pictures.all()]
        recordings = shown.locator(".baresip-sound .recording").count()
        if len(sizes) != recordings or len(sizes) < least or not all(sizes):
            raise AssertionError(f"Of {recordings} recordings, pictures of these widths: {sizes}.")

    def captions_should_show(self, title: str, words: str, test: str | None = None) -> None:
        """Under the picture of a recording these words are visible, from where its sound begins on.

        They are one word a label or one phrase, as there is room.
        """
        recording = (
            self.show_test(test)
            .locator(".recording")
            .filter(has=self._there().get_by_text(title, exact=True))
        )
        labels = recording.locator(".words span")
        text = " ".join(" ".join(labels.all_inner_texts()).split())
        bar = recording.locator(".words i").first.bounding_box()
        label = labels.filter(has_text=words.split()[0]).first.bounding_box()
        if not (bar and label):
            raise AssertionError(f"The words are '{text}'.")
        if abs(label["x"] - bar["x"]) > _NEAR:
            raise AssertionError(f"The label is at {label}, the bar at {bar}.")
        missing = [word for word in words.split() if word not in text]
        if missing:
            raise AssertionError(f"{missing} is missing in '{text}'.")

    def get_text_of_messages(self, test: str) -> str:
        """All messages of a test in output.xml, in its keywords too, one after the other."""
        return "\n".join(message.message for message in _messages(self._tests[test]))

    def text_of_test(self, test: str | None = None) -> str:
        """All that a test's element shows as text."""
        return self.show_test(test).inner_text()

    def text_should_be_readable(self, selector: str, test: str | None = None) -> float:
        """Text and background of an element differ enough (WCAG 2: 4.5); returns how much."""
        found = self.show_test(test).locator(selector).first
        contrast: float = found.evaluate(_CONTRAST)
        logger.info(f"{selector}: contrast {contrast:.1f}")
        if contrast < 4.5:
            raise AssertionError(f"Its contrast is {contrast:.1f}.")
        return contrast

    def take_screenshot(self, name: str, selector: str | None = None) -> str:
        """Saves a picture of the page, or of one element, and shows it in this log."""
        path = Path(BuiltIn().get_variable_value("${OUTPUT DIR}")) / f"{name}.png"
        page = self._there()
        (page.locator(selector).last if selector else page).screenshot(path=path)
        logger.info(f'<img src="{path.name}" width="800">', html=True)
        return str(path)

    def nothing_should_have_gone_wrong(self) -> None:
        """No error, no dialog, no request to elsewhere, and no hostile input that ran."""
        if self._there().evaluate(f"{_ALARM} || false"):
            self._trouble.append("hostile input ran")
        trouble, self._trouble = self._trouble, []
        if trouble:
            raise AssertionError("\n".join(trouble))

    def _ladder(self, test: str | None) -> Locator:
        ladder = self.show_test(test).locator(".sip-ladder").last
        ladder.wait_for()
        return ladder

    def _player(self, title: str, test: str | None) -> Locator:
        shown = self.show_test(test)
        player = shown.locator(f'audio[aria-label="{title}"]')
        player.first.wait_for(state="attached")
        return player.first

    def _there(self) -> Page:
        if self._page is None:
            raise AssertionError("No log is open.")
        return self._page

    def _end_suite(self, data: object, result: object) -> None:
        """Listener: closes the browser."""
        if self._chromium is not None and self._driver is not None:
            self._chromium.close()
            self._driver.stop()
        self._chromium = self._driver = self._page = None


_CONTRAST = """element => {
    const parse = text => text.match(/[\\d.]+/g).map(Number);
    const light = color => {
        const [r, g, b] = color.map(v => v / 255).map(
            v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let back = null;
    for (let one = element; one && !back; one = one.parentElement) {
        const color = parse(getComputedStyle(one).backgroundColor);
        if (color.length < 4 || color[3] > 0) back = color;
    }
    const fore = parse(getComputedStyle(element).color);
    const [high, low] = [light(fore.slice(0, 3)), light((back || [255, 255, 255]).slice(0, 3))]
        .sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
}"""


def _keywords(item: TestCase | Keyword) -> Iterator[Keyword]:
    for child in item.body:
        if child.type == child.KEYWORD:
            yield child
            yield from _keywords(child)


def _messages(item: TestCase | Keyword) -> Iterator[Message]:
    """The messages of a test or keyword, and of all keywords in it."""
    for part in item.body:
        if isinstance(part, Message):
            yield part
        elif hasattr(part, "body"):
            yield from _messages(part)


def _leaves(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))


def _words(arrow: Locator) -> str:
    return " ".join(arrow.inner_text().split())


def _check_order(wanted: list[str], found: list[str]) -> None:
    rest = iter(found)
    for one in wanted:
        if not any(_is_arrow(one, words) for words in rest):
            raise AssertionError(f"No arrow '{one}' in its place among {found}.")


def _is_arrow(wanted: str, words: str) -> bool:
    """Whether an arrow's words are those, maybe with hints such as codecs between them."""
    label, _, repetition = wanted.partition(" retransmission ")
    return words.startswith(label) and (
        not repetition or words.endswith(f"retransmission {repetition}")
    )
