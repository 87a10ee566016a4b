"""Prompts that espeak-ng says: each once, kept in memory for the run."""

import io
import shutil
import subprocess
from functools import cache

import numpy as np
import soundfile
from signals import Samples

HAS_ESPEAK = shutil.which("espeak-ng") is not None
#: Samples a second of espeak-ng.
RATE = 22050
SENTENCES = {
    "en-us": (
        "The number you have dialled is not in service. Please hang up and try again.",
        "Hello, this is Mary from the warehouse, could you tell me when you will be home today?",
        "Thank you for calling. All our agents are busy at the moment, please hold the line.",
        "One, two, three, four, five, six, seven, eight, nine, zero. Thank you, goodbye.",
        "For sales, press one. For support, press two. To hear this again, press star.",
        "Your call may be recorded for training purposes and quality checks.",
        "Please leave a message after the tone, and we will call you back tomorrow morning.",
        "You are caller number seven in the queue; the waiting time is about four minutes.",
    ),
    "de": (
        "Der gewünschte Gesprächspartner ist zurzeit nicht erreichbar, versuchen Sie es später.",
        "Herzlich willkommen bei unserer Hotline, bitte haben Sie einen Moment Geduld.",
        "Drücken Sie die Eins für Fragen zur Rechnung, oder die Zwei für technische Hilfe.",
        "Bitte hinterlassen Sie eine Nachricht nach dem Signalton, wir rufen morgen zurück.",
    ),
    "es": (
        "El número que usted ha marcado no está disponible. Por favor, inténtelo más tarde.",
        "Gracias por llamar. Todos nuestros agentes están ocupados, espere un momento.",
        "Para ventas, marque uno. Para soporte técnico, marque dos.",
        "Su llamada puede ser grabada por motivos de calidad y de formación.",
    ),
    "fr-fr": (
        "Le numéro que vous avez composé n'est pas attribué. Veuillez consulter l'annuaire.",
        "Merci de patienter, un conseiller va prendre votre appel dans quelques instants.",
        "Pour le service commercial, tapez un. Pour le service technique, tapez deux.",
        "Laissez votre message après le bip sonore, nous vous rappellerons demain matin.",
    ),
}
VARIANTS = ("f1", "f2", "f3", "f4", "m1", "m2", "m3", "m7")
#: How many different voices a run has.
SPEAKERS = 40


@cache
def voice(number: int) -> tuple[str, tuple[Samples, ...]]:
    """Language and everything that is said by the voice of that number, 0 to SPEAKERS - 1."""
    rng = np.random.default_rng(number)
    language = sorted(SENTENCES)[number % len(SENTENCES)]
    options = ["-v", f"{language}+{rng.choice(VARIANTS)}", "-p", str(rng.integers(20, 90))]
    options += ["-s", str(rng.integers(120, 190))]
    return language, tuple(say(options, sentence) for sentence in SENTENCES[language])


def say(options: list[str], sentence: str) -> Samples:
    """What espeak-ng says with these options."""
    command = ["espeak-ng", *options, "--stdout", sentence]
    spoken = subprocess.run(command, capture_output=True, check=True)
    samples, rate = soundfile.read(io.BytesIO(spoken.stdout), dtype="float64")
    assert rate == RATE
    return np.asarray(samples)
