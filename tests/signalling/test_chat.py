"""What waits for a database that is away: bounded, in order, and nothing gone without a word."""

from datetime import UTC, datetime
from uuid import UUID

from app.chat.models import ChatLine
from signalling.chat import BATCH, MOST_WAITING, Chat

AT = datetime(2027, 3, 10, 16, 0, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)


def line(user: UUID = ONE) -> ChatLine:
    return ChatLine(recording_id=ONE, user_id=user, consent_id=ONE, at=AT, text="hei")


def test_lines_are_taken_in_their_order_and_no_more_at_once_than_a_batch() -> None:
    chat, given = Chat(), [line() for _ in range(BATCH + 5)]
    assert all(chat.add(each) for each in given)
    assert list(chat.next()) == given[:BATCH]
    chat.settle(chat.next())
    assert list(chat.next()) == given[BATCH:]
    assert chat.of(ONE) == (5, 0)


def test_what_does_not_fit_is_counted_for_its_writer() -> None:
    chat = Chat(waiting=[line() for _ in range(MOST_WAITING)])
    assert not chat.add(line(OTHER))
    assert chat.of(OTHER) == (0, 1)
    assert chat.of(ONE) == (MOST_WAITING, 0)


def test_what_is_given_up_is_counted_and_waits_no_more() -> None:
    chat = Chat()
    for user in (ONE, OTHER, ONE):
        chat.add(line(user))
    chat.give_up(chat.next()[:2])
    assert (chat.of(ONE), chat.of(OTHER)) == ((1, 1), (0, 1))


def test_who_withdraws_has_nothing_waiting_and_nothing_lost() -> None:
    chat = Chat()
    chat.add(line())
    chat.add(line(OTHER))
    chat.drop(ONE)
    assert (chat.of(ONE), chat.of(OTHER)) == ((0, 0), (1, 0))
