"""The `emessi` command."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from app.cli import reference, serving, simulating, stewarding
from app.cli.parent import end_with_parent
from app.cli.ports import taken
from app.kit import logs, migrate, settings
from app.kit.settings import Settings
from app.main import create_app
from app.simulation.script import Script
from media.recorder import worker as recorder_worker
from signalling import node as signalling_node

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Peer-mentoring groups, recorded and studied."
)
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
    migrate.upgrade(config)
    asyncio.run(serving.serve(config, console, demo=demo))


@cli.command()
def app(child: Child = False) -> None:
    """Start the web application alone."""
    config = _begin(child)
    uvicorn.run(
        create_app(config),
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
    signalling_node.main(_begin(child))


@cli.command()
def worker(child: Child = False) -> None:
    """Start a recorder worker alone."""
    asyncio.run(recorder_worker.run(_begin(child)))


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
    migrate.upgrade(_begin(child=False))


@cli.command("settings")
def settings_() -> None:
    """Print every setting with its default, as an environment file."""
    typer.echo(reference.environment_example(), nl=False)


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
