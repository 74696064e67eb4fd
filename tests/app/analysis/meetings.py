"""Small meetings whose every figure can be worked out by hand, and large ones by chance."""

from collections.abc import Iterable, Sequence

import numpy as np
from hypothesis import strategies as st

from app.analysis.measures import measure
from app.analysis.roster import Roster
from app.analysis.service import Measured, Studied
from app.analysis.table import Person, Talk, in_order
from app.kit.db import now
from app.kit.ids import new_id
from app.kit.intervals import Interval
from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.turns.columns import NOTHING
from app.turns.models import TurnIndex

Turns = list[tuple[int, int, int, bool]]


def talk(
    people: Sequence[Person], length_ms: int, turns: Iterable[tuple[int, int, int, bool]]
) -> Talk:
    """`turns`: number of the person, start, end, whether it is a back-channel; in any order."""
    rows = list(turns)
    columns = np.array([row[:3] for row in rows], dtype=np.int64).reshape(-1, 3)
    flags = np.array([row[3] for row in rows], dtype=np.bool_)
    return in_order(tuple(people), length_ms, columns[:, 0], columns[:, 1], columns[:, 2], flags)


def people(count: int, length_ms: int, facilitators: Iterable[int] = (0,)) -> list[Person]:
    stay = (Interval(0, length_ms),)
    return [Person(f"P{n}", n in facilitators, stay) for n in range(count)]


def hand() -> Talk:
    """Four people, 20 s. F is the facilitator, D never speaks, C came at 10 s and left at 15 s.

    F 0────4          7──9
    A       3.5────7            (begins in F's last half second: an ordinary change)
    b         5─5.6             (a back-channel of B in A's turn)
    B                   9.5──13
    C                       12──────14.8  (begins 1 s before B stops: interrupts, and succeeds)
    F                                   16──────20
    A                                     17──18.5  (inside F's: tried, and did not get it)
    """
    everyone = [
        Person("F1", True, (Interval(0, 20_000),)),
        Person("J1", False, (Interval(0, 20_000),)),
        Person("J2", False, (Interval(0, 20_000),)),
        Person("J3", False, (Interval(10_000, 15_000),)),
        Person("J4", False, (Interval(0, 20_000),)),
    ]
    turns = [
        (0, 0, 4_000, False),
        (1, 3_500, 7_000, False),
        (2, 5_000, 5_600, True),
        (0, 7_000, 9_000, False),
        (2, 9_500, 13_000, False),
        (3, 12_000, 14_800, False),
        (0, 16_000, 20_000, False),
        (1, 17_000, 18_500, False),
    ]
    return talk(everyone, 20_000, turns)


def in_turn(order: list[int]) -> Talk:
    """Of four people, each for 900 ms, a second apart."""
    rows = [(who, 1_000 * n, 1_000 * n + 900, False) for n, who in enumerate(order)]
    return talk(people(4, 1_000 * len(order)), 1_000 * len(order), rows)


def measured(table: Talk) -> Measured:
    """As the service gives it, of the first meeting of a series; without null hypotheses."""
    meeting = Meeting(group_id=new_id(), starts_at=now())
    recording = Recording(meeting_id=meeting.id, node_name="n", started_at=now())
    index = TurnIndex(recording_id=recording.id, version="turns 1", parameters={})
    roster = Roster({new_id(): person for person in table.people}, table.size, True)
    studied = Studied(meeting, recording, index, roster, table, 0, NOTHING, 0)
    return Measured(studied, measure(table, drawn=0, orders=False))


def drawn(seed: int, count: int = 5, turns: int = 200, people_count: int | None = None) -> Talk:
    """A meeting by chance: any other goes on, with gaps, overlaps and back-channels."""
    dice = np.random.default_rng(seed)
    rows: Turns = []
    at, before = 0, -1
    for _ in range(turns):
        who = int(dice.choice([n for n in range(count) if n != before]))
        end = at + int(dice.integers(1_500, 20_000))
        rows.append((who, at, end, False))
        if end - at > 5_000:
            other = (who + 1) % count
            rows.append((other, at + 2_000, at + 2_600, True))
        before, at = who, max(end + int(dice.integers(-400, 900)), at + 1)
    length = max(row[2] for row in rows) + 1_000
    return talk(people(people_count or count, length), length, rows)


@st.composite
def talks(draw: st.DrawFn, most_people: int = 6, most_turns: int = 30) -> Talk:
    """Any meeting at all, in which nobody overlaps themselves."""
    count = draw(st.integers(2, most_people))
    ends = [0] * count
    rows: Turns = []
    for _ in range(draw(st.integers(0, most_turns))):
        who = draw(st.integers(0, count - 1))
        start = ends[who] + draw(st.integers(1, 9_000))
        end = start + draw(st.integers(1, 9_000))
        rows.append((who, start, end, draw(st.booleans())))
        ends[who] = end
    length = max(*ends, 1) + draw(st.integers(0, 5_000))
    return talk(people(count, length), length, rows)


@st.composite
def alike(draw: st.DrawFn) -> list[Talk]:
    """Some meetings of one roster and length with as many turns, and as many back-channels."""
    count, turns = draw(st.integers(2, 4)), draw(st.integers(0, 12))
    backs = [draw(st.booleans()) for _ in range(turns)]
    length = 12_000 * (turns + 1)
    found = []
    for _ in range(draw(st.integers(1, 4))):
        ends = [0] * count
        rows: Turns = []
        for back in backs:
            who = draw(st.integers(0, count - 1))
            start = ends[who] + draw(st.integers(1, 6_000))
            ends[who] = start + draw(st.integers(1, 6_000))
            rows.append((who, start, ends[who], back))
        found.append(talk(people(count, length), length, rows))
    return found
