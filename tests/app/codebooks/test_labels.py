"""Labels out of names."""

from hypothesis import given
from hypothesis import strategies as st

from app.codebooks.checks import LABEL
from app.codebooks.labels import LONGEST, label_of


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_names_become_labels_that_may_be_published(names: list[str]) -> None:
    labels: list[str] = []
    for name in names:
        labels.append(label_of(name, labels))
    assert len(set(labels)) == len(names)
    assert all(LABEL.fullmatch(label) and len(label) <= LONGEST for label in labels)


def test_letters_lose_their_dots() -> None:
    assert label_of("Työn ja osaamisen hallinta") == "tyon_ja_osaamisen_hallinta"
    assert label_of("10 On eri mieltä") == "code_10_on_eri_mielta"
