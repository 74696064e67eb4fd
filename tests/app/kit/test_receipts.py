"""A receipt is this installation's, whole, and can be checked with the public key alone."""

import base64
import json

import pytest
from jose import jws

from app.kit import receipts
from app.kit.ids import new_id
from app.kit.keys import Keys
from app.kit.receipts import NotGenuine
from app.kit.tokens import Access, Signer, Tokens

KEYS = Keys(bytes(range(32)), bytes(range(32, 64)))
PUBLIC = Signer(KEYS.installation).public_key
OTHERS = Keys(bytes(32), bytes(range(32, 64)))
DOCUMENT = {"format": "test", "person": "J1", "names": ["Åsa", "Ääni"], "count": 3, "none": None}


def test_what_was_signed_is_read() -> None:
    assert receipts.verify(receipts.sign(DOCUMENT, KEYS), KEYS) == DOCUMENT


def test_the_key_is_the_same_after_every_start() -> None:
    signed = receipts.sign(DOCUMENT, Keys(bytes(range(32)), bytes(32)))
    assert receipts.verify(signed, KEYS) == DOCUMENT


def test_another_installations_receipt_is_not_ours() -> None:
    with pytest.raises(NotGenuine):
        receipts.verify(receipts.sign(DOCUMENT, OTHERS), KEYS)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_receipt_that_was_changed_anywhere_is_refused(part: int) -> None:
    parts = receipts.sign(DOCUMENT, KEYS).split(".")
    middle = len(parts[part]) // 2
    letter = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + letter + parts[part][middle + 1 :]

    with pytest.raises(NotGenuine):
        receipts.verify(".".join(parts), KEYS)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "ä", "{}", "..", "a" * 5000])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(NotGenuine):
        receipts.verify(text, KEYS)


def test_neither_a_token_nor_an_unsigned_document_is_a_receipt() -> None:
    token = Tokens(KEYS.tokens).access(Access(new_id(), True, "fi"))
    key_id = PUBLIC["kid"]
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": key_id}).encode())
    body = base64.urlsafe_b64encode(json.dumps(DOCUMENT).encode())
    unsigned = b".".join(part.rstrip(b"=") for part in (header, body, b"")).decode()
    public = json.dumps(PUBLIC)
    confused = jws.sign(DOCUMENT, public, headers={"kid": key_id}, algorithm="HS256")

    for forged in (token, unsigned, confused):
        with pytest.raises(NotGenuine):
            receipts.verify(forged, KEYS)


def test_others_check_it_with_the_public_key_alone() -> None:
    signed = receipts.sign(DOCUMENT, KEYS)

    checked = jws.verify(signed, PUBLIC, algorithms=["ES256"])

    assert json.loads(checked) == DOCUMENT
    assert jws.get_unverified_header(signed)["kid"] == PUBLIC["kid"]
    assert "d" not in PUBLIC  # RFC 7518 §6.2.2.1: the private half
