"""What the quality log gives on HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import computed_field

from app.groups.models import GroupRole
from app.kit.http import Page, Public
from app.quality.figures import share


class SamplePublic(Public):
    """One person over one stretch of the meeting."""

    id: UUID
    user_id: UUID
    started_at: datetime
    seconds: float
    rtt_ms: float | None
    uplink_packets: int
    uplink_lost: int
    uplink_missing: int
    uplink_jitter_ms: float | None
    uplink_bps: float | None
    uplink_estimate_bps: float | None
    uplink_layers: int
    uplink_limited: str | None
    downlink_packets: int
    downlink_lost: int
    downlink_missing: float | None
    downlink_jitter_ms: float | None
    downlink_estimate_bps: float | None
    pictures: int
    pictures_resting: int
    picture_layer: float | None
    concealed: float | None
    freezes: int | None
    frozen_ms: float | None
    frames_per_s: float | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def uplink_loss(self) -> float | None:
        return share(self.uplink_lost, self.uplink_packets)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def downlink_loss(self) -> float | None:
        return share(self.downlink_lost, self.downlink_packets)


class PersonPublic(Public):
    """One person over the whole meeting: medians, and the worst stretch."""

    user_id: UUID
    name: str
    pseudonym: str
    role: GroupRole
    seconds: float
    uplink_loss: float | None
    uplink_loss_worst: float | None
    downlink_loss: float | None
    downlink_loss_worst: float | None
    rtt_ms: float | None
    rtt_ms_worst: float | None
    frozen_s: float | None


class QualityPublic(Page[SamplePublic]):
    """The log stretch by stretch, in the order in which it was written; on every page the people
    with their summaries."""

    people: list[PersonPublic]
