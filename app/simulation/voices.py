"""What simulated people say: Finnish by espeak-ng, or tones that are shaped like speech."""

import shutil
import subprocess
import wave
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
Samples = NDArray[np.int16]

SENTENCES = (
    "Teen järjestössä kaiken yksin, ja välillä en tiedä, mistä pitäisi aloittaa.",
    "Meillä hallitus vaihtuu joka vuosi, ja työnkuva muuttuu aina sen mukana.",
    "Minua on auttanut se, että varaan aamupäivät omaan työhön enkä vastaa puhelimeen.",
    "Vapaaehtoiset ovat ihania, mutta heidän ohjaamiseensa ei ole varattu aikaa.",
    "Miten te palaudutte, kun työt tulevat illaksi mukaan kotiin?",
    "Olen huomannut, että pienikin kiitos jäseneltä kantaa pitkälle.",
    "Rahoitus päätetään vuodeksi kerrallaan, ja epävarmuus kuormittaa eniten.",
    "Sovitaan, että jokainen kertoo ensin yhden asian, joka on sujunut hyvin.",
    "Palaan vielä siihen, mitä äsken sanoit työn rajaamisesta.",
    "Esimieheni on sadan kilometrin päässä, joten vertaisten tuki on tärkeä.",
)
BACKCHANNELS = ("Joo.", "Niin.", "Aivan.")
PITCHES = (35, 60, 45, 75, 25, 85, 52, 68, 30, 80, 40, 65)


@dataclass(frozen=True)
class Utterance:
    """Mono, 48 kHz. `start_ms` and `end_ms` are where its sound begins and ends."""

    samples: Samples
    start_ms: int
    end_ms: int


@cache
def utter(text: str, person: int) -> Utterance:
    """The text in the voice of the person with this number."""
    pitch = PITCHES[person % len(PITCHES)]
    samples = _spoken(text, pitch) if shutil.which("espeak-ng") else _hummed(text, pitch)
    return Utterance(samples, *_sounding(samples))


def _spoken(text: str, pitch: int) -> Samples:
    command = ["espeak-ng", "-v", "fi", "-p", str(pitch), "-s", "150", "--stdout", text]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(BytesIO(output)) as file:
        rate = file.getframerate()
        raw = np.frombuffer(file.readframes(-1), np.int16)
    moments = np.arange(len(raw) * RATE // rate) * (rate / RATE)
    samples: Samples = np.interp(moments, np.arange(len(raw)), raw).astype(np.int16)
    return samples


def _hummed(text: str, pitch: int) -> Samples:
    """A buzz with two formants, in syllables of 180 ms: what a speech detector takes for speech."""
    time = np.arange(len(text) * RATE // 14) / RATE
    fundamental = 90 + 1.6 * pitch + 12 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(fundamental) / RATE
    sound = np.zeros_like(time)
    for number in range(1, 30):
        hertz = number * fundamental
        weight = np.exp(-(((hertz - 600) / 300) ** 2)) + 0.5 * np.exp(
            -(((hertz - 1500) / 400) ** 2)
        )
        sound += weight * np.sin(number * phase)
    syllables = np.clip(np.sin(2 * np.pi * 2.8 * time) + 0.6, 0, 1)
    sound *= syllables / max(1e-9, float(np.abs(sound).max()))
    return (sound * 12_000).astype(np.int16)


def _sounding(samples: Samples) -> tuple[int, int]:
    step = RATE // 100
    frames = np.abs(samples[: len(samples) // step * step].astype(np.int32)).reshape(-1, step)
    loud = np.flatnonzero(frames.max(axis=1) > 500)
    return int(loud[0]) * 10, int(loud[-1] + 1) * 10
