"""What people write into the environment, and what they are told when it is wrong."""

import pytest

from app.kit import settings


@pytest.mark.parametrize(
    "written",
    ["203.0.113.7, 2001:db8::7", "203.0.113.7 2001:DB8:0::7", '["203.0.113.7", "2001:db8::7"]'],
)
def test_a_list_is_written_as_people_or_as_programs_do(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMESSI_RELAY__ADDRESSES", written)

    assert settings.load().relay.addresses == ["203.0.113.7", "2001:db8::7"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RELAY__ADDRESSES", "meet.example.org", "meet.example.org is not an IP address"),
        ("RELAY__ADDRESSES", "0.0.0.0", "0.0.0.0 is not an address where anyone could be found"),
        ("TURN_SERVER__URLS", "https://turn.example.org", "is not like turn:turn.example.org"),
        ("TURN_SERVER__URLS", "turn:turn.example.org", "TURN servers need"),
        ("RELAY__PORT", "8422", "unknown setting: EMESSI_RELAY__PORT"),
        ("RELAY__UDP_PORT", "many", "EMESSI_RELAY__UDP_PORT: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line_that_names_it(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"EMESSI_{name}", value)

    with pytest.raises(ValueError, match="EMESSI_") as raised:
        settings.load()

    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "pydantic" not in str(raised.value)


def test_a_secret_is_not_repeated_when_its_section_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMESSI_TURN_SERVER__SECRET", "s3cret")
    monkeypatch.setenv("EMESSI_TURN_SERVER__URLS", "nonsense")

    with pytest.raises(ValueError, match="TURN_SERVER") as raised:
        settings.load()

    assert "s3cret" not in str(raised.value)
