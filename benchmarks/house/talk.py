"""Two hours of talk as turns and words, made by a seed."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from app.transcripts.models import Utterance, WordsSource, folded

BACKCHANNELS = 3
"""Of so many turns one is a back-channel."""
WORDS = (
    *("me", "olemme", "jaksaa", "työssä", "kun", "ei", "ole", "aikaa", "palautua", "ja", "sitten"),
    *("esihenkilö", "kysyi", "minulta", "mitä", "haluaisin", "muuttaa", "viikon", "aikana", "että"),
    *("ryhmässä", "sanottiin", "ääneen", "se", "mikä", "kuormittaa", "vapaaehtoisia", "eniten"),
)


class Spoken(NamedTuple):
    user_id: UUID
    start_ms: int
    end_ms: int
    is_backchannel: bool


def talked(users: Sequence[UUID], length_ms: int, count: int, seed: int) -> list[Spoken]:
    """Exactly so many turns, in order of their start: the first of `users` leads; some gaps, some
    overlap, a third listening aloud."""
    dice = random.Random(seed)
    weights = {user: 10.0 if place == 0 else dice.uniform(1, 5) for place, user in enumerate(users)}
    backs = count // BACKCHANNELS
    held = _floor(weights, count - backs, dice)
    scale = (length_ms - 1_000) / max(end for _, _, end in held)
    found = [Spoken(u, round(s * scale), round(e * scale), False) for u, s, e in held]
    longest = sorted(range(len(found)), key=lambda place: found[place][1] - found[place][2])[:backs]
    listening = [_listening(found, place, users, dice) for place in longest]
    return sorted([*found, *listening], key=lambda each: (each.start_ms, -each.end_ms))


def _listening(
    held: Sequence[Spoken], place: int, users: Sequence[UUID], dice: random.Random
) -> Spoken:
    """By one who speaks neither then nor just before or after: of one person no turns overlap."""
    turn = held[place]
    near = {each.user_id for each in held[max(0, place - 2) : place + 3]}
    listener = dice.choice([user for user in users if user not in near])
    length = turn.end_ms - turn.start_ms
    at = turn.start_ms + dice.randint(length // 3, length // 2)
    return Spoken(listener, at, min(at + 450, turn.end_ms), True)


def _floor(
    weights: Mapping[UUID, float], count: int, dice: random.Random
) -> list[tuple[UUID, float, float]]:
    """Seconds, in order of their start; nobody follows themselves or overlaps themselves."""
    found: list[tuple[UUID, float, float]] = []
    ended: dict[UUID, float] = {}
    at, before = 2.0, None
    for _ in range(count):
        able = [user for user in weights if user != before]
        who = dice.choices(able, [weights[user] for user in able])[0]
        at = max(at, ended.get(who, 0.0) + 0.1)
        end = at + min(dice.lognormvariate(1.9, 0.9), 180) + 1.2
        found.append((who, at, end))
        ended[who], before = end, who
        at = end + dice.choice([-0.9, -0.25, 0.08, 0.35, 0.6, 1.4])
    return found


def words(
    recording_id: UUID, said: Sequence[Spoken], consents: Mapping[UUID, list[str]], seed: int
) -> list[Utterance]:
    """A line for each turn that held the floor, of those who agreed to be written down."""
    dice = random.Random(seed)
    lines = []
    for each in said:
        if each.is_backchannel or each.user_id not in consents:
            continue
        length = max(1, (each.end_ms - each.start_ms) // 450)
        text = " ".join(dice.choices(WORDS, k=min(length, 120)))
        line = Utterance(
            recording_id=recording_id,
            line_id=recording_id,
            user_id=each.user_id,
            start_ms=each.start_ms,
            end_ms=each.end_ms,
            text=text,
            folded=folded(text),
            source=WordsSource.MACHINE,
            model="bench",
            consent_ids=consents[each.user_id],
        )
        line.line_id = line.id
        lines.append(line)
    return lines
