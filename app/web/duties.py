"""What a coordinator has to see to, told on the front page until it is done."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from app.groups import service as groups
from app.groups.models import Group
from app.kit.db import now
from app.kit.permissions import Action, may
from app.programmes import access
from app.programmes.models import Programme
from app.retention import service as retention
from app.web.erasures import copies_to_delete
from app.web.visit import Visit


class Copies(NamedTuple):
    """Downloads of a group that hold what may be kept no longer."""

    group: Group
    downloads: int


class Ending(NamedTuple):
    """Recordings of a programme of which something is erased soon, and what is not held."""

    programme: Programme
    recordings: int
    first_at: datetime | None
    """None: it is over already, and the worker erases when it next looks."""


class Duties(NamedTuple):
    copies: list[Copies]
    ending: list[Ending]


async def of(visit: Visit, programmes: Iterable[Programme]) -> Duties:
    found, db, moment = Duties([], []), visit.db, now()
    for programme in programmes:
        roles = await access.roles(db, visit.actor, programme.id)
        if not (may(roles, Action.EXPORT) and may(roles, Action.MANAGE_RETENTION)):
            continue
        for group in await groups.of_programme(db, programme.id):
            if count := await copies_to_delete(db, group.id):
                found.copies.append(Copies(group, count))
        listed = await retention.deadlines(db, programme.id)
        soon = [each for each in listed if each.is_near(moment) and each.hold_id is None]
        if soon:
            first_at = None if soon[0].is_due(moment) else soon[0].first_ends_at
            found.ending.append(Ending(programme, len(soon), first_at))
    return found
