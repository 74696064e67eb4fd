"""Five browsers flash and beep at known moments; the clock of one runs fast, one stands still.

Five Chromiums, each with processes of its own. What is known is read on this process's clock
(`PageClock`), so that a page whose clock is wrong knows its own moments as well as the others do.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.fixtures.installation import installation
from tests.fixtures.listening import RATE, beep_s, contents, shades
from tests.fixtures.outcome import Outcome, outcome
from tests.fixtures.page_clock import Moment, PageClock
from tests.fixtures.programme import Prepared, prepare
from tests.fixtures.visitors import chromium, meet, until

CLAPPER = (Path(__file__).parents[1] / "fixtures" / "clapper.js").read_text()
ROLES = {"alice": "facilitator", **dict.fromkeys(("bob", "carol", "dan", "eeva"), "member")}
FAST, SKEW = "bob", 500e-6
STALLED, STALL_S = "carol", 18.0
CUES, EVERY_S = 20, 7.5
"""Together 150 s: uncorrected, the fast clock would be wrong by 75 ms at the end."""
STALL_AFTER = 8
LEAD_S = 10.0
"""From the sign that it is recorded to the first cue. Lower: a busy machine writes nothing yet."""
SOON_MS = 600
"""From telling everybody to the flash. Lower: a busy page hears of it too late."""
READINGS = 8
SHARP_S = 0.010
"""What is known less well, because a page had no processor just then, is not judged."""
MOST_SHARP = 0.75
"""Of all beeps and of all flashes at least."""
BETWEEN_PERSONS_S = 0.040
LIPS_S = 0.045
FRAME_S = 0.020
"""The sound in a file is whole frames: what lacks or abounds is put right when it is one."""
DARKER = 30
"""Each frame of a flash than the one before (clapper.js)."""


@dataclass
class Person:
    browser: Browser
    page: Page
    clock: PageClock = field(default_factory=PageClock)
    flashes: dict[int, list[list[float]]] = field(default_factory=dict)
    """Cue → of each bright frame between which two moments it was taken, in the page's ms."""
    beeps: dict[int, float] = field(default_factory=dict)

    async def clap(self, cue: int) -> None:
        said = await self.page.evaluate(f"clapper.clap({SOON_MS})")
        self.flashes[cue], self.beeps[cue] = said["flash"], said["beep"]

    def taken(self, cue: int, frame: int) -> Moment:
        before, after = (self.clock.moment(at) for at in self.flashes[cue][frame])
        return Moment(before.earliest, after.latest)


