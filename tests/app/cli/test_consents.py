"""`emessi consent`, as an administrator types it."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, delete
from typer.testing import CliRunner

from app.cli.commands import cli
from app.consent import ledger, service
from app.consent.models import ConsentDecision, ConsentHead
from app.kit.db import now
from app.turns.models import Turn
from tests.app.transcripts.test_endpoints import imported
from tests.fixtures.application import application, copy_of
from tests.fixtures.cast import assemble
from tests.fixtures.chatted import wrote
from tests.fixtures.kept import keep
from tests.fixtures.meddled import opened

MILLISECOND = timedelta(milliseconds=1)


class Said(NamedTuple):
    code: int
    text: str


class Installed:
    """A database with one recorded meeting, and no process but the command's."""

    def __init__(self, template: Path, data: Path) -> None:
        self.settings = copy_of(template, data)
        self.group = asyncio.run(self._furnish())

    async def _furnish(self) -> str:
        async with application(self.settings) as running:
            cast = await assemble(running)
            kept = await keep(running, cast)
            async with running.context.database.transaction() as db:  # she did not agree to it
                await db.exec(delete(Turn).where(col(Turn.user_id) == cast.alice.id))
            await imported(kept)
            await wrote(kept, cast.bob, "Moi", (now() - kept.recording.started_at) // MILLISECOND)
            answer = await cast.bob.client.get(
                f"/api/v1/groups/{cast.group_id}/consents/me/receipt"
            )
            (self.settings.data / "receipt.json").write_text(answer.text)
            key = await cast.nobody.get("/api/v1/signing-key")
            (self.settings.data / "key.json").write_text(key.text)
            return str(cast.group_id)

    def emessi(self, *arguments: str) -> Said:
        variables = {"EMESSI_DATA": str(self.settings.data), "COLUMNS": "200"}
        done = CliRunner().invoke(cli, ["consent", *arguments], env=variables)
        return Said(done.exit_code, done.output)

    def write(self, statement: str) -> None:
        """Behind our back."""

        async def run() -> None:
            async with (
                application(self.settings) as running,
                running.context.database.transaction() as db,
            ):
                await opened(db)
                await (await db.connection()).execute(text(statement))

        asyncio.run(run())

    def rewrite(self, change: Callable[[list[ConsentDecision]], object]) -> None:
        """By one who knows how the hashes are made, and makes the whole chain anew."""

        async def run() -> None:
            async with (
                application(self.settings) as running,
                running.context.database.transaction() as db,
            ):
                await opened(db)
                rows = await service.chain(db, UUID(self.group))
                change(rows)
                previous = ledger.GENESIS
                for row in rows:
                    row.previous_hash = previous
                    row.hash = previous = ledger.digest(row)
                (await db.get_one(ConsentHead, UUID(self.group))).hash = previous

        asyncio.run(run())


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The command sets up logging for the process that it believes to be its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def installed(template: Path, tmp_path: Path) -> Installed:
    return Installed(template, tmp_path / "data")


def test_a_good_ledger_is_said_to_be_good_and_its_heads_are_kept(installed: Installed) -> None:
    heads = installed.settings.data / "heads"

    said = installed.emessi("verify", "--save-heads", str(heads))
    assert said.code == 0, said.text
    assert f"Group {installed.group}" in said.text
    assert "chain      whole, rows: 17" in said.text
    assert "Good (groups: 1, rows: 17)" in said.text
    assert installed.group in heads.read_text()

    again = installed.emessi("verify", "--heads", str(heads), "--group", installed.group)
    assert again.code == 0
    assert "has grown from it (row 17)" in again.text


def test_a_break_is_told_with_its_place(installed: Installed) -> None:
    installed.write("UPDATE consent_decisions SET decision = 'granted' WHERE sequence = 10")
    installed.write("UPDATE tapes SET consent_id = (SELECT id FROM consent_decisions LIMIT 1)")

    said = installed.emessi("verify")
    assert said.code == 1
    assert "BROKEN     at row 10: it says something else than when it was written" in said.text
    assert "names a consent" in said.text
    assert "NOT GOOD" in said.text


@pytest.mark.parametrize(
    ("what", "table", "change"),
    [
        ("line", "utterances", "consent_ids = (SELECT json_array(id) FROM consent_decisions)"),
        ("chat", "chat_lines", "consent_id = (SELECT consent_id FROM tapes)"),
    ],
)
def test_words_and_chat_are_examined_too(
    installed: Installed, what: str, table: str, change: str
) -> None:
    good = installed.emessi("verify")
    assert good.code == 0, good.text
    assert "examined   tapes: 3, finished files: 7, lines: 2, chat: 1" in good.text

    installed.write(f"UPDATE {table} SET {change}")

    broken = installed.emessi("verify")
    assert broken.code == 1
    assert f"BROKEN     {what} " in broken.text
    assert f"BROKEN     {'chat' if what == 'line' else 'line'} " not in broken.text


def test_rows_cut_off_at_the_end_are_missed(installed: Installed) -> None:
    """A withdrawal is the last row often enough; without it the consent would be in force again."""
    installed.write("DELETE FROM consent_decisions WHERE sequence = 17")

    said = installed.emessi("verify")
    assert said.code == 1
    assert "BROKEN     at row 17: the ledger does not end where it was written down" in said.text

    installed.write("DELETE FROM consent_heads")
    assert installed.emessi("verify").code == 1


def test_a_chain_written_anew_is_found_by_a_head_that_was_kept(installed: Installed) -> None:
    heads = installed.settings.data / "heads"
    installed.emessi("verify", "--save-heads", str(heads))
    installed.rewrite(lambda rows: setattr(rows[12], "text_language", "sv"))

    assert installed.emessi("verify").code == 0, "alone it cannot be told"
    said = installed.emessi("verify", "--heads", str(heads))
    assert said.code == 1
    assert "not the chain whose head was kept" in said.text


def test_a_receipt_is_checked_here_and_elsewhere(installed: Installed, tmp_path: Path) -> None:
    data = installed.settings.data
    good = installed.emessi("check-receipt", str(data / "receipt.json"))
    assert good.code == 0, good.text
    elsewhere = installed.emessi(
        "check-receipt", str(data / "receipt.json"), "--key", str(data / "key.json")
    )
    assert elsewhere.code == 0, elsewhere.text

    installed.write("DELETE FROM consent_decisions WHERE sequence = 13")
    cut = installed.emessi("check-receipt", str(data / "receipt.json"))
    assert cut.code == 1
    assert "has not grown from" in cut.text


def test_what_cannot_be_read_is_neither_good_nor_broken(installed: Installed) -> None:
    unknown = "0198c1f2-7a10-7c3e-9d52-3f1b0a6e4c21"
    assert installed.emessi("verify", "--group", unknown).code == 2
    said = installed.emessi("verify", "--help").text
    assert "Proved:" in said
    assert "Not proved:" in said
    odd = installed.settings.data / "odd"
    odd.write_text("what is this\n")
    assert installed.emessi("verify", "--heads", str(odd)).code == 2
    assert installed.emessi("check-receipt", str(installed.settings.data / "key.json")).code == 2
