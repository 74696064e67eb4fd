"""What a new version changes for codings."""

from hypothesis import assume, given

from app.codebooks.changes import Kind, changes
from app.codebooks.document import CodebookDocument, Prose
from app.codebooks.starter import starter
from tests.fixtures.codebooks import codebooks


@given(codebooks())
def test_the_same_again_changes_nothing(document: CodebookDocument) -> None:
    assert changes(document, document.model_copy(deep=True)) == []


@given(codebooks(), codebooks())
def test_every_change_is_of_a_codable_code_and_codes_that_stay_are_not_among_them(
    before: CodebookDocument, after: CodebookDocument
) -> None:
    ids = [{code.id for _, code in each.codes()} for each in (before, after)]
    assume(ids[0].isdisjoint(ids[1]))
    found = changes(before, after)
    codable = [code.id for _, code in before.codes() if code.is_codable]
    assert [change.code.id for change in found] == codable, "nothing of another codebook stays"
    assert {change.kind for change in found} == {Kind.REMOVED}


def test_removed_moved_redefined_and_only_gathering_are_told_apart() -> None:
    after = starter()
    theme, function = after.axes[0], after.axes[1]
    removed = theme.codes.pop()
    moved = theme.codes.pop()
    function.codes.append(moved)
    theme.codes[0].definition = Prose(fi="Toisin")
    theme.codes[1].is_codable = False
    theme.codes[2].name.fi = "Kehys"
    theme.codes[2].example = Prose(fi="…")
    found = {change.code.id: change for change in changes(starter(), after)}
    assert {id_: change.kind for id_, change in found.items()} == {
        removed.id: Kind.REMOVED,
        moved.id: Kind.MOVED,
        theme.codes[0].id: Kind.REDEFINED,
        theme.codes[1].id: Kind.REMOVED,
    }
    there = found[moved.id].to_axis
    assert there is not None
    assert there.id == function.id


def test_another_name_is_another_meaning_where_no_definition_says_it() -> None:
    """Without definitions: renamed, touched; the same name in one more language, and the name of a
    code that is defined, not touched."""
    before = starter()
    bare, translated, defined = before.axes[0].codes[:3]
    for code in (bare, translated):
        code.definition = Prose()
    translated.name.sv = ""
    after = before.model_copy(deep=True)
    for code in (after.axes[0].codes[0], after.axes[0].codes[2]):
        code.name.fi = "Toinen nimi"
    after.axes[0].codes[1].name.sv = "Kontroll"
    found = [(change.code.id, change.kind) for change in changes(before, after)]
    assert found == [(bare.id, Kind.RENAMED)]
    assert defined.definition.fi


def test_another_rank_is_another_meaning_where_the_order_has_one() -> None:
    """What is new between them or gone moves nobody's rank."""
    before = starter()
    after = before.model_copy(deep=True)
    codes = after.axes[0].codes
    codes[1], codes[2] = codes[2], codes[1]
    assert changes(before, after) == []
    after.axes[0].is_ordinal = True
    assert [(change.code.id, change.kind) for change in changes(before, after)] == [
        (code.id, Kind.REORDERED) for code in before.axes[0].codes[1:3]
    ]

    before.axes[0].is_ordinal = True
    after = before.model_copy(deep=True)
    removed = after.axes[0].codes.pop(0)
    assert [change.code.id for change in changes(before, after)] == [removed.id]
