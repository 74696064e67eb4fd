"""Names of downloads: what people call things, on every system and in a header."""

import re
from urllib.parse import unquote

from hypothesis import example, given
from hypothesis import strategies as st

from app.kit.file_names import LONGEST, attachment, word


def test_a_name_of_a_group_becomes_a_word() -> None:
    assert word("Torstairyhmä 2") == "Torstairyhmä-2"
    assert word(' Åbo: "A/B" * ') == "Åbo-A-B"
    assert word("..") == ""


def test_the_header_has_it_twice_where_letters_have_dots() -> None:
    assert attachment("a-1.zip") == 'attachment; filename="a-1.zip"'
    assert attachment("Ryhmä-Å.zip") == (
        "attachment; filename=\"Ryhma-A.zip\"; filename*=UTF-8''Ryhm%C3%A4-%C3%85.zip"
    )


@given(st.text(max_size=200))
@example('CON"\r\nSet-Cookie: x')
@example("ryhma\u0308")
def test_any_name_is_fit_for_windows_and_for_a_header(name: str) -> None:
    found = word(name)
    assert len(found) <= LONGEST
    assert not re.search(r'[\x00-\x1f<>:"/\\|?*\s.]', found)
    header = attachment(f"emessi-{found}.zip")
    assert re.fullmatch(r"[ -~]+", header)
    plain, _, whole = header.partition("; filename*=UTF-8''")
    told = unquote(whole) if whole else plain.split('"')[1]
    assert told == f"emessi-{found}.zip"
