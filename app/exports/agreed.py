"""Who may be in an export that is made for somebody, and who may be quoted from it.

The programme's own team gets what the consents to each thing allow. What is given on to others
holds besides only those who agree to that *now*: to hand something over is a new act, so a consent
that was withdrawn, and left what there was, allows it no longer. Whose consent to be quoted stands
is told in every export that holds words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import ConsentDecision, Purpose
from app.exports.models import Audience
from app.groups import service as groups
from app.groups.models import Membership
from app.recordings.models import RecordingFile

Contents = dict[UUID, set[str]]
"""Person → the purposes of the consents by which something of theirs is in it."""
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Agreed:
    """Of one group, as its ledger is now."""

    audience: Audience
    people: Mapping[UUID, Membership]
    """Everybody who is or was in it."""
    latest: ledger.Current
    rows: Mapping[str, ConsentDecision]
    """The ledger, by id."""

    def includes(self, user_id: UUID) -> bool:
        return self.audience != Audience.SHARING or self._grants(user_id, Purpose.SHARING)

    def may_quote(self, user_id: UUID) -> bool:
        return self._grants(user_id, Purpose.QUOTATION)

    def pseudonym(self, user_id: UUID) -> str:
        return self.people[user_id].pseudonym if user_id in self.people else "unknown"

    def files(self, files: Iterable[RecordingFile]) -> list[RecordingFile]:
        """Those in which nobody is heard or seen who is left out."""
        return [file for file in files if all(map(self.includes, self._in(file)))]

    def of_files(self, files: Iterable[RecordingFile]) -> Contents:
        found: Contents = {}
        for file in files:
            for row in (self.rows[each] for each in file.consent_ids):
                found.setdefault(row.user_id, set()).add(str(row.purpose))
        return self.given(found)

    def of(self, users: Iterable[UUID], *purposes: Purpose, words: bool = False) -> Contents:
        """Of these people, by these consents; of `words`, by that to be quoted too, if given."""
        return self.given(
            {
                user: {*purposes, *([Purpose.QUOTATION] if words and self.may_quote(user) else [])}
                for user in users
            }
        )

    def given(self, contents: Contents) -> Contents:
        """With the consent to be given on, where that is what the export is for."""
        return {user: set(self.rests_on(*held)["rests_on"]) for user, held in contents.items()}

    def left_out(self) -> list[dict[str, str]]:
        """Pseudonyms, each with what that person last said of being given on."""
        return [
            {"pseudonym": member.pseudonym, "reason": self._said(user, Purpose.SHARING)}
            for user, member in self.people.items()
            if not self.includes(user)
        ]

    def quotable(self) -> list[str]:
        """Pseudonyms of those in it who may be quoted."""
        inside = [user for user in self.people if self.includes(user) and self.may_quote(user)]
        return [self.people[user].pseudonym for user in inside]

    def rests_on(self, *purposes: str) -> dict[str, list[str]]:
        """For a manifest."""
        also = [Purpose.SHARING] if self.audience == Audience.SHARING else []
        return {"rests_on": sorted({*map(str, purposes), *map(str, also)})}

    def named(self, contents: Contents) -> dict[str, list[str]]:
        """For a manifest: pseudonym → purposes."""
        return {self.pseudonym(user): sorted(held) for user, held in contents.items()}

    def _in(self, file: RecordingFile) -> set[UUID]:
        return {self.rows[each].user_id for each in file.consent_ids}

    def _grants(self, user_id: UUID, purpose: Purpose) -> bool:
        return self._said(user_id, purpose) == "granted"

    def _said(self, user_id: UUID, purpose: Purpose) -> str:
        row = self.latest.get(user_id, {}).get(purpose)
        return str(row.decision) if row else UNDECIDED


async def agreed(db: AsyncSession, group_id: UUID, audience: Audience) -> Agreed:
    rows = await consent.chain(db, group_id)
    members = await groups.members(db, group_id, former=True)
    people = {user.id: member for member, user in members}
    return Agreed(audience, people, ledger.fold(rows), {str(row.id): row for row in rows})


def together(parts: Iterable[Contents]) -> Contents:
    found: Contents = {}
    for part in parts:
        for user_id, purposes in part.items():
            found.setdefault(user_id, set()).update(purposes)
    return found
