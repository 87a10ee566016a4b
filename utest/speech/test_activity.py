"""Voice activity: sound counts, noise on the line does not, and times are those of the sound."""

import numpy as np
import pytest

from BaresipLibrary.speech.activity import FRAME, LEAST_SPEECH, PAUSE, Span, VoiceActivity

from ..audio.signals import (
    Samples,
    at_level,
    comfort_noise,
    music,
    silence,
    speech,
    tone,
    white_noise,
)

RATE = 8000


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


def heard(*pieces: Samples, rate: int = RATE, chunk: int = 160) -> VoiceActivity:
    """What is known after audio that came packet by packet, and then ended."""
    activity, samples = VoiceActivity(rate), np.concatenate(pieces)
    for begin in range(0, samples.size, chunk):
        activity.feed(samples[begin : begin + chunk])
    activity.end()
    return activity


def is_at(span: Span, begin: float, end: float, within: float = FRAME) -> bool:
    return abs(span.begin - begin) <= within and abs(span.end - end) <= within


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_a_span_ends_with_its_last_sound(rate: int) -> None:
    found = heard(silence(1.0, rate), tone(440, 0.5, rate), silence(1.0, rate), rate=rate).spans
    assert len(found) == 1
    assert is_at(found[0], 1.0, 1.5)


def test_a_span_is_told_once_a_pause_follows_it() -> None:
    activity = VoiceActivity(RATE)
    activity.feed(np.concatenate([silence(0.5, RATE), tone(440, 0.5, RATE), silence(0.2, RATE)]))
    assert activity.spans == []
    assert activity.open is not None
    assert is_at(activity.open, 0.5, 1.0)
    activity.feed(silence(PAUSE, RATE))
    assert activity.open is None
    assert [is_at(span, 0.5, 1.0) for span in activity.spans] == [True]


def test_short_pauses_are_within_a_span_and_between_sounds() -> None:
    word, pause = tone(440, 0.2, RATE), silence(0.2, RATE)
    activity = heard(pause, word, pause, word, silence(0.5, RATE), word, pause)
    assert [
        is_at(span, *at) for span, at in zip(activity.spans, [(0.2, 0.8), (1.3, 1.5)], strict=True)
    ]
    assert len(activity.sounds) == 3


@pytest.mark.parametrize(
    "noise",
    [
        white_noise(3.0, RATE, generator(), -45.0),
        white_noise(3.0, RATE, generator(), -32.0),
        comfort_noise(3.0, RATE, generator(), -40.0),
        comfort_noise(3.0, RATE, generator(), -55.0),
        tone(50, 3.0, RATE, -36.0),
        np.full(3 * RATE, 0.2),
        silence(3.0, RATE),
    ],
    ids=["white", "loud", "comfort", "faint", "hum", "dc", "silence"],
)
def test_noise_is_not_speech(noise: Samples) -> None:
    assert heard(noise).spans == []


@pytest.mark.parametrize("level", [-60.0, -50.0, -40.0])
def test_speech_stands_out_of_noise(level: float) -> None:
    spoken = speech(2.0, RATE, generator(), -20.0, 120.0)
    samples = np.concatenate([silence(1.0, RATE), spoken, silence(1.0, RATE)])
    clean = heard(samples).spans
    noisy = heard(samples + white_noise(4.0, RATE, generator(), level)).spans
    assert is_at(Span(noisy[0].begin, noisy[-1].end), clean[0].begin, clean[-1].end, 0.1)


def test_noise_that_begins_after_speech_is_taken_back() -> None:
    """Comfort noise begins where a peer stops to send speech."""
    spoken = tone(440, 0.5, RATE)
    found = heard(silence(0.5, RATE), spoken, comfort_noise(2.0, RATE, generator(), -42.0)).spans
    assert [is_at(span, 0.5, 1.0, 0.02) for span in found] == [True]


@pytest.mark.parametrize("after", [0.0, 0.3], ids=["ends", "goes on"])
def test_a_hiss_of_half_a_second_is_speech(after: float) -> None:
    """Such as a long *s*; the reference machine was cut off after one."""
    word, hiss = tone(440, 0.5, RATE), white_noise(0.55, RATE, generator(), -34.0)
    activity = heard(word, hiss, tone(440, after, RATE), silence(1.0, RATE))
    assert [is_at(span, 0.0, 1.05 + after) for span in activity.sounds] == [True]


