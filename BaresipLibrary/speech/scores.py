"""How good speech sounds: published models, run in a process of their own (`scoring`).

With the reference: ViSQOL 3 in speech mode, as the package visqol-python has it. Without: DNSMOS
P.835 and PLCMOS v2, whose models the package speechmos ships. Of speechmos only the models are
used: its code needs librosa and pandas, and draws PLCMOS's raters anew each time.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

#: What all models take (Hz).
RATE = 16000
#: Seconds that DNSMOS judges at a time, and from one such stretch to the next.
_WINDOW, _STEP = 9.01, 1.0
#: How DNSMOS P.835 maps what its network says to the scale of the listeners.
_POLYNOMIALS = {
    "sig": (-0.08397278, 1.22083953, 0.0052439),
    "bak": (-0.13166888, 1.60915514, -0.39604546),
    "ovrl": (-0.06766283, 1.11546468, 0.04602535),
}
#: How many listeners PLCMOS stands for, and the size of what tells one from another.
_RATERS, _RATER_SIZE = 15, 64
#: Points of PLCMOS's spectra, and the floor (dB) of its empty ones.
_POINTS, _FLOOR = 512, -120.0


def with_reference(reference: Samples, heard: Samples) -> float:
    """The MOS-LQO of what was heard, by ViSQOL; both at 16 kHz, shape (n,)."""
    from visqol import VisqolApi

    visqol = VisqolApi()
    visqol.create(mode="speech", use_lattice_model=True)
    return float(visqol.measure_from_arrays(reference, heard, sample_rate=RATE).moslqo)


def without_reference(heard: Samples) -> dict[str, float]:
    """The scores ``sig``, ``bak``, ``ovrl`` and ``plcmos`` of speech at 16 kHz, shape (n,)."""
    return {**_dnsmos(heard), "plcmos": _plcmos(heard)}


def _dnsmos(heard: Samples) -> dict[str, float]:
    """The means over stretches of 9 s, a second apart; less is repeated until it is as long."""
    size = int(_WINDOW * RATE)
    heard = np.tile(heard, -(-size // heard.size)) if heard.size < size else heard
    network = _network("dnsmos_models/sig_bak_ovr.onnx")
    raw = [
        network.run(None, {"input_1": heard[np.newaxis, first : first + size].astype(np.float32)})
        for first in range(0, heard.size - size + 1, round(_STEP * RATE))
    ]
    means = np.mean([outputs[0][0] for outputs in raw], axis=0)
    return {
        name: float(np.polyval(polynomial, mean))
        for (name, polynomial), mean in zip(_POLYNOMIALS.items(), means, strict=True)
    }


def _plcmos(heard: Samples) -> float:
    """The mean over listeners that are always the same, so that a recording has one score."""
    network = _network("plcmos_models/plcmos_v2.onnx")
    spectra = _log_spectra(heard)[np.newaxis, np.newaxis].astype(np.float32)
    raters = np.random.default_rng(0).normal(size=(_RATERS, 1, _RATER_SIZE)).astype(np.float32)
    scores = [
        network.run(None, {"degraded_audio": spectra, "rater_embed": rater})[0].item()
        for rater in raters
    ]
    return float(np.mean(scores))


def _log_spectra(samples: Samples) -> Samples:
    """Natural logarithms of the power of half-overlapping Hamming windows, divided by 20."""
    hop = _POINTS // 2
    frames = -(-(samples.size + hop) // hop)
    padded = np.zeros((frames - 1) * hop + _POINTS)
    padded[hop : hop + samples.size] = samples
    windows = np.lib.stride_tricks.sliding_window_view(padded, _POINTS)[::hop]
    power = np.square(np.abs(np.fft.rfft(windows * np.hamming(_POINTS + 1)[:-1])))
    least = np.min(power, where=power > 0, initial=np.inf)
    floor = np.log(least) + _FLOOR / 10 * np.log(10)
    logarithms = np.full(power.shape, floor)
    np.log(power, out=logarithms, where=power > 0)
    return np.asarray(logarithms / 20.0)


@cache
def _network(path: str) -> Any:
    import onnxruntime

    spec = find_spec("speechmos")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'speechmos'", name="speechmos")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # two cores are for the calls, too
    return onnxruntime.InferenceSession(str(Path(spec.origin).parent / path), options)
