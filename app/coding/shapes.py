"""What the services found, as it is answered: pseudonyms only, and no ids of people."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.coding import standing
from app.coding.comparing import Comparison, Difference
from app.coding.forms import (
    ComparisonPublic,
    DecisionPublic,
    DifferencePublic,
    OfferPublic,
    SaidPublic,
    TouchedPublic,
    TurnToCode,
    WorkPublic,
)
from app.coding.mapping import Offer
from app.coding.work import Work


async def work_public(db: AsyncSession, found: Work) -> WorkPublic:
    mine = set(found.to_code)
    return WorkPublic(
        id=found.assignment.id,
        state=found.assignment.state,
        is_reopened=found.assignment.is_reopened,
        version_id=found.version.id,
        codebook=found.document,
        turns=[
            TurnToCode(
                id=turn.id,
                pseudonym=speaker.pseudonym,
                start_ms=turn.start_ms,
                end_ms=turn.end_ms,
                is_backchannel=turn.is_backchannel,
                is_mine=turn.id in mine,
            )
            for turn, speaker, _ in found.rows
        ],
        decisions=[
            DecisionPublic(**each._asdict())
            for each in await standing.decisions(db, found.assignment.id)
            if each.turn_id in mine
        ],
        memos={
            turn_id: body
            for turn_id, body in (await standing.memos(db, found.assignment.id)).items()
            if turn_id in mine
        },
    )


def comparison_public(found: Comparison) -> ComparisonPublic:
    return ComparisonPublic(
        version_id=found.version.id,
        document=found.document,
        turns=found.turns,
        differences=[_difference(each) for each in found.differences],
    )


def _difference(each: Difference) -> DifferencePublic:
    turn, speaker = each.row.turn, each.row.speaker
    return DifferencePublic(
        turn_id=turn.id,
        pseudonym=speaker.pseudonym,
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        axis_id=each.axis.id,
        said=[
            SaidPublic(
                coder=said.coder,
                code_ids=said.decision.code_ids if said.decision else [],
                confidence=said.decision.confidence if said.decision else None,
                memo=said.memo,
            )
            for said in each.said
        ],
        decided=each.decided.code_ids if each.decided else None,
        reason=each.decided.reason if each.decided else "",
    )


def offer_public(offer: Offer) -> OfferPublic:
    return OfferPublic(
        from_version_id=offer.before.id,
        to_version_id=offer.after.id,
        assignments=offer.assignments,
        touched=[
            TouchedPublic(
                kind=each.change.kind,
                axis_id=each.change.axis.id,
                code_id=each.change.code.id,
                to_axis_id=each.change.to_axis.id if each.change.to_axis else None,
                codings=each.codings,
            )
            for each in offer.touched
        ],
    )
