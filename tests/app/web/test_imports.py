"""The pages of imports, in every language, and who does not see them."""

import pytest

from tests.app.web.conftest import Browser
from tests.fixtures.cast import Cast
from tests.fixtures.elsewhere import entered, sent, signed, wav


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_a_meeting_is_entered_and_its_people_are_shown(
    language: str, browser: Browser, cast: Cast
) -> None:
    meeting_id = (await entered(cast, [cast.alice, cast.bob])).json()["id"]
    await signed(cast, cast.bob, "audio", "indexing")
    await signed(cast, cast.alice, "audio")
    await sent(cast, meeting_id, cast.bob, wav(2, [(0.5, 1.5)]))
    reader = await browser(cast.coordinator, language)

    form = (await reader.get(f"/groups/{cast.group_id}/import")).text
    page = (await reader.get(f"/meetings/{meeting_id}/import")).text
    group = (await reader.get(f"/groups/{cast.group_id}")).text

    assert form.count('name="present"') == 4
    assert "Suostumuslomake 7, kaappi B" in page
    assert page.count("data-track") == 1  # alice's: bob's is there, the others did not agree
    assert f"/groups/{cast.group_id}/import" in group
    for path in (f"/groups/{cast.group_id}/import", f"/meetings/{meeting_id}/import"):
        assert (await (await browser(cast.researcher)).get(path)).status_code == 403
