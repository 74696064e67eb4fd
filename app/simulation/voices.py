"""What simulated people say: Finnish by espeak-ng, or tones that are shaped like speech."""

import shutil
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import NamedTuple

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


class Voice(NamedTuple):
    """One of espeak-ng's, with a variant of its own where one is named (`fi+f2`)."""

    name: str
    pitch: int
    words_per_minute: int


@dataclass(frozen=True)
class Cast:
    """Who can be heard, by the number of the person, and what they say."""

    voices: Sequence[Voice]
    sentences: Sequence[str]
    backchannels: Sequence[str]


CASTS = {
    "plain": Cast([Voice("fi", pitch, 150) for pitch in PITCHES], SENTENCES, BACKCHANNELS),
    "varied": Cast(
        [
            Voice("fi+f2", 55, 165),
            Voice("fi+m3", 42, 135),
            Voice("fi+f4", 70, 150),
            Voice("fi+klatt2", 38, 160),
            Voice("fi+Annie", 60, 180),
            Voice("fi+m7", 30, 145),
            Voice("fi+f5", 48, 125),
            Voice("fi+Andy", 50, 170),
            Voice("fi+steph", 66, 155),
            Voice("fi+grandma", 58, 130),
            Voice("fi+Lee", 44, 185),
            Voice("fi+michel", 36, 140),
        ],
        (
            "Ensi viikolla meillä on kevätkokous, ja puolet papereista on vielä tekemättä.",
            "Ehkä tärkeintä on, ettei kenenkään tarvitse keksiä kaikkea uudestaan.",
            "Puhuin siitä puheenjohtajan kanssa.",
            "Mitä sinä tekisit, jos sama hakemus hylättäisiin kolmannen kerran peräkkäin?",
            "Kyllä minä tunnistan tuon, varsinkin syksyisin.",
            "Otimme käyttöön yhteisen kalenterin, ja yllättävän moni riita loppui siihen.",
            "En ole varma, kuuluuko se edes minun tehtäviini.",
            "Aluksi ujostutti pyytää apua, mutta nyt soitan jo melkein ensimmäiseksi teille.",
        ),
        ("Mm-m.", "Kyllä.", "Niinpä.", "Totta."),
    ),
    "unheard": Cast(
        [
            Voice("fi+f3", 52, 140),
            Voice("fi+m5", 46, 160),
            Voice("fi+linda", 62, 175),
            Voice("fi+klatt4", 34, 130),
            Voice("fi+m2", 40, 190),
            Voice("fi+belinda", 57, 150),
            Voice("fi+grandpa", 33, 120),
            Voice("fi+Alicia", 68, 165),
            Voice("fi+m8", 49, 145),
            Voice("fi+f1", 45, 170),
            Voice("fi+Marco", 53, 135),
            Voice("fi+anika", 64, 155),
        ],
        (
            "Saimme lopulta avustuksen, mutta vain puolet siitä, mitä haimme.",
            "Minusta tuntuu, että kokouksissa päätetään asioita, joita kukaan ei ehdi toteuttaa.",
            "Hyvä kysymys.",
            "Jaoimme tehtävät uudelleen, ja nyt viikonloput ovat oikeasti vapaita.",
            "Onko teillä kukaan kokeillut vetäytymispäivää koko henkilökunnalle?",
            "Sama juttu meillä, ihan joka kevät.",
            "Se helpotti, kun joku toinen sanoi ääneen, ettei jaksa.",
        ),
        ("Just.", "Okei.", "Niin on.", "Ai jaa."),
    ),
    "fresh": Cast(
        [
            Voice("fi+m1", 47, 155),
            Voice("fi+Andrea", 61, 170),
            Voice("fi+m4", 39, 140),
            Voice("fi+aunty", 54, 135),
            Voice("fi+klatt3", 43, 150),
            Voice("fi+shelby", 59, 180),
            Voice("fi+david", 35, 125),
            Voice("fi+steph2", 65, 160),
            Voice("fi+m6", 51, 185),
            Voice("fi+sandro", 41, 145),
            Voice("fi+Gene", 37, 165),
            Voice("fi+steph3", 56, 130),
        ],
        (
            "Kirjasin viikon ajan ylös, mihin tunnit oikeasti menevät.",
            "Meillä vapaaehtoiset hoitavat tapahtumat, minä vain maksan laskut.",
            "Niinhän siinä sitten kävi.",
            "Pitäisikö meidän ehdottaa liitolle yhteistä koulutusta ensi vuodelle?",
            "Olin lomalla kaksi viikkoa, enkä avannut sähköpostia kertaakaan.",
            "Tuosta tuli mieleen, että sijaista ei ole koskaan ollut.",
            "Ihan hyvin menee.",
        ),
        ("Jep.", "No niin.", "Selvä.", "Oho."),
    ),
}
"""`plain` is what a simulation speaks with. The rules of detection were chosen by the first two; by
the others, to which nobody listened meanwhile, they are judged."""


@dataclass(frozen=True)
class Utterance:
    """Mono, 48 kHz. `start_ms` and `end_ms` are where its sound begins and ends."""

    samples: Samples
    start_ms: int
    end_ms: int


@cache
def utter(text: str, person: int, cast: str = "plain") -> Utterance:
    """The text in the voice of the person with this number."""
    voices = CASTS[cast].voices
    voice = voices[person % len(voices)]
    samples = _spoken(text, voice) if shutil.which("espeak-ng") else _hummed(text, voice.pitch)
    return Utterance(samples, *_sounding(samples))


def _spoken(text: str, voice: Voice) -> Samples:
    sounding = ["-v", voice.name, "-p", str(voice.pitch), "-s", str(voice.words_per_minute)]
    command = ["espeak-ng", *sounding, "--stdout", text]
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
