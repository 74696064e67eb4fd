"""Laws that hold for every test: no setting from outside, no personal data in a log line."""

import gc
import logging
import os
import re
from collections.abc import Iterator

import hypothesis
import pytest

from media.native import library

hypothesis.settings.register_profile("soak", max_examples=20_000, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=1_000, deadline=None)
# The same examples each time: a change is judged by what it changed. Soak looks for new ones.
hypothesis.settings.register_profile("suite", max_examples=100, deadline=None, derandomize=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

EVERYTHING = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
"""Both packet paths give the same bytes (tests/media/native), so that browsers, which take minutes,
try one of them; `make soak` has them try both, and runs what is marked `thorough`."""
STARVED_BROWSER_RERUNS = 2
"""A browser that gets no processor time loses sound and pictures by itself, and the machines that
tests run on are shared. What eMessi does wrong it does three times. Lower: a busy neighbour is
taken for a fault. Higher: a fault that shows seldom passes."""


ALONE = tuple(
    f"tests/{place}.py"
    for place in (
        "browser/test_connection_test",
        *(f"browser/test_{name}" for name in ("layers", "quality", "reconnection", "room")),
        *(f"journeys/test_{name}" for name in ("canary", "crashes", "recorded_meeting")),
        *(f"media/relay/test_{name}" for name in ("bad_networks", "browsers", "codecs")),
        *(f"media/relay/test_{name}" for name in ("congestion", "quality", "simulcast")),
        "signalling/test_turn_media",
    )
)
"""Where browsers send sound and pictures that are counted: they come late, or not at all, when
something else has the processor."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=STARVED_BROWSER_RERUNS))
        if _wants_the_machine(item):
            item.add_marker("alone")
    spared = [] if EVERYTHING else [item for item in items if _can_be_spared(item)]
    config.hook.pytest_deselected(items=spared)
    kept = [item for item in items if item not in spared]
    items[:] = sorted(kept, key=_how_short)


def pytest_collection_finish() -> None:
    """What is loaded stays: looking through it again and again took an eighth of the time."""
    gc.collect()
    gc.freeze()


def _how_short(item: pytest.Item) -> int:
    """Browsers and whole installations first: at the end of two processes' work there is no file
    left that keeps one of them busy for a minute while the other has nothing to do."""
    long = "journeys" in item.path.parts or item.get_closest_marker("browser") is not None
    return 0 if long else 1


def _wants_the_machine(item: pytest.Item) -> bool:
    return item.path.relative_to(item.config.rootpath).as_posix() in ALONE


def _can_be_spared(item: pytest.Item) -> bool:
    """Thorough; or a browser would sit through the same again for the other packet path."""
    if item.get_closest_marker("thorough") is not None:
        return True
    call = getattr(item, "callspec", None)
    other = call is not None and call.params.get("in_c") == "python"
    is_built = library.native() is not None
    return other and is_built and item.get_closest_marker("browser") is not None


PERSONAL = re.compile(
    r"(?P<address>\b(?!0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}\b)"
    r"|(?P<short6>(?<![\w:])(?:[0-9a-f]{1,4}:)*(?:[0-9a-f]{1,4})?::[0-9a-f])"
    r"|(?P<long6>(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f])"
    r"|(?P<candidate>candidate:\S+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.\w+)"
)
OURS = ("app", "signalling", "media")


class _Trap(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.caught: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if PERSONAL.search(line):
            self.caught.append(f"{record.name}: {line}")


@pytest.fixture(autouse=True)
def no_personal_data_in_logs() -> Iterator[None]:
    """Fails a test whose log lines hold an IP address, an ICE candidate or an e-mail address."""
    trap = _Trap()
    loggers = [logging.getLogger(name) for name in OURS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(trap)
        logger.setLevel(logging.DEBUG)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(trap)
        logger.setLevel(level)
    assert not trap.caught


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("EMESSI_"):
            monkeypatch.delenv(name)
