"""A simulated meeting against a real node: everyone comes in, is heard, and nobody is left over."""

from app.simulation.meeting import simulate
from app.simulation.participant import SimulatedPerson
from app.simulation.script import Line, Script
from tests.app.conftest import cast, running, settings, template  # noqa: F401
from tests.signalling.conftest import Gathering, gathering  # noqa: F401

SCRIPT = Script(
    people=2, lines=[Line(person=0, at_ms=0, text="Hei."), Line(person=1, at_ms=900, text="Hei.")]
)


async def test_everyone_hears_the_others_and_the_truth_is_told(gathering: Gathering) -> None:  # noqa: F811
    people = [
        SimulatedPerson(number, person.user.name, person.client, camera=number == 0)
        for number, person in enumerate((gathering.cast.alice, gathering.cast.bob))
    ]
    shares: list[float] = []

    report = await simulate(
        people, gathering.meeting_id, SCRIPT, lambda what, share: shares.append(share)
    )

    assert [person for person, _, _ in report.spoken] == [0, 1]
    assert all(count > 50 for count in report.heard)
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
