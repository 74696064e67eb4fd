"""What changed is marked, what did not is left out, and no text brings markup of its own."""

import time

from hypothesis import given
from hypothesis import strategies as st

from app.web.difference import as_html

BEFORE = "# Otsikko\n\nTallenteet säilytetään 365 päivää.\n\nKiitos."


def test_nothing_changed_is_nothing() -> None:
    assert as_html(BEFORE, BEFORE) == ""
    assert as_html(BEFORE, BEFORE.replace("\n", "\r\n") + "\n\n") == ""
    assert as_html("", "") == ""


def test_a_changed_word_is_marked_where_it_stands() -> None:
    html = as_html(BEFORE, BEFORE.replace("365", "90"))

    assert "säilytetään <del>365</del><ins>90</ins> päivää." in html
    assert "Otsikko" not in html
    assert html.count("⋯") == 2


def test_a_new_and_a_removed_paragraph_are_marked_whole() -> None:
    assert "<ins>Uusi.</ins>" in as_html(BEFORE, BEFORE + "\n\nUusi.")
    assert "<del>Kiitos.</del>" in as_html(BEFORE, BEFORE.replace("Kiitos.", ""))


@given(st.text(), st.text())
def test_markup_in_a_text_stays_text(before: str, after: str) -> None:
    html = as_html(f"<script>{before}", f"<b>{after}")

    assert "<script>" not in html
    assert "<b>" not in html


def test_a_long_text_is_compared_while_one_waits() -> None:
    long = " ".join(str(n % 97) for n in range(12_000))
    begun = time.monotonic()

    assert "<del>" in as_html(long, long.replace("13", "14"))
    assert "<del>" in as_html("a\n" * 20_000, "b\na\n" * 12_000)
    assert time.monotonic() - begun < 5
