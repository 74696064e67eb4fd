"""The table of connections on the pages of a meeting that is over."""

from typing import NamedTuple

from babel.numbers import format_decimal

from app.audit.figures import Of
from app.kit.permissions import Action, Role, may
from app.meetings.models import Meeting
from app.quality import service
from app.web.visit import Visit

BAD_LOSS = 0.06
"""A worst stretch above this is marked. Lower: everybody is. Higher: what was heard as broken sound
looks like all the rest."""


class Cell(NamedTuple):
    middle: str
    worst: str
    """Empty: there is no worse to tell of."""
    is_bad: bool = False


class Connection(NamedTuple):
    name: str
    pseudonym: str
    minutes: str
    cells: list[Cell]
    """From this person, to this person, the round trip, and how long pictures stood still."""


HEADS = ("quality.sent", "quality.received", "quality.rtt", "quality.frozen")


async def connections(
    visit: Visit, meeting: Meeting, roles: frozenset[Role]
) -> list[Connection] | None:
    """None for one who may not read them."""
    if not may(roles, Action.READ_QUALITY):
        return None
    people = await service.people(visit.db, visit.actor.user_id, meeting)
    if people:
        await visit.looked("quality", Of(meeting_id=meeting.id), Action.READ_QUALITY)
    return [_connection(visit, person) for person in people]


def _connection(visit: Visit, person: service.Person) -> Connection:
    of = person.summary
    minutes = visit.text("quality.minutes", minutes=_number(visit, of.seconds / 60, "0"))
    frozen = "quality.empty" if of.frozen_s is None else "quality.frozen_s"
    still = visit.text(frozen, seconds=_number(visit, of.frozen_s or 0, "0"))
    cells = [
        _loss(visit, of.uplink_loss, of.uplink_loss_worst),
        _loss(visit, of.downlink_loss, of.downlink_loss_worst),
        _pair(visit, "quality.ms", "ms", of.rtt_ms, of.rtt_ms_worst),
        Cell(still, ""),
    ]
    return Connection(person.name, person.member.pseudonym, minutes, cells)


def _loss(visit: Visit, middle: float | None, worst: float | None) -> Cell:
    hundred = [None if share is None else share * 100 for share in (middle, worst)]
    cell = _pair(visit, "quality.percent", "percent", *hundred)
    return cell._replace(is_bad=worst is not None and worst > BAD_LOSS)


def _pair(visit: Visit, key: str, blank: str, middle: float | None, worst: float | None) -> Cell:
    if middle is None or worst is None:
        return Cell(visit.text("quality.empty"), "")
    shown = [visit.text(key, **{blank: _number(visit, each, "0.#")}) for each in (middle, worst)]
    same = shown[0] == shown[1]
    return Cell(shown[0], "" if same else visit.text("quality.worst", value=shown[1]))


def _number(visit: Visit, value: float, shape: str) -> str:
    shape = "0" if value >= 10 else shape
    return str(format_decimal(value, shape, locale=visit.language))
