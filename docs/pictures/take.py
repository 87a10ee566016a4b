"""Takes the pictures of the README from the log of a real failing run: ``make pictures``."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from robot import run

HERE = Path(__file__).parent
WIDTH, HEIGHT, SCALE = 1000, 1600, 1.5


def picture(page: Page, selector: str, path: Path) -> None:
    """Saves what a part of the log looks like."""
    part = page.locator(selector).first
    part.wait_for()
    part.screenshot(path=path)
    print(path)


def main() -> None:
    """Runs the suite, opens its log and takes the pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        run(str(HERE / "failing.robot"), outputdir=folder, report="NONE", console="none")
        chromium = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = chromium.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE
        )
        page.goto(f"{(Path(folder) / 'log.html').as_uri()}#s1-t1")
        picture(page, ".sip-ladder", HERE / "ladder.png")
        # With the last call of bob, the one that the test failed in.
        picture(page, ".baresip-sound .recording:has(.moment):has(img)", HERE / "audio.png")
        chromium.close()


if __name__ == "__main__":
    main()
