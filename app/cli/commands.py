"""The `emessi` command."""

import asyncio
import gc
import logging
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer
import uvicorn
from rich.console import Console

from app.cli import consents, reference, serving, simulating, stewarding
from app.cli.parent import end_with_parent
from app.cli.ports import taken
from app.kit import logs, migrate, settings
from app.kit.key_folder import KeyFolder, KeysAway
from app.kit.settings import Settings
from app.main import create_app
from app.simulation.script import Script
from media.recorder import worker as recorder_worker
from signalling import node as signalling_node

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Peer-mentoring groups, recorded and studied."
)
consent_cli = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The consent ledger and people's receipts.",
)
cli.add_typer(consent_cli, name="consent")
audit = typer.Typer(no_args_is_help=True, help="The log of who did what.")
person = typer.Typer(no_args_is_help=True, help="One person's data.")
cli.add_typer(audit, name="audit")
cli.add_typer(person, name="person")
console = Console()
Child = Annotated[bool, typer.Option("--child", hidden=True)]


def main() -> None:
    cli()


@cli.command()
def serve(
    demo: Annotated[bool, typer.Option(help="Add a programme with a finished meeting.")] = False,
) -> None:
    """Start everything with the embedded defaults; Ctrl-C drains and stops."""
    config = _begin(child=False)
    busy = taken(config)
    for port, variable in busy:
        console.print(f"Port {port} is in use. Stop what uses it, or set {variable} to another.")
    if busy:
        raise typer.Exit(1)
    _migrate(config)
    asyncio.run(serving.serve(config, console, demo=demo))


@cli.command()
def app(child: Child = False) -> None:
    """Start the web application alone."""
    config = _begin_with_keys(child)
    application = create_app(config)
    gc.collect()
    gc.freeze()  # what is loaded stays: to look through it again took a quarter of large pages
    uvicorn.run(
        application,
        host=config.web.host,
        port=config.web.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        proxy_headers=True,
    )


@cli.command()
def node(child: Child = False) -> None:
    """Start a media node alone: the signalling websocket and the SFU."""
    signalling_node.main(_begin_with_keys(child))


@cli.command()
def worker(child: Child = False) -> None:
    """Start a recorder worker alone."""
    asyncio.run(recorder_worker.run(_begin_with_keys(child)))


@cli.command("set-up-link")
def set_up_link() -> None:
    """Print the one-time link that makes the first administrator."""
    asyncio.run(serving.tell_set_up_link(_begin(child=False), console))


@cli.command()
def simulate(
    meeting: Annotated[str, typer.Argument(help="Id of a meeting that is not over.")],
    people: Annotated[
        list[str], typer.Option("--person", help="E-mail:password; the facilitator first.")
    ],
    url: Annotated[str, typer.Option(help="Address of the installation.")] = "",
    length: Annotated[int, typer.Option(help="Seconds of conversation.")] = 60,
    script: Annotated[Path | None, typer.Option(help="A script as JSON.", exists=True)] = None,
) -> None:
    """Hold a meeting without people: real WebRTC clients that speak by a script."""
    config = _begin(child=False)
    lines = Script.model_validate_json(script.read_text()) if script else None
    asyncio.run(
        simulating.simulate(url or config.public_url, meeting, people, length, lines, console)
    )


@consent_cli.command("verify")
def verify_consents(
    group: Annotated[UUID | None, typer.Option(help="Only this group.")] = None,
    heads: Annotated[
        Path | None, typer.Option(help="Compare with heads that were saved before.", exists=True)
    ] = None,
    save_heads: Annotated[Path | None, typer.Option(help="Save the heads into this file.")] = None,
) -> None:
    """Verify every group's hash chain, and that all that is kept was allowed when it was written.

    Proved: no row of the ledger was changed, left out, added, moved or cut off the end without the
    rows after it, or the head that the database keeps, being written anew; every text that somebody
    read when deciding is as it was; and every tape, every finished file, every line of a transcript
    and of the chat, everybody's speech and turns and every stretch of the quality log rest on a
    consent to their purpose, by their person, given before they were written and not ended by then,
    nor, of a tape, while it was written.

    Not proved: that the chain is the one it always was. The database refuses to change it, but who
    owns the database can compute all hashes anew. Therefore each chain's head (its length and last
    hash) is printed: save it with --save-heads, keep that file where this person does not reach
    (paper, or another machine), and compare later with --heads. Every receipt that a member
    downloads holds a head too: see check-receipt. Nor does it look into the media files themselves.

    Exit code 0: good. 1: broken, the lines marked BROKEN say where. 2: could not be read.
    """
    config = _begin(child=False)
    try:
        kept = consents.read_heads(heads) if heads else None
        outcome, found = asyncio.run(consents.verify(config, group, kept))
    except consents.Unreadable as error:
        console.print(str(error))
        raise typer.Exit(2) from None
    typer.echo("\n".join(outcome.lines))
    if save_heads and outcome.good:
        consents.write_heads(save_heads, found)
    if not outcome.good:
        raise typer.Exit(1)


