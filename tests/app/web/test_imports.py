"""The pages of imports, in every language, and who does not see them."""

from html import unescape

import pytest

from app.kit.languages import Languages
from tests.app.web.conftest import Browser
from tests.fixtures.cast import Cast
from tests.fixtures.elsewhere import entered, sent, sent_mixed, signed, wav

TEXTS = Languages()


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


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_one_file_is_asked_for_only_when_everybody_agreed(
    language: str, browser: Browser, cast: Cast
) -> None:
    meeting_id = (await entered(cast, [cast.alice, cast.bob])).json()["id"]
    await signed(cast, cast.bob, "audio")
    reader = await browser(cast.coordinator, language)
    path, form = f"/meetings/{meeting_id}/import", f"/meetings/{meeting_id}/imports/mixed"

    before = (await reader.get(path)).text
    assert form not in before
    assert TEXTS.text("import.mixed_missing", language, names=cast.alice.user.name) in before
    assert TEXTS.text("import.mixed_how", language) in unescape(before)

    await signed(cast, cast.alice, "audio")
    assert form in (await reader.get(path)).text

    await sent_mixed(cast, meeting_id, wav(2, [(0.5, 1.5)]))
    after = (await reader.get(path)).text
    assert "data-track" not in after, "nothing can come beside it"
    assert TEXTS.text("import.state_uploaded", language) in after
