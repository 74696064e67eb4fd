"""ICE-lite: who proves the password is answered and adopted; garbage is refused."""

from contextlib import suppress

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media.relay.ice import ALIVE_S, SILENT_S, Credentials, IceLite, new_credentials, parse_check

HOME, CAFE = ("192.0.2.1", 4000), ("198.51.100.7", 5000)


def check(ice: IceLite, *, password: str | None = None, **attributes: object) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ice.local.ufrag}:browser"
    for name, value in attributes.items():
        message.attributes[name.replace("_", "-")] = value
    message.add_message_integrity((password or ice.local.password).encode())
    return bytes(message)


def test_a_proven_check_is_answered_and_adopts_the_address() -> None:
    ice = IceLite()

    answer = ice.answer(parse_check(check(ice)), HOME, 1.0)

    assert answer is not None
    response = stun.parse_message(answer)
    assert response.check_message_integrity(ice.local.password.encode())
    assert response.attributes["XOR-MAPPED-ADDRESS"] == HOME
    assert ice.address == HOME


def test_a_forged_check_is_not_answered() -> None:
    ice = IceLite()

    assert ice.answer(parse_check(check(ice, password="guessed")), HOME, 1.0) is None
    assert ice.address is None


def test_a_spare_pair_does_not_move_us_but_a_nominated_one_does() -> None:
    ice = IceLite()
    ice.answer(parse_check(check(ice)), HOME, 1.0)

    ice.answer(parse_check(check(ice)), CAFE, 1.1)
    assert ice.address == HOME
    ice.answer(parse_check(check(ice, USE_CANDIDATE=None)), CAFE, 1.2)
    assert ice.address == CAFE


def test_a_phone_that_changed_networks_is_followed() -> None:
    ice = IceLite()
    ice.answer(parse_check(check(ice)), HOME, 1.0)

    ice.answer(parse_check(check(ice)), CAFE, 1.1 + SILENT_S)

    assert ice.address == CAFE


def test_after_a_restart_both_passwords_work_until_the_new_one_is_used() -> None:
    ice = IceLite()
    assert not ice.described(Credentials("one", "x" * 24))
    before = check(ice)
    old = ice.local
    assert not ice.described(Credentials("one", "x" * 24))
    assert ice.described(Credentials("two", "y" * 24))

    assert ice.local != old
    assert ice.answer(parse_check(before), HOME, 1.0) is not None
    assert ice.answer(parse_check(check(ice)), CAFE, 1.1) is not None
    assert ice.address == CAFE
    assert ice.answer(parse_check(before), HOME, 1.2) is None


def test_a_peer_that_wants_us_to_control_is_told_of_the_conflict() -> None:
    ice = IceLite()

    answer = ice.answer(parse_check(check(ice, ICE_CONTROLLED=1)), HOME, 1.0)

    assert answer is not None
    assert stun.parse_message(answer).error_code == 487


def test_consent_ends_when_checks_stop() -> None:
    ice = IceLite()
    assert ice.alive(ALIVE_S - 1, since=0.0)
    ice.answer(parse_check(check(ice)), HOME, 10.0)

    assert ice.alive(10 + ALIVE_S - 1, since=0.0)
    assert not ice.alive(10 + ALIVE_S, since=0.0)


def test_credentials_are_long_and_never_the_same() -> None:
    first, second = new_credentials(), new_credentials()

    assert len(first.ufrag) >= 16
    assert len(first.password) >= 32
    assert first != second


@pytest.mark.parametrize("username", [b"", b"no-colon"])
def test_a_check_without_a_usable_name_is_refused(username: bytes) -> None:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = username.decode()

    with pytest.raises(ValueError, match="user name"):
        parse_check(bytes(message))


@given(st.binary(max_size=120), st.integers(0, 0xFFFF), st.integers(0, 60))
def test_garbage_is_refused_and_nothing_else_is_raised(body: bytes, kind: int, cut: int) -> None:
    body += bytes(-len(body) % 4)
    head = b"\x00\x01" + len(body).to_bytes(2, "big") + bytes.fromhex("2112a442") + bytes(12)
    attribute = kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body
    whole = b"\x00\x01" + len(attribute).to_bytes(2, "big") + head[4:] + attribute
    for data in (body, head + body, whole, whole[:cut]):
        with suppress(ValueError):
            parse_check(data)
