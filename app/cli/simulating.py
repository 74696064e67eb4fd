"""`emessi simulate`: signs the simulated people in and shows how far the meeting is."""

import contextlib

import typer
from rich.console import Console
from rich.progress import Progress

from app.simulation.demo import client
from app.simulation.meeting import simulate as hold
from app.simulation.participant import SimulatedPerson
from app.simulation.script import Script, conversation


async def simulate(
    url: str,
    meeting: str,
    people: list[str],
    length_s: int,
    script: Script | None,
    console: Console,
) -> None:
    script = script or conversation(len(people), length_s)
    if script.people != len(people):
        raise typer.BadParameter(f"the script has {script.people} people, {len(people)} are given")
    async with contextlib.AsyncExitStack() as stack:
        simulated = []
        for number, credentials in enumerate(people):
            email, _, password = credentials.partition(":")
            api = await stack.enter_async_context(client(url))
            answer = await api.post("/api/v1/sign-in", json={"email": email, "password": password})
            if not answer.is_success:
                raise typer.BadParameter(f"{email}: {answer.json()['title']}")
            name = answer.json()["user"]["name"]
            simulated.append(SimulatedPerson(number, name, api, camera=True))
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("Meeting", total=1.0)
            report = await hold(
                simulated,
                meeting,
                script,
                lambda _, share: bar.update(task, completed=share),
            )
    for person, start_ms, end_ms in report.spoken:
        console.print(f"{start_ms / 1000:8.2f} {end_ms / 1000:8.2f}  {simulated[person].name}")
