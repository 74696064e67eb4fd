"""`make demo`: sign-ins are printed, and a finished, indexed meeting is there."""

from pathlib import Path

import pytest

from tests.fixtures.installation import installation
from tests.fixtures.programme import got, made


@pytest.mark.timeout(300)
async def test_the_demonstration_ends_with_turns_to_look_at(tmp_path: Path) -> None:
    async with installation(tmp_path, "--demo") as running:
        found = await running.says(r"/recordings/(\S+)", timeout_s=240)
        row = next(line for line in running.output if "admin@demo.example" in line)
        password = row.split("│")[4].strip()
        async with running.client() as nobody:
            signed_in = await made(nobody, "sign-in", email="admin@demo.example", password=password)
        async with running.client(signed_in["access_token"]) as api:
            turns = (await got(api, f"recordings/{found[1]}/turns"))["items"]
            recording = await got(api, f"recordings/{found[1]}")
    speakers = {turn["name"] for turn in turns}
    assert {"Aino Vetäjä", "Bertta Mäkelä"} <= speakers
    assert "Eero Lehto" not in speakers
    assert recording["state"] == "ready"
