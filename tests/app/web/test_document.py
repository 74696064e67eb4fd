"""The consent text's Markdown."""

from app.web.document import as_html


def test_headings_paragraphs_lists_and_bold() -> None:
    text = "# Otsikko\n\nYksi **tärkeä**\nrivi.\n- eka\n- toka\n  jatkuu\n### Pieni\nLoppu."
    assert as_html(text) == (
        "<h2>Otsikko</h2>\n<p>Yksi <strong>tärkeä</strong> rivi.</p>\n"
        "<ul><li>eka</li><li>toka jatkuu</li></ul>\n<h3>Pieni</h3>\n<p>Loppu.</p>"
    )


def test_no_markup_of_its_own_comes_through() -> None:
    assert as_html("<script>alert(1)</script> **<b>**") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; <strong>&lt;b&gt;</strong></p>"
    )
