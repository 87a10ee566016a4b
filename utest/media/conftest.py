"""An agent in a call, and one to whose recording a test appends."""

from pathlib import Path

import pytest

from BaresipLibrary.media.transcripts import Transcripts
from BaresipLibrary.media.understanding import SpeechReader
from BaresipLibrary.speech.masking import Secrets

from ..scripted import Phone
from .loudness_engine import RX, LoudnessEngine
from .recorded import ListeningAgent
from .talk import Talk


@pytest.fixture
def talking(phone: Phone) -> Phone:
    phone.rings()
    phone.is_established("in-1")
    return phone


@pytest.fixture
def bob(tmp_path: Path) -> ListeningAgent:
    return ListeningAgent(tmp_path)


@pytest.fixture
def talk(phone: Phone, tmp_path: Path) -> Talk:
    """A call of alice's whose audio the test writes."""
    return Talk(phone, tmp_path)


@pytest.fixture
def engine() -> LoudnessEngine:
    return LoudnessEngine()


@pytest.fixture
def transcripts() -> Transcripts:
    return Transcripts()


@pytest.fixture
def reader(talking: Phone, engine: LoudnessEngine, transcripts: Transcripts) -> SpeechReader:
    call = talking.agent.calls[0]
    transcript = transcripts.of(talking.agent, call, RX)
    return SpeechReader(talking.agent, call, transcript, engine, Secrets())  # type: ignore[arg-type]
