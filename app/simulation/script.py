"""Who says what when: a conversation with overlaps and back-channels, made from a seed."""

import random
from typing import Literal, TypeAlias

from pydantic import BaseModel, Field

from app.simulation.voices import CASTS, Utterance, utter

CastName: TypeAlias = Literal["plain", "varied", "unheard", "fresh"]


class Line(BaseModel):
    """One utterance; `at_ms` counts from the moment the script begins."""

    person: int = Field(ge=0)
    at_ms: int = Field(ge=0)
    text: str = Field(min_length=1, max_length=500)


class Script(BaseModel):
    """People are numbered; the first one facilitates."""

    people: int = Field(ge=1, le=12)
    lines: list[Line]
    cast: CastName = "plain"
    chat: list[Line] = []
    """What is written meanwhile."""

    def utterance(self, line: Line) -> Utterance:
        return utter(line.text, line.person, self.cast)

    @property
    def length_ms(self) -> int:
        return max((line.at_ms + self.utterance(line).end_ms for line in self.lines), default=0)

    def spoken(self) -> list[tuple[int, int, int]]:
        """The truth: (person, start, end) in ms from the beginning of the script."""
        spans = []
        for line in self.lines:
            utterance = self.utterance(line)
            spans.append(
                (line.person, line.at_ms + utterance.start_ms, line.at_ms + utterance.end_ms)
            )
        return sorted(spans, key=lambda span: span[1])


def conversation(people: int, length_s: int, seed: int = 1, cast: CastName = "plain") -> Script:
    """A plausible conversation: everyone speaks, some overlap, some nod along aloud."""
    chance, said = random.Random(seed), CASTS[cast]
    lines: list[Line] = []
    at_ms, speaker = 0, 0
    while at_ms < length_s * 1000:
        text = chance.choice(said.sentences)
        lines.append(Line(person=speaker, at_ms=at_ms, text=text))
        length = utter(text, speaker, cast).end_ms
        others = [person for person in range(people) if person != speaker]
        if not others:
            at_ms += length + 1_000
            continue
        if length > 3_000 and chance.random() < 0.4:
            nodding = chance.choice(others)
            moment = at_ms + length // 2
            lines.append(Line(person=nodding, at_ms=moment, text=chance.choice(said.backchannels)))
        overlap = chance.random() < 0.25
        at_ms += length + (-400 if overlap else chance.randrange(300, 1_500))
        speaker = chance.choice(others)
    return Script(people=people, lines=sorted(lines, key=lambda line: line.at_ms), cast=cast)
