"""A store by its address; the key is made with the database and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.keys import read_key_file
from storage.opening import open_store, sqlite_path
from tests.storage.samples import ANN, NOON, Turns, append


@pytest.mark.parametrize(
    ("address", "path"),
    [("sqlite:///data/people.db", "data/people.db"), ("sqlite:////var/lib/people.db", "/var/lib/people.db")],
)
def test_an_address_names_a_file(address: str, path: str) -> None:
    assert sqlite_path(address) == Path(path)


@pytest.mark.parametrize("address", ["", "people.db", "sqlite:", "sqlite:///", "sqlite://people.db", "mysql:///x"])
def test_an_address_of_another_kind_is_named(address: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///path/to/file\.db"):
        sqlite_path(address)


async def test_the_first_start_makes_the_key_and_the_next_uses_it(tmp_path: Path) -> None:
    address, key_file = f"sqlite:///{tmp_path}/data/people.db", tmp_path / "secrets" / "key"
    store = await open_store(address, key_file, now=NOON)
    await store.keep([Turns(store).new()], append, NOON)
    await store.close()
    made = read_key_file(key_file)
    again = await open_store(address, key_file, now=NOON)
    assert await again.read(ANN) == "key 1;"
    await again.close()
    assert read_key_file(key_file) == made
