"""What a column holds follows from its answers, and numbers come out as they went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.columns import kept, kind_of, names_people, number
from app.surveys.models import NUMERIC, AnswerKind

K = AnswerKind


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (["1", "5", "-2", "+3"], K.WHOLE),
        (["1", "2,5"], K.DECIMAL),
        (["1.5", "−2,25"], K.DECIMAL),
        (["1 = eri mieltä", "5 = samaa mieltä", "1 = eri mieltä"], K.SCALE),
        (["1 – lite", "2 – mer"], K.SCALE),
        (["1. kerta", "1. käynti"], K.TEXT),
        (["kyllä", "ei", "kyllä"], K.CHOICE),
        (["kyllä", "ei", "ehkä"], K.TEXT),
        (["1", "en tiedä", "1"], K.CHOICE),
        (["1.3.2026", "1.3.2026"], K.CHOICE),
        (["x" * 101, "x" * 101], K.TEXT),
        ([str(n) + "x" for n in range(13)] * 2, K.TEXT),
        (["0401234567890"], K.TEXT),
        ([], K.TEXT),
    ],
)
def test_the_kind_of_a_column(answers: list[str], kind: AnswerKind) -> None:
    assert kind_of(answers) == kind


@pytest.mark.parametrize(
    ("answer", "stored", "value"),
    [("3,5", "3.5", 3.5), ("−2", "-2", -2.0), ("+4", "4", 4.0), ("007", "007", 7.0)],
)
def test_numbers_are_kept_with_a_point(answer: str, stored: str, value: float) -> None:
    kind = kind_of([answer])
    assert kept(kind, answer) == stored
    assert number(kind, stored) == value


def test_a_step_of_a_scale_keeps_its_words_and_counts_by_its_number() -> None:
    kind = kind_of(["4 = samaa mieltä, 2,5"])
    assert kept(kind, "4 = samaa mieltä, 2,5") == "4 = samaa mieltä, 2,5"
    assert number(kind, "4 = samaa mieltä, 2,5") == 4


@given(st.lists(st.text(max_size=12).map(str.strip).filter(bool), max_size=6))
def test_whatever_is_numeric_has_a_number_and_nothing_else_has(answers: list[str]) -> None:
    kind = kind_of(answers)
    values = [number(kind, kept(kind, each)) for each in answers]
    assert all((value is not None) == (kind in NUMERIC) for value in values)


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 6)), min_size=1))
def test_a_number_with_a_decimal_comma_is_that_number(values: list[float]) -> None:
    answers = [f"{value:.6f}".replace(".", ",") for value in values]
    kind = kind_of(answers)
    assert [number(kind, kept(kind, each)) for each in answers] == values


def test_columns_that_say_who_somebody_is() -> None:
    known = {"aino vetäjä"}
    assert names_people(["x", "aino@example.org"], known)
    assert names_people(["10.0.0.1"], known)
    assert names_people(["Aino Vetäjä"], known)
    assert not names_people(["Aino oli mukana @ryhmä", "1.2.2026", "12.5"], known)
