"""What erasures take and give on HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.kit.http import Form, Public


class ErasurePublic(Public):
    """That something was erased: who may see this need not have the receipt."""

    id: UUID
    recording_id: UUID
    user_id: UUID
    withdrawal_ids: list[UUID]
    """The rows of the consent ledger that it follows from."""
    begun_at: datetime
    attested_at: datetime | None
    """When all of it was looked for and was gone, and the receipt signed. None: it goes on."""


class ReceiptToCheck(Form):
    receipt: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    """A compact JWS."""


class GenuineReceipt(Public):
    document: dict[str, Any]
