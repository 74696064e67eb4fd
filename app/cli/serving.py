"""`emessi serve`, from the first process to the words that tell where to go."""

import asyncio

import httpx
from rich.console import Console

from app.accounts import service as accounts
from app.cli.demonstration import demonstrate
from app.cli.supervisor import Supervisor
from app.kit.db import Database
from app.kit.settings import Settings

READY_S = 90.0
"""Say that something is wrong after this long. Lower: slow machines are told so for nothing."""


async def serve(settings: Settings, console: Console, *, demo: bool) -> None:
    supervisor = Supervisor()
    tasks: set[asyncio.Task[None]] = set()

    def started() -> None:
        tasks.add(asyncio.create_task(_welcome(settings, console, demo=demo)))

    await supervisor.run(started)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    console.print("Stopped. Everything is kept; start again with the same command.")


async def _welcome(settings: Settings, console: Console, *, demo: bool) -> None:
    try:
        async with asyncio.timeout(READY_S):
            await _answering(f"http://{settings.web.host}:{settings.web.port}/healthz")
    except TimeoutError:
        console.print("[bold red]The web application does not answer.[/] See the lines above.")
        return
    console.print(f"\n[bold]eMessi is running:[/] {settings.public_url}")
    if demo:
        await demonstrate(settings, console)
    else:
        await tell_set_up_link(settings, console)
    console.print("Ctrl-C stops it.\n")


async def tell_set_up_link(settings: Settings, console: Console) -> None:
    """Prints the one-time link while there is no administrator; nothing afterwards."""
    database = Database(settings.application_database_url)
    try:
        async with database.transaction() as db:
            token = await accounts.make_set_up_link(db)
    finally:
        await database.close()
    if token is not None:
        console.print(
            f"[bold]Make the first administrator here (once):[/]\n"
            f"{settings.public_url}/set-up?token={token}",
            soft_wrap=True,
        )


async def _answering(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
