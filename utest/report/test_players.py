"""What log.html gets of recordings, whatever state their files are in."""

import base64
import io
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
from markupsafe import Markup

from BaresipLibrary.report import players as module
from BaresipLibrary.report.moments import Mark
from BaresipLibrary.report.players import Recorded, players

from ..audio import signals
from ..audio.signals import Samples

RATE = 8000
HOSTILE = "<script>alert(1)</script></td>\"'%41 & {0} \u202etxt\x1b\udcff"
SHOWN = "<script>alert(1)</script></td>\"'%41 & {0} \\u202etxt\\x1b\\udcff"


class Page(HTMLParser):
    """The elements and words of a fragment; fails when they are not well nested."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(fragment)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "img":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.words += f"{data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def sources(self, tag: str) -> list[str]:
        return [attributes["src"] or "" for attributes in self.all(tag)]


def call() -> Samples:
    parts = [signals.silence(1, RATE), signals.tone(440, 1, RATE), signals.silence(1, RATE)]
    return np.concatenate(parts)


def wav(path: Path, samples: Samples | None = None, rate: int = RATE) -> Path:
    soundfile.write(path, call() if samples is None else samples, rate, subtype="PCM_16")
    return path


def noise(seconds: float, seed: int = 0) -> Samples:
    return signals.white_noise(seconds, RATE, np.random.default_rng(seed), -6)


def decoded(source: str) -> tuple[Samples, int]:
    content = base64.b64decode(source.removeprefix("data:audio/flac;base64,"))
    samples, rate = soundfile.read(io.BytesIO(content), dtype="int16", always_2d=True)
    return samples, rate


def test_a_recording_has_player_picture_figures_table_and_link(tmp_path: Path) -> None:
    file = wav(tmp_path / "bob-rx.wav")
    page = Page(players([Recorded("bob heard", file, "recordings/bob-rx.wav")]))
    [source] = page.sources("audio")
    samples, rate = decoded(source)
    assert rate == RATE
    assert np.array_equal(samples, soundfile.read(file, dtype="int16", always_2d=True)[0])
    assert page.sources("img")[0].startswith("data:image/webp;base64,")
    assert "bob heard 3.00 s, -16.8 dBFS, 8 kHz, mono bob-rx.wav" in re.sub(r"\s+", " ", page.words)
    assert page.all("a") == [{"href": "recordings/bob-rx.wav"}]
    rows = re.sub(r"\s+", " ", page.words)
    assert "0.00 s 1.00 s digital silence 1.00 s 2.00 s 440 Hz tone -12.0 dBFS 2.00 s" in rows
    assert not page.all("script")
    assert len(page.all("style")) == 1


def test_moments_stand_in_the_table_in_order(tmp_path: Path) -> None:
    moments = [Mark(9.0, "third"), Mark(1.5, "second"), Mark(0.5, "first")]
    words = Page(players([Recorded("t", wav(tmp_path / "a.wav"), "a.wav", moments)])).words
    order = ["0.00 s", "first", "440 Hz", "second", "3.00 s", "third"]
    found = [words.rindex(word) for word in order]
    assert found == sorted(found)


def test_the_words_of_moments_stand_above_their_lines_where_there_is_room(tmp_path: Path) -> None:
    moments = [Mark(1.6, "hidden"), Mark(1.5, "x" * 80), Mark(2.9, "João"), Mark(-3.0, "早い")]
    fragment = players([Recorded("t", wav(tmp_path / "a.wav"), "a.wav", moments)])
    above = dict(re.findall(r'<span style="left:([\d.]+)%">([^<]*)</span>', fragment))
    shown = {words: float(left) for left, words in above.items()}
    assert list(shown) == ["早い", f"{'x' * 47}…", "João"]
    assert shown["早い"] == pytest.approx(100 * (0.05 + 0.93 * 0.13), abs=0.01)
    assert 30 < shown[f"{'x' * 47}…"] < 50
    assert shown["João"] > 90


def test_equal_channels_are_embedded_as_one_and_others_as_they_are(tmp_path: Path) -> None:
    same = wav(tmp_path / "same.wav", np.column_stack([call(), call()]))
    other = wav(tmp_path / "other.wav", np.column_stack([call(), -call()]))
    page = Page(players([Recorded("a", same, "a"), Recorded("b", other, "b")]))
    assert [decoded(source)[0].shape[1] for source in page.sources("audio")] == [1, 2]
    assert page.words.count("stereo") == 2


def test_a_very_short_recording_is_no_flac(tmp_path: Path) -> None:
    """Chromium plays a FLAC of one block only once."""
    file = wav(tmp_path / "short.wav", signals.tone(440, 0.2, RATE))
    [source] = Page(players([Recorded("a", file, "short.wav")])).sources("audio")
    assert source.startswith("data:audio/wav;base64,")


def test_more_channels_than_flac_has_are_linked(tmp_path: Path) -> None:
    file = wav(tmp_path / "many.wav", np.random.default_rng(0).uniform(-1, 1, (9000, 9)))
    page = Page(players([Recorded("a", file, "many.wav")]))
    assert page.sources("audio") == ["many.wav"]
    assert "beside the log: FLAC cannot hold 9 channels" in page.words


def test_what_was_heard_is_embedded_first_and_the_rest_is_linked(tmp_path: Path) -> None:
    files = [wav(tmp_path / f"{number}.wav", noise(12, number)) for number in range(4)]
    found = [Recorded(file.stem, file, file.name) for file in files]
    fragment = players(found[:2], found[2:])
    page = Page(fragment)
    embedded = [source.startswith("data:") for source in page.sources("audio")]
    assert embedded[0]
    assert not embedded[2]
    assert not embedded[3]
    assert page.words.count("kB exceed what is left of this test's limit") == embedded.count(False)
    data = re.findall(r'"(data:[^"]*)"', fragment)
    assert sum(map(len, data)) <= module.BUDGET
    assert page.words.index("1.wav") < page.words.index("What was sent") < page.words.index("2.wav")


def test_a_long_recording_shows_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SAMPLES", 8000)
    monkeypatch.setattr(module, "_CHUNK", 3000)
    file = wav(tmp_path / "long.wav")
    page = Page(players([Recorded("bob heard", file, "long.wav", [Mark(1.9, "then")])]))
    assert page.sources("audio") == ["long.wav"]
    words = re.sub(r"\s+", " ", page.words)
    assert "bob heard 3.00 s," in words
    assert "beside the log: it is too long." in words
    assert "Shown from 1.9 s on." in words
    assert "1.88 s 2.0" in words


def test_many_rows_are_folded(tmp_path: Path) -> None:
    beeps = signals.cadence((440,), 0.2, 0.3, 10, RATE)
    page = Page(players([Recorded("t", wav(tmp_path / "a.wav", beeps), "a.wav")]))
    assert len(page.all("details")) == 1
    assert "40 rows" in page.words


def unfinished_recording(path: Path) -> None:
    content = bytearray(wav(path).read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    path.write_bytes(content)


def cut_in_data(path: Path) -> None:
    path.write_bytes(wav(path).read_bytes()[:20_001])


def cut_in_header(path: Path) -> None:
    path.write_bytes(wav(path).read_bytes()[:30])


def without_samples(path: Path) -> None:
    path.write_bytes(wav(path).read_bytes()[:44])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "The file is gone."),
        (lambda path: path.write_bytes(b""), "The file is empty."),
        (lambda path: path.mkdir(), "The file can't be read: "),
        (lambda path: path.write_text("<b>Not audio</b>"), "is not a WAV recording"),
        (lambda path: path.write_bytes(b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0zz"), "has 2 bytes"),
        (cut_in_header, "The file is cut off in its header, after 30 bytes."),
        (without_samples, "No audio was recorded: the file ends after its header."),
    ],
)
def test_a_file_in_a_bad_state_is_answered_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], object], sentence: str
) -> None:
    path = tmp_path / "a.wav"
    make(path)
    page = Page(players([Recorded("bob heard", path, "a.wav")]))
    assert not page.all("audio")
    assert sentence in page.words
    assert "bob heard" in page.words
    assert page.all("a") == [{"href": "a.wav"}]


@pytest.mark.parametrize("make", [unfinished_recording, cut_in_data])
def test_an_unfinished_file_plays_as_far_as_it_goes(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "a.wav")
    page = Page(players([Recorded("bob heard", tmp_path / "a.wav", "a.wav")]))
    assert "The file was not finished when this was written" in page.words
    count = ((tmp_path / "a.wav").stat().st_size - 44) // 2
    assert len(decoded(page.sources("audio")[0])[0]) == count


def test_a_path_that_no_file_can_have() -> None:
    page = Page(players([Recorded("t", Path("a\0b"), "a")]))
    assert "The file can't be read" in page.words


def test_nothing_in_it_comes_from_outside(tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav").rename(tmp_path / "<i>&\"' 100%\u202e.wav")
    moments = [Mark(1.0, HOSTILE)]
    fragment = players([Recorded(HOSTILE, file, f'"><script> {HOSTILE}', moments)])
    assert not isinstance(fragment, Markup), "Robot would escape it once more"
    page = Page(fragment)
    assert not page.all("script")
    assert {tag for tag, _ in page.elements} == {
        "style", "div", "span", "a", "audio", "img", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert page.words.count(SHOWN) == 2
    assert "<i>&\"' 100%\\u202e.wav" in page.words
    assert page.all("img")[0]["alt"] == f"Waveform and spectrogram: {SHOWN}"
    fragment.encode()


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("recordings/S/bob%20x-rx.wav", "recordings/S/bob%20x-rx.wav"),
        ("../a b.wav", "../a%20b.wav"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("//evil.example/a.wav", "evil.example/a.wav"),
        ("http://[", "http%3A//%5B"),
        ("\\\\evil\\a", "%5C%5Cevil%5Ca"),
        ("\u202e", "%E2%80%AE"),
    ],
)
def test_links_stay_beside_the_log(tmp_path: Path, href: str, link: str) -> None:
    assert Page(players([Recorded("t", tmp_path / "gone", href)])).all("a") == [{"href": link}]


def test_without_matplotlib_one_line_says_how_to_get_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    file = wav(tmp_path / "a.wav")
    page = Page(players([Recorded("a", file, "a"), Recorded("b", file, "b")]))
    assert not page.all("img")
    assert len(page.all("audio")) == 2
    assert page.words.count('pip install "robotframework-baresip[plots]"') == 1


def test_no_recordings() -> None:
    assert not Page(players([])).words.strip()