@consent_cli.command("check-receipt")
def check_receipt(
    file: Annotated[Path, typer.Argument(help="The receipt (JSON), or its JWS.", exists=True)],
    key: Annotated[
        Path | None,
        typer.Option(help="The installation's /api/v1/signing-key, saved.", exists=True),
    ] = None,
) -> None:
    """Check a person's consent receipt: its signature, its rows and the ledger.

    Without --key it is checked by this installation's key, and against this installation's ledger:
    every row must still be there, and the chain must have grown from the one the receipt saw. With
    --key nothing but that file is needed, so that others can check it too.

    Exit code 0: good. 1: broken. 2: could not be read.
    """
    config = _begin(child=False)
    try:
        outcome = asyncio.run(consents.check_receipt(config, file, key))
    except consents.Unreadable as error:
        console.print(str(error))
        raise typer.Exit(2) from None
    typer.echo("\n".join(outcome.lines))
    if not outcome.good:
        raise typer.Exit(1)


@cli.command()
def retention(
    erase: Annotated[bool, typer.Option(help="Erase now what is due.")] = False,
    programme: Annotated[str, typer.Option(help="Id of a programme; all, if not given.")] = "",
) -> None:
    """List what is erased when, and why not; with --erase, do it now."""
    config = _begin(child=False)
    asyncio.run(stewarding.retention(config, console, programme, erase=erase))


@audit.command("verify")
def audit_verify() -> None:
    """Check every hash chain of the audit log; ends with 1 if one is broken."""
    if not asyncio.run(stewarding.verify_audit(_begin(child=False), console)):
        raise typer.Exit(1)


@person.command("erase")
def person_erase(
    who: Annotated[str, typer.Argument(help="E-mail address or id of the account.")],
    name: Annotated[str, typer.Option(help="The person's name, to confirm.")] = "",
) -> None:
    """Erase one person from every programme, at that person's request."""
    asyncio.run(stewarding.erase_person(_begin(child=False), console, who, name))


@cli.command("migrate")
def migrate_() -> None:
    """Bring the database up to this version."""
    _migrate(_begin(child=False))


@cli.command("settings")
def settings_() -> None:
    """Print every setting with its default, as an environment file."""
    typer.echo(reference.environment_example(), nl=False)


def _migrate(config: Settings) -> None:
    try:
        migrate.upgrade(config)
    except KeysAway as error:
        _say_keys_are_away(error)


def _begin_with_keys(child: bool) -> Settings:
    config = _begin(child)
    try:
        KeyFolder(config.data_keys).check()
    except KeysAway as error:
        _say_keys_are_away(error)
    return config


def _say_keys_are_away(error: KeysAway) -> NoReturn:
    """An empty folder in its place would have recordings sealed that nobody finds the keys of."""
    console.print(
        f"Not started: {error}. Mount it or restore it from its backup, or set EMESSI_KEYS__FOLDER "
        "to where it is. In a new installation `emessi migrate` makes it."
    )
    raise typer.Exit(1)


def _begin(child: bool) -> Settings:
    """What every process does first; a setting that is wrong ends it with one clear line."""
    try:
        config = settings.load()
    except ValueError as error:
        console.print(f"A setting is wrong: {error}")
        raise typer.Exit(2) from None
    logs.configure(logging.INFO)
    if child:
        end_with_parent()
    Path(config.data).mkdir(parents=True, exist_ok=True)
    return config
