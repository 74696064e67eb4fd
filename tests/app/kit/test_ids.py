from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from app.kit.ids import made_at, new_id


def test_ids_are_of_version_7_and_tell_when_they_were_made() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    made = new_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made_at(made) <= datetime.now(UTC)


def test_ids_of_one_process_keep_the_order_in_which_they_were_made() -> None:
    """Thousands fall into the same few milliseconds, and no two are alike."""
    made = [new_id() for _ in range(5_000)]
    assert made == sorted(set(made))
