"""One open offer at a time, and the last change is never lost."""

from signalling.negotiation import Negotiation


def test_a_change_during_an_open_offer_is_offered_when_the_answer_has_come() -> None:
    negotiation = Negotiation()
    assert negotiation.may_offer()
    first = negotiation.offered("v=0", {"0": "a"})

    assert not negotiation.may_offer()
    assert negotiation.expects(first.offer_id)
    assert negotiation.answered()

    second = negotiation.offered("v=0", {"0": "a", "1": "b"})
    assert second.offer_id == first.offer_id + 1
    assert not negotiation.expects(first.offer_id)
    assert not negotiation.answered()


def test_an_answer_to_nothing_is_not_expected() -> None:
    assert not Negotiation().expects(1)
