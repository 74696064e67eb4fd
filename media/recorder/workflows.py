"""The durable workflow `finalise`: every step's result is kept, a restart goes on after the last.

    plan → verify each → person each → mixdown → listen to each → tell apart → publish
    → clear

A step that was killed is done again from its beginning; what it stores lies at the same place, so
doing it twice is doing it once. When a consent ends on the way, the rest is thrown away and a new
plan is made.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from dbos import DBOS
from dbos import error as dbos_errors

from app.recordings.models import Source
from app.recordings.queue import FINALISE
from media.recorder.finaliser import Finaliser
from media.recorder.outcome import MadeFile, MadeTrack, Noted, Plan, Verified
from media.recorder.planning import PlanOutdated
from media.recorder.progress import Progress, told
from media.recorder.publication import publish
from media.recorder.steps import may_pass, step

logger = logging.getLogger(__name__)
R = TypeVar("R")

PLANS = 5
"""So many plans may become outdated before we give up. Lower: a group that changes its mind makes
the recording fail. Higher: the same work again and again."""


def register(finaliser: Finaliser) -> None:
    """Makes the workflow known. Call after DBOS was made and before it is launched."""

    @DBOS.workflow(name=FINALISE)
    async def finalise(recording_id: str) -> str:
        try:
            return await _finalise(finaliser, recording_id)
        except Exception as error:
            if _was_out_of_reach(error):
                # Left claimed: the worker looks for such and begins again, until it can be done. A
                # withdrawal does not wait for that.
                logger.error("recording %s waits for a store, disk or database", recording_id[-8:])
                raise
            logger.exception("recording %s could not be finished", recording_id[-8:])
            await step("fail", finaliser.fail, recording_id, "finalising_failed")
            raise


async def _finalise(finaliser: Finaliser, recording_id: str) -> str:
    for number in range(PLANS):
        plan = await step("plan", finaliser.plan, recording_id)
        if plan is None:
            return "nothing to do"
        run = f"{DBOS.workflow_id}-{number}"
        try:
            await _Run(finaliser, plan, run).all_steps()
        except PlanOutdated:
            logger.info("recording %s is planned again", recording_id[-8:])
        else:
            return "ready"
        finally:
            await step("clear", finaliser.clear, plan, run)
    raise PlanOutdated


class _Run:
    """One plan carried out. The order of the steps depends on nothing but earlier results."""

    def __init__(self, finaliser: Finaliser, plan: Plan, run: str) -> None:
        self._finaliser = finaliser
        self._plan = plan
        self._run = run
        self._steps = 3 * len(plan.users) + 2 + (plan.mixed is not None)
        self._done = 0

    async def all_steps(self) -> None:
        plan, run, finaliser = self._plan, self._run, self._finaliser
        verified: list[Verified] = []
        for user in plan.users:
            verified += await self._next(
                "verify", plan.stopped_ms, Finaliser.verify, plan, run, user
            )
        files: list[MadeFile] = []
        tracks: list[MadeTrack] = []
        for user in plan.users:
            media = await self._next("person", plan.stopped_ms, Finaliser.person, plan, run, user)
            files += media.files
            tracks += media.tracks
        ends = [track.start_ms + track.duration_ms for track in tracks]
        length = max([plan.stopped_ms, *ends])
        voices = [track.user_id for track in tracks if track.source == Source.MICROPHONE]
        files += await self._next("mixdown", length, Finaliser.mixdown, plan, run, voices, length)
        heard: dict[UUID, Noted] = {}
        for user in voices:
            listening = (Finaliser.listen, plan, run, user, length)
            if noted := await self._next("listen", length, *listening):
                heard[user] = noted
        anybody: Noted | None = None
        if plan.mixed is not None:
            to_all = (Finaliser.listen_to_all, plan, run, length)
            anybody = await self._next("listen to all", length, *to_all)
        telling = (plan, run, voices, heard, length)
        heard = await self._next("tell apart", length, Finaliser.tell_apart, *telling)
        made = (files, tracks)
        await step("publish", publish, finaliser, plan, run, made, verified, heard, length, anybody)

    async def _next(
        self, name: str, length_ms: int, work: Callable[..., Awaitable[R]], *arguments: object
    ) -> R:
        progress = Progress(self._done, self._steps, length_ms)
        self._done += 1
        database, recording_id = self._finaliser.context.database, self._plan.recording_id

        async def followed() -> R:
            async with told(database, recording_id, progress):
                return await work(self._finaliser, *arguments, progress)

        return await step(name, followed)


def _was_out_of_reach(error: Exception) -> bool:
    """Whether every try failed for something that comes back without us."""
    tries = error.errors if isinstance(error, dbos_errors.DBOSMaxStepRetriesExceeded) else [error]
    return all(may_pass(one) for one in tries)
