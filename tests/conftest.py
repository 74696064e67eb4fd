"""Laws that hold for every test: no setting from outside, no personal data in a log line."""

import logging
import os
import re
from collections.abc import Iterator

import hypothesis
import pytest

from media.native import library

hypothesis.settings.register_profile("soak", max_examples=20_000, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=1_000, deadline=None)
hypothesis.settings.register_profile("suite", max_examples=100, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

EVERY_PATH = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
"""Both packet paths give the same bytes (tests/media/native), so that browsers, which take minutes,
try one of them; `make soak` has them try both."""
STARVED_BROWSER_RERUNS = 2
"""A browser that gets no processor time loses sound and pictures by itself, and the machines that
tests run on are shared. What eMessi does wrong it does three times. Lower: a busy neighbour is
taken for a fault. Higher: a fault that shows seldom passes."""


ALONE = ("tests/journeys", "tests/media/relay")
PAGES = tuple(
    f"tests/browser/test_{name}.py"
    for name in (
        *("analysis", "coding", "composite", "consents", "deeds", "pages", "results"),
        *("stewardship", "workbench"),
    )
)
"""Browsers that look at pages; the others send sound and pictures, which come late when something
else has the processor."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=STARVED_BROWSER_RERUNS))
        if _wants_the_machine(item):
            item.add_marker("alone")
    spared = [] if EVERY_PATH else [item for item in items if _repeats_in_python(item)]
    config.hook.pytest_deselected(items=spared)
    items[:] = [item for item in items if item not in spared]


def _wants_the_machine(item: pytest.Item) -> bool:
    place = item.path.relative_to(item.config.rootpath).as_posix()
    sends = item.get_closest_marker("browser") is not None and place not in PAGES
    return sends or place.startswith(ALONE)


def _repeats_in_python(item: pytest.Item) -> bool:
    """Whether a browser would sit through the same again for the other packet path."""
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