def test_faint_sound_is_not_told_before_it_is_known_what_it_is() -> None:
    activity = VoiceActivity(RATE)
    noise = white_noise(2.0, RATE, generator(), -40.0)
    for begin in range(0, noise.size, 160):
        activity.feed(noise[begin : begin + 160])
        assert activity.open is None
        assert activity.sounds == []


def test_a_chord_that_is_held_is_told_from_noise_by_its_level() -> None:
    """A limit that the documentation names: quiet, it is as steady as noise, and no single tone."""
    notes = sum(tone(pitch, 3.0, RATE, 0.0) for pitch in (262, 330, 392, 523))
    for level, found in ((-25.0, True), (-36.0, False)):
        sound = at_level(notes, level)
        assert bool(heard(silence(1.0, RATE), sound, silence(1.0, RATE)).spans) is found


@pytest.mark.parametrize(
    "sound",
    [
        tone(1000, 2.0, RATE, -40.0),
        music(2.0, RATE, generator(), -20.0),
        tone(425, 2.0, RATE, -12.0),
        speech(2.0, RATE, generator(), -24.0, 200.0),
    ],
    ids=["faint tone", "music", "tone", "soft speech"],
)
def test_tones_music_and_soft_speech_are_sound(sound: Samples) -> None:
    found = heard(silence(0.5, RATE), sound, silence(0.5, RATE)).spans
    assert sum(span.seconds for span in found) >= 0.75 * 2.0


def test_noise_that_ends_no_longer_hides_soft_speech() -> None:
    noise, spoken = white_noise(1.0, RATE, generator(), -35.0), tone(440, 0.5, RATE, -38.0)
    found = heard(noise, silence(0.5, RATE), spoken, silence(0.5, RATE)).spans
    assert [is_at(span, 1.5, 2.0) for span in found] == [True]


def test_a_click_is_not_speech() -> None:
    click = tone(1000, 0.01, RATE, -6.0)
    assert heard(silence(1.0, RATE), click, silence(1.0, RATE)).spans == []
    assert heard(
        silence(1.0, RATE), tone(1000, LEAST_SPEECH + FRAME, RATE), silence(1.0, RATE)
    ).spans


def test_it_does_not_matter_how_audio_is_cut() -> None:
    spoken = [speech(2.0, RATE, generator(), -20.0, 120.0), silence(0.7, RATE)]
    samples = np.concatenate([*spoken, *spoken]) + white_noise(5.4, RATE, generator(), -45.0)
    expected = heard(samples).sounds
    for chunk in (1, 37, 800, samples.size):
        assert heard(samples, chunk=chunk).sounds == expected


def test_spans_that_were_told_do_not_change() -> None:
    rng = generator()
    samples = np.concatenate(
        [
            piece
            for _ in range(4)
            for piece in (
                speech(1.0, RATE, rng, -25.0, 150.0),
                comfort_noise(0.6, RATE, rng, -45.0),
                silence(0.5, RATE),
                white_noise(0.7, RATE, rng, -38.0),
            )
        ]
    )
    activity, told = VoiceActivity(RATE), []
    for begin in range(0, samples.size, 160):
        activity.feed(samples[begin : begin + 160])
        assert activity.spans[: len(told)] == told
        told = list(activity.spans)


@pytest.mark.parametrize("level", [-20.0, -45.0])
def test_a_short_sound_ends_speech(level: float) -> None:
    word, burst = tone(440, 0.3, RATE), at_level(tone(440, 0.010, RATE), level)
    activity = heard(silence(0.5, RATE), word, silence(0.1, RATE), burst, silence(1.0, RATE))
    assert [is_at(span, 0.5, 0.91) for span in activity.spans] == [True]
    assert len(activity.sounds) == 2


def test_a_short_sound_does_not_begin_speech_nor_end_it_after_a_pause() -> None:
    word, click = tone(440, 0.3, RATE), tone(440, 0.010, RATE)
    before, after = silence(0.2, RATE), silence(PAUSE + 0.01, RATE)
    activity = heard(silence(0.3, RATE), click, before, word, after, click, silence(1.0, RATE))
    assert [is_at(span, 0.51, 0.81) for span in activity.spans] == [True]


def test_noise_does_not_end_speech_later() -> None:
    noise = white_noise(4.0, RATE, generator(), -45.0)
    word = np.concatenate([silence(2.0, RATE), tone(440, 0.3, RATE), silence(1.7, RATE)])
    assert [is_at(span, 2.0, 2.3) for span in heard(noise + word).spans] == [True]
