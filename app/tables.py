"""Every table of the application, for those who need the whole schema."""

from app.accounts import models as accounts
from app.blinding import models as blinding
from app.chat import models as chat
from app.codebooks import models as codebooks
from app.coding import models as coding
from app.composites import models as composites
from app.consent import models as consent
from app.exports import models as exports
from app.groups import models as groups
from app.invitations import models as invitations
from app.kit import audit, idempotency
from app.meetings import models as meetings
from app.notes import models as notes
from app.programmes import models as programmes
from app.quality import models as quality
from app.recordings import models as recordings
from app.retention import models as retention
from app.sampling import models as sampling
from app.surveys import models as surveys
from app.transcripts import models as transcripts
from app.turns import models as turns
from app.vault import models as vault

__all__ = [
    "accounts",
    "audit",
    "blinding",
    "chat",
    "codebooks",
    "coding",
    "composites",
    "consent",
    "exports",
    "groups",
    "idempotency",
    "invitations",
    "meetings",
    "notes",
    "programmes",
    "quality",
    "recordings",
    "retention",
    "sampling",
    "surveys",
    "transcripts",
    "turns",
    "vault",
]
