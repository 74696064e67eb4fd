"""`emessi serve --demo`: shows the demonstration's progress and prints the ways in."""

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from app.accounts import service as accounts
from app.kit.db import Database
from app.kit.settings import Settings
from app.simulation import demo

MEETING_S = 45


async def demonstrate(settings: Settings, console: Console) -> None:
    database = Database(settings.application_database_url)
    try:
        async with database.transaction() as db:
            token = await accounts.make_set_up_link(db)
    finally:
        await database.close()
    if token is None:
        console.print("There is data already; the demonstration needs an empty installation.")
        return
    console.print(f"Five simulated people hold a meeting of {MEETING_S} seconds ...")
    with Progress(
        SpinnerColumn(), *Progress.get_default_columns(), TextColumn("{task.fields[what]}"),
        console=console, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("Demonstration", total=1.0, what="")

        def advance(what: str, share: float) -> None:
            bar.update(task, completed=share, what=what)

        url = f"http://localhost:{settings.web.port}"
        made = await demo.demonstrate(url, token, MEETING_S, advance)
    table = Table("Role", "Name", "E-mail", "Password", title="Sign in as")
    for login in made.logins:
        table.add_row(login.role, login.name, login.email, login.password)
    console.print(table)
    console.print(
        f"The meeting and its turns: {settings.public_url}/recordings/{made.recording_id}",
        soft_wrap=True,
    )
    console.print(
        f"Codes by two, and what follows: {settings.public_url}/programmes/{made.programme_id}",
        soft_wrap=True,
    )
