"""A seal opens where it was made, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import SealBroken
from storage.seal import Seal
from tests.storage.samples import ANN, BOB, KEY

OLD = bytes(reversed(KEY))
SEAL = Seal([KEY])
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates too


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_what_was_sealed_opens(text: str, person: str, field: str) -> None:
    assert SEAL.open(SEAL.seal(text, person, field), person, field) == text


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_it_opens_at_its_own_place_only(person: str, field: str, other: str, elsewhere: str) -> None:
    if (person, field) == (other, elsewhere):
        return
    with pytest.raises(SealBroken):
        SEAL.open(SEAL.seal("text", person, field), other, elsewhere)


@pytest.mark.parametrize(
    ("person", "field"), [(BOB, "conversation"), (ANN, "letter"), ("telegram", ":1conversation"), ("", "")]
)
def test_a_row_moved_to_another_place_does_not_open(person: str, field: str) -> None:
    sealed = SEAL.seal("private", ANN, "conversation")
    with pytest.raises(SealBroken):
        SEAL.open(sealed, person, field)


def test_no_byte_of_it_can_be_changed() -> None:
    sealed = SEAL.seal("private", ANN, "conversation")
    for place in range(len(sealed)):
        for flip in (1, 128, 255):
            changed = bytearray(sealed)
            changed[place] ^= flip
            with pytest.raises(SealBroken):
                SEAL.open(bytes(changed), ANN, "conversation")


@pytest.mark.parametrize("length", range(45))
def test_it_cannot_be_cut_short(length: int) -> None:
    sealed = SEAL.seal("twelve bytes", ANN, "conversation")
    assert len(sealed) == 45
    with pytest.raises(SealBroken):
        SEAL.open(sealed[:length], ANN, "conversation")


@pytest.mark.parametrize("value", [None, 7, "text", b""], ids=repr)
def test_what_is_no_seal_does_not_open(value: object) -> None:
    with pytest.raises(SealBroken):
        SEAL.open(value, ANN, "conversation")
    assert not SEAL.knows(value)


def test_the_same_text_is_never_sealed_alike() -> None:
    assert len({SEAL.seal("text", ANN, "letter") for _ in range(100)}) == 100


def test_a_seal_is_33_bytes_longer_than_its_text() -> None:
    assert len(SEAL.seal("Grüße", ANN, "letter")) == len("Grüße".encode()) + 33


def test_the_first_key_seals_and_all_open() -> None:
    turned = Seal([KEY, OLD])
    assert turned.open(Seal([OLD]).seal("text", ANN, "letter"), ANN, "letter") == "text"
    assert SEAL.open(turned.seal("text", ANN, "letter"), ANN, "letter") == "text"


def test_a_key_that_is_not_here_does_not_open() -> None:
    sealed = Seal([OLD]).seal("text", ANN, "letter")
    assert not SEAL.knows(sealed)
    with pytest.raises(SealBroken, match="add the old key"):
        SEAL.open(sealed, ANN, "letter")


def test_errors_and_the_seal_itself_show_neither_key_nor_text_nor_person() -> None:
    sealed = SEAL.seal("private", ANN, "conversation")
    with pytest.raises(SealBroken) as caught:
        SEAL.open(sealed, BOB, "conversation")
    said = f"{caught.value!r} {SEAL!r} {sealed!r}"
    assert not [word for word in ("private", ANN, BOB, KEY.hex(), repr(KEY)) if word in said]


@pytest.mark.parametrize("keys", [[], [b"short"], [KEY, KEY[:31]]], ids=["none", "short", "second short"])
def test_a_seal_needs_whole_keys(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Seal(keys)
