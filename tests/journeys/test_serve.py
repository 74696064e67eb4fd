"""`make run` as people live it: a first start, a set-up, a Ctrl-C, a second start, a crash."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.fixtures.installation import Installation, installation

ADMINISTRATOR = {"name": "Ylläpitäjä", "email": "admin@example.org", "password": "pitkä salasana 1"}


async def sign_in(running: Installation) -> int:
    async with running.client() as client:
        answer = await client.post(
            "/api/v1/sign-in",
            json={"email": ADMINISTRATOR["email"], "password": ADMINISTRATOR["password"]},
        )
    return answer.status_code


async def test_the_set_up_link_works_once_and_a_second_start_keeps_all(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        await running.says("/set-up")
        form = {"token": running.set_up_token, "language": "fi", **ADMINISTRATOR}
        async with running.client() as client:
            assert (await client.post("/api/v1/set-up", json=form)).is_success
            assert (await client.post("/api/v1/set-up", json=form)).is_client_error
        assert await running.stop() == 0

    async with installation(tmp_path) as again:
        assert await sign_in(again) == 200
        assert again.set_up_token is None


async def test_a_child_that_dies_is_started_again_and_none_outlives_the_parent(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path) as running:
        parent = psutil.Process(running.process.pid)
        children = {child.pid: child.cmdline() for child in parent.children()}
        node = next(pid for pid, words in children.items() if "node" in words)

        os.kill(node, signal.SIGKILL)
        await running.says(r"node ended .*starting it again")

        survivors = parent.children(recursive=True)
        running.process.kill()
        await running.process.wait()
        _, alive = psutil.wait_procs(survivors, timeout=20)
        assert not alive


@pytest.mark.thorough
async def test_a_port_in_use_is_named_with_the_setting_that_changes_it(tmp_path: Path) -> None:
    async with installation(tmp_path / "one") as running:
        port = running.url.rsplit(":", 1)[1]
        process = psutil.Popen(
            [*psutil.Process(running.process.pid).cmdline()],
            env={**psutil.Process(running.process.pid).environ(), "EMESSI_DATA": str(tmp_path)},
            stdout=-1,
            text=True,
        )
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {port} is in use" in said
    assert "EMESSI_WEB__PORT" in said
