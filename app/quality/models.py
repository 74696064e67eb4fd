"""The quality log of a meeting: how well each person's connections worked, stretch by stretch."""

from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime
from app.kit.ids import new_id
from app.quality.figures import Figures


class QualitySample(SQLModel, table=True):
    """One person over one stretch of a meeting, under the consent to `indexing` that allows it.
    What the figures mean stands in `Figures`."""

    __tablename__ = "quality_samples"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True)
    consent_id: UUID = Field(foreign_key="consent_decisions.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    seconds: float
    rtt_ms: float | None = None
    uplink_packets: int = 0
    uplink_lost: int = 0
    uplink_missing: int = 0
    uplink_jitter_ms: float | None = None
    uplink_bps: float | None = None
    uplink_estimate_bps: float | None = None
    uplink_layers: int = 0
    uplink_limited: str | None = Field(default=None, max_length=20)
    downlink_packets: int = 0
    downlink_lost: int = 0
    downlink_missing: float | None = None
    downlink_jitter_ms: float | None = None
    downlink_estimate_bps: float | None = None
    pictures: int = 0
    pictures_resting: int = 0
    picture_layer: float | None = None
    concealed: float | None = None
    freezes: int | None = None
    frozen_ms: float | None = None
    frames_per_s: float | None = None

    @property
    def figures(self) -> Figures:
        return Figures(**{each.name: getattr(self, each.name) for each in fields(Figures)})
