"""How many words are understood wrongly: ``python bench/speech_words.py``.

The prompts are those of Debian's asterisk-core-sounds-en-wav, said by a person and recorded at
8 kHz; asterisk-core-sounds-en has their texts. Each goes through a codec, loses packets of 20 ms at
random (what arrived last is heard again, 6 dB lower), and is understood by the library's own
engine. Prompts without words (beeps, silence) are left out.

The word error rate is that of the field: words that are wrong, missing or too many, divided by the
words that were said, in the form in which keywords compare them: ``two`` equals ``2``, each digit
counts as a word, ``voice mail`` equals ``voicemail``, case and punctuation do not count.
*Sentences* are prompts of three words and more; the rest are words said alone, such as digits and
letters.

`--every 4` takes every fourth prompt of a random order, `--codec PCMU` one codec only. `--save`
keeps what was understood in a file of JSON lines; what is in it is not understood once more.

Another language, such as the Spanish prompts of Debian's asterisk-core-sounds-es-wav, whose texts
are in asterisk-core-sounds-es: `--language es --sounds FOLDER --texts FILE.txt.gz --model FOLDER`.
Those texts have no accents, so accents do not count.
"""

import argparse
import gzip
import json
import random
import re
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "utest" / "audio")]

import numpy as np  # noqa: E402
from _channels import over_the_line  # noqa: E402

from BaresipLibrary.audio.prompt_files import load_prompt  # noqa: E402
from BaresipLibrary.concurrency import Changes, wait_until  # noqa: E402
from BaresipLibrary.speech.heard import Word  # noqa: E402
from BaresipLibrary.speech.plain_words import plain_units  # noqa: E402
from BaresipLibrary.speech.transcriber import Transcriber  # noqa: E402
from BaresipLibrary.speech.words import Phrase, nearest_stretch  # noqa: E402

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
CODECS = ("PCMU", "PCMA", "G722", "opus")
LOSSES = (0.0, 0.02, 0.05)
#: Seconds of silence around each prompt, as around speech in a call.
PAUSE = 0.3
PATIENCE = 120.0
SENTENCE = 3


def prompts(sounds: Path = SOUNDS, source: Path = TEXTS) -> dict[str, str]:
    """The text of each prompt that has words, by its name."""
    texts = {}
    for line in gzip.decompress(source.read_bytes()).decode().splitlines():
        name, colon, text = line.partition(": ")
        words = re.sub(r"\[.*?\]", "", text).strip()
        if not colon or line.startswith((";", "silence/")):
            continue
        if words and (sounds / f"{name}.wav").exists():
            texts[name] = words
    return texts


def heard(name: str, codec: str, loss: float, sounds: Path = SOUNDS) -> tuple[np.ndarray, int]:
    """What arrives of a prompt."""
    prompt = load_prompt(sounds / f"{name}.wav")
    pause = np.zeros(round(PAUSE * prompt.sample_rate))
    said = np.concatenate([pause, prompt.samples, pause])
    return over_the_line(codec, said, prompt.sample_rate, loss, seed=crc32(name.encode()))


def understand(
    chosen: list[str], options: argparse.Namespace
) -> Iterator[tuple[str, str, float, str]]:
    """Prompt, codec, loss, and what was understood."""
    known, save, language = {}, options.save, options.language
    if save is not None and save.exists():
        for line in save.read_text().splitlines():
            name, codec, loss, text = json.loads(line)
            known[name, codec, loss] = text
    changes = Changes()
    transcriber = Transcriber(changes, options.model)
    try:
        for name in chosen:
            for codec in options.codec:
                for loss in LOSSES:
                    key = name, codec, loss
                    if key not in known:
                        audio = heard(*key, options.sounds)
                        known[key] = _understood(transcriber, changes, *audio, language)
                        if save is not None:
                            with save.open("a") as file:
                                file.write(json.dumps([*key, known[key]]) + "\n")
                    yield (*key, known[key])
    finally:
        transcriber.close()


def _understood(
    transcriber: Transcriber, changes: Changes, samples: Any, rate: int, language: str
) -> str:
    job = transcriber.submit(samples, rate, language)
    wait_until(changes, lambda: job.is_done or None, PATIENCE)
    if not job.is_done or job.error:
        raise SystemExit(f"Nothing was understood: {job.error or 'it took too long'}.")
    return " ".join(word.text for word in job.words)


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def errors(text: str, understood: str, language: str = "en") -> tuple[int, int]:
    """How many words were said, and how many of what was understood are wrong, missing or too many.

    As keywords compare them. What was understood outside the nearest stretch is too many.
    """
    if language != "en":
        text, understood = without_accents(text), without_accents(understood)
    phrase = Phrase.parse(text, language)
    heard = plain_units([Word(one, 0, 0, 1) for one in understood.split()], language)
    match = nearest_stretch(phrase, heard) if heard else None
    said = len(phrase.units)
    if match is None:
        return said, max(said, len(heard))
    outside = sum(not match.first <= unit.word <= match.last for unit in heard)
    return said, round((1 - match.similarity) * said) + outside


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--every", type=int, default=1, help="take every n-th prompt (1)")
    parser.add_argument("--save", type=Path, help="a file for what was understood")
    parser.add_argument("--codec", choices=CODECS, nargs="*", default=CODECS)
    parser.add_argument("--language", default="en")
    parser.add_argument("--sounds", type=Path, default=SOUNDS, help="the folder of the prompts")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="their texts")
    parser.add_argument("--model", help="as speech_model= of the library")
    options = parser.parse_args()
    texts = prompts(options.sounds, options.texts)
    order = sorted(texts)
    random.Random(1).shuffle(order)
    chosen = order[:: options.every]
    began = time.monotonic()
    counts: dict[tuple[str, float, bool], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, codec, loss, understood in understand(chosen, options):
        said, wrong = errors(texts[name], understood, options.language)
        count = counts[codec, loss, said >= SENTENCE]
        for place, more in enumerate((1, int(wrong == 0), said, wrong)):
            count[place] += more
    print("codec  lost  sentences  whole  words   WER   alone  whole  words   WER")
    for codec in options.codec:
        for loss in LOSSES:
            cells = [_cells(counts[codec, loss, is_sentence]) for is_sentence in (True, False)]
            print(f"{codec:5}  {loss:4.0%}  {cells[0]}  {cells[1]}")
    print(f"{len(chosen)} of {len(order)} prompts; {time.monotonic() - began:.0f} s")


def _cells(count: list[int]) -> str:
    number, whole, words, wrong = count
    if not number:
        return " " * 31
    return f"{number:9}  {whole / number:5.0%}  {words:5}  {wrong / words:6.1%}"


if __name__ == "__main__":
    main()
