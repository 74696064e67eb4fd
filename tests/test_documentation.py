"""No setting without its description, and `.env.example` as `emessi settings` writes it."""

from pathlib import Path

from app.cli.reference import environment_example

ROOT = Path(__file__).parents[1]


def test_the_example_environment_is_current() -> None:
    assert (ROOT / ".env.example").read_text() == environment_example()


def test_every_setting_is_described() -> None:
    assert "# None" not in environment_example()