Late = dict[str, dict[int, float]]
"""Name → cue → how much later than made it is in the file, in seconds; only what is sharp."""


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_five_browsers_stay_together_over_a_skewed_clock_and_a_stall(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(installation(tmp_path / "data"))
        prepared = await prepare(running, ROLES)
        stack.push_async_callback(prepared.api.aclose)
        people = await stack.enter_async_context(five())
        stalled = await hold_meeting(prepared, people, running.url)
        zero_s = time.monotonic() - time.time()
        found = await outcome(prepared, timeout_s=300)
    zero_s += found.started_s

    beeps = {name: heard(found, name, person, zero_s) for name, person in people.items()}
    flashes = {name: seen(found, name, person, zero_s) for name, person in people.items()}
    tell(found, people, beeps, flashes)
    check_what_is_known(people, beeps, flashes)
    check_the_stall(found, stalled, zero_s)
    check_alignment(beeps, flashes)
    check_what_is_stated(found, beeps, flashes)


@asynccontextmanager
async def five() -> AsyncIterator[dict[str, Person]]:
    people = {}
    async with AsyncExitStack() as stack:
        driver = await stack.enter_async_context(async_playwright())
        for name in ROLES:
            environment = fast() if name == FAST else {}
            browser = await stack.enter_async_context(chromium(driver, **environment))
            page = await browser.new_page(viewport={"width": 480, "height": 360})
            await page.add_init_script(CLAPPER)
            people[name] = Person(browser, page)
        yield people


def fast() -> dict[str, str]:
    """All clocks of such a process, and all that it waits for, run fast (libfaketime)."""
    return {
        "LD_PRELOAD": "/usr/$LIB/faketime/libfaketimeMT.so.1",
        "FAKETIME": f"+0 x{1 + SKEW}",
        "FAKETIME_DONT_RESET": "1",
    }


async def hold_meeting(prepared: Prepared, people: dict[str, Person], base: str) -> Moment:
    """From when to when one of them stood still."""
    pages = {name: person.page for name, person in people.items()}
    await meet(prepared, pages, {name: {"audio", "video"} for name in pages}, base)
    alice = pages["alice"]
    await alice.click("[data-action=record]")
    await alice.click("[data-choice=start]")
    await until(alice, "document.querySelector('.recording.on')")
    stalling = None
    begin = time.monotonic() + LEAD_S
    for cue in range(CUES):
        await asyncio.sleep(max(0, begin + cue * EVERY_S - time.monotonic()))
        stands = stalling is not None and not stalling.done()
        here = [one for name, one in people.items() if not (stands and name == STALLED)]
        await asyncio.gather(*(person.clap(cue) for person in here))
        for person in here:
            await person.clock.read(person.page, READINGS)
        if cue == STALL_AFTER:
            stalling = asyncio.create_task(stall(people[STALLED].browser))
    await alice.click("[data-action=leave]")
    await alice.click("[data-choice=end]")
    for page in pages.values():
        await until(page, "!document.querySelector('.room')")
    assert stalling is not None
    return await stalling


async def stall(browser: Browser) -> Moment:
    """None of its processes runs for a while, as on a computer that has too much to do."""
    session = await browser.new_browser_cdp_session()
    known = await session.send("SystemInfo.getProcessInfo")
    parent = next(each["id"] for each in known["processInfo"] if each["type"] == "browser")
    family = [psutil.Process(parent), *psutil.Process(parent).children(recursive=True)]
    for process in family:
        process.suspend()
    begin = time.monotonic()
    await asyncio.sleep(STALL_S)
    end = time.monotonic()
    for process in family:
        process.resume()
    return Moment(begin, end)


def heard(found: Outcome, name: str, person: Person, zero_s: float) -> dict[int, float]:
    late = {}
    starts = zero_s + found.file_starts_s(name)
    samples = contents(found.media[name]).samples
    for cue, shown_ms in person.beeps.items():
        made = person.clock.moment(shown_ms)
        if made.width <= SHARP_S:
            begin = round((made.middle - starts - 0.5) * RATE)
            piece = samples[begin : begin + RATE]
            assert np.abs(piece).max() > 0.1, (name, cue)
            late[cue] = begin / RATE + beep_s(piece) + starts - made.middle
    return late


def seen(found: Outcome, name: str, person: Person, zero_s: float) -> dict[int, float]:
    late = {}
    starts = zero_s + found.file_starts_s(name)
    pictures = [(at + starts, shade) for at, shade in shades(found.media[name])]
    for cue, frames in person.flashes.items():
        begin = person.taken(cue, 0).earliest - 0.5
        bright = [one for one in pictures if begin < one[0] < begin + 2 and one[1] > 140]
        if not bright:
            continue
        at, shade = bright[0]
        made = person.taken(cue, min(round((255 - shade) / DARKER), len(frames) - 1))
        if made.width <= SHARP_S:
            late[cue] = at - made.middle
    return late


def spread(values: Iterable[float]) -> float:
    each = list(values)
    return max(each) - min(each)


def by_cue(late: Late) -> dict[int, dict[str, float]]:
    turned: dict[int, dict[str, float]] = defaultdict(dict)
    for name, own in late.items():
        for cue, value in own.items():
            turned[cue][name] = value
    return dict(sorted(turned.items()))


def lips_of(beeps: Late, flashes: Late) -> Late:
    """How much later one's sound is than one's picture."""
    return {
        name: {cue: late - flashes[name][cue] for cue, late in own.items() if cue in flashes[name]}
        for name, own in beeps.items()
    }


def tell(found: Outcome, people: dict[str, Person], beeps: Late, flashes: Late) -> None:
    lines = []
    for name, person in people.items():
        low, high = (round(skew * 1e6) for skew in person.clock.skews())
        lines.append(f"{name}: clock {low:+} to {high:+} ppm")
        for source, late in (("microphone", beeps[name]), ("camera", flashes[name])):
            stated = found.track(name, source)["details"]["alignment_error_ms"]
            each = " ".join(f"{cue}:{value * 1000:.1f}" for cue, value in late.items())
            lines.append(f"  {source} late by ms, stated error {stated}: {each}")
    for what, whose in (("beeps", beeps), ("flashes", flashes)):
        most = max(spread(each.values()) for each in by_cue(whose).values())
        lines.append(f"between persons, {what}: at most {most * 1000:.1f} ms")
    lips = max(abs(apart) for own in lips_of(beeps, flashes).values() for apart in own.values())
    lines.append(f"sound to picture: at most {lips * 1000:.1f} ms")
    print("\n".join(lines))  # noqa: T201


def check_what_is_known(people: dict[str, Person], beeps: Late, flashes: Late) -> None:
    low, high = people[FAST].clock.skews()
    assert low > 0.8 * SKEW, "the fast clock is not fast"
    assert high < 1.2 * SKEW
    for name, person in people.items():
        for late in (beeps[name], flashes[name]):
            assert len(late) >= MOST_SHARP * len(person.beeps), name
            assert min(late) < STALL_AFTER, name
            assert max(late) > STALL_AFTER + STALL_S / EVERY_S, name


def check_the_stall(found: Outcome, stalled: Moment, zero_s: float) -> None:
    """Nothing stands where nothing was made, and the manifest says so."""
    begin, end = stalled.earliest - zero_s, stalled.latest - zero_s
    starts = found.file_starts_s(STALLED)
    file = contents(found.media[STALLED])
    still = file.samples[round((begin - starts + 0.1) * RATE) : round((end - starts) * RATE)]
    assert float(np.abs(still).max()) < 0.01
    shown = [at + starts for at, _ in shades(found.media[STALLED])]
    assert not [at for at in shown if begin + 0.1 < at < end - BETWEEN_PERSONS_S]
    for source in ("microphone", "camera"):
        gaps = found.track(STALLED, source)["details"]["gaps"]
        longest = max(gaps, key=lambda gap: gap["end_ms"] - gap["start_ms"])
        assert longest["start_ms"] / 1000 == pytest.approx(begin, abs=0.5), source
        assert longest["end_ms"] / 1000 == pytest.approx(end, abs=0.5), source


def check_alignment(beeps: Late, flashes: Late) -> None:
    for late in (beeps, flashes):
        for cue, each in by_cue(late).items():
            assert spread(each.values()) <= BETWEEN_PERSONS_S, (cue, each)
    for name, own in lips_of(beeps, flashes).items():
        assert max(abs(apart) for apart in own.values()) <= LIPS_S, (name, own)


def check_what_is_stated(found: Outcome, beeps: Late, flashes: Late) -> None:
    for source, late in (("microphone", beeps), ("camera", flashes)):
        for name, own in late.items():
            stated_s = found.track(name, source)["details"]["alignment_error_ms"] / 1000
            off = np.abs(np.array(list(own.values())) - np.median(list(own.values())))
            assert off.max() <= stated_s + FRAME_S, (name, source)
