"""Which grants have ended, as one part of a query: for the erasers, who look every few seconds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, aliased
from sqlmodel import SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.consent.models import ConsentDecision, Decision


def ended(of: type[SQLModel], since: Mapped[datetime]) -> SelectOfScalar[UUID]:
    """The grants that do not cover what began at `since`, a column of `of` in the query around it.

    A later refusal or withdrawal of the same person and purpose ended them; where it left what was
    recorded before, only for what began after it.
    """
    given, later = aliased(ConsentDecision), aliased(ConsentDecision)
    return (
        select(given.id)
        .join(
            later,
            (col(later.group_id) == given.group_id)
            & (col(later.user_id) == given.user_id)
            & (col(later.purpose) == given.purpose),
        )
        .where(
            col(later.sequence) > col(given.sequence),
            col(later.decision) != Decision.GRANTED,
            col(later.keeps_earlier).is_(False) | (col(later.decided_at) <= since),
        )
        .correlate(of)
    )
