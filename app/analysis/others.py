"""Everybody's part when the facilitator is left out. Pure.

What somebody does alone stays theirs: time present, turns and their lengths, back-channels given.
Shares are of what the others said. What passes between two people is told where neither leads, by
the rule of who follows whom: pairs with the facilitator are dropped, and nothing is judged anew as
if a turn of theirs had not been there.
"""

from dataclasses import replace

import numpy as np

from app.analysis.floor import Interruptions
from app.analysis.participation import Participation, backchannels_received, participation
from app.analysis.table import Flags, Talk


def parts(table: Talk) -> list[Participation]:
    """Of all but the facilitators, in the order of the roster."""
    led = table.facilitators
    from_others = table.that_are(~(table.is_backchannel & led[table.speaker]))
    received = backchannels_received(from_others)[~led]
    return [
        replace(part, backchannels_received=count)
        for part, count in zip(participation(table.without(led)), received.tolist(), strict=True)
    ]


def interruptions(found: Interruptions, facilitators: Flags) -> Interruptions:
    """Among the others, numbered as `parts`."""
    pairs = np.ix_(~facilitators, ~facilitators)
    return Interruptions(found.tried[pairs], found.succeeded[pairs], found.together[pairs])
