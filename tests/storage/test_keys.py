"""The key file: made whole and private, read with care."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from storage.errors import Refusal, StoreRefused
from storage.keys import make_key_file, read_key_file
from tests.storage.samples import KEY

LINE = base64.b64encode(KEY).decode()
OTHER = bytes(reversed(KEY))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "unkink.key"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def refusal(path: Path) -> StoreRefused:
    with pytest.raises(StoreRefused) as caught:
        read_key_file(path)
    assert str(path) in caught.value.reason
    assert "\n" not in caught.value.reason
    return caught.value


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_a_new_key_is_private_whatever_the_umask(key_file: Path, umask: int) -> None:
    key_file.parent.mkdir(0o700)
    before = os.umask(umask)
    try:
        make_key_file(key_file)
    finally:
        os.umask(before)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert [len(key) for key in read_key_file(key_file)] == [32]
    assert list(key_file.parent.iterdir()) == [key_file]


def test_its_folder_is_made_private(key_file: Path) -> None:
    make_key_file(key_file)
    assert key_file.parent.stat().st_mode & 0o777 == 0o700


def test_every_key_is_another(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.key" for number in range(10)]
    for path in paths:
        make_key_file(path)
    assert len({read_key_file(path) for path in paths}) == 10


def test_a_key_is_never_overwritten(key_file: Path) -> None:
    write(key_file, LINE)
    with pytest.raises(StoreRefused, match="never overwritten") as caught:
        make_key_file(key_file)
    assert caught.value.kind is Refusal.BAD_KEY
    assert read_key_file(key_file) == (KEY,)
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_name_that_is_taken_in_the_meantime_is_not_replaced(key_file: Path) -> None:
    key_file.parent.mkdir()
    key_file.symlink_to("elsewhere")  # to nowhere: it does not exist, and yet the name is taken
    with pytest.raises(StoreRefused, match="cannot be made"):
        make_key_file(key_file)
    assert [file.name for file in key_file.parent.iterdir()] == [key_file.name]


def test_where_no_key_can_be_made_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreRefused, match="cannot be made"):
        make_key_file(tmp_path / "file" / "unkink.key")


def test_several_keys_and_remarks(key_file: Path) -> None:
    other = base64.b64encode(OTHER).decode()
    write(key_file, f"# turned in March\r\n{other}\r\n\n  {LINE}  \n")
    assert read_key_file(key_file) == (OTHER, KEY)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_a_key_that_others_may_read_is_refused_with_the_remedy(key_file: Path, mode: int) -> None:
    error = refusal(write(key_file, LINE, mode))
    assert error.kind is Refusal.BAD_KEY
    assert error.reason.endswith(f"run: chmod 600 {key_file}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_mounted_secret_of_another_account_is_read(key_file: Path) -> None:
    write(key_file, LINE, 0o444)
    os.chown(key_file, 65534, 65534)
    assert read_key_file(key_file) == (KEY,)


def test_a_missing_key(key_file: Path) -> None:
    assert refusal(key_file).kind is Refusal.MISSING_KEY


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    assert refusal(tmp_path).kind is Refusal.BAD_KEY


@pytest.mark.parametrize(
    "text", ["", "\n# nothing\n", "secret", LINE[:-4], LINE + "A", LINE[:-1] + "ü", f"{LINE}\nrest", "\0" * 99]
)
def test_what_is_no_key_is_refused_without_repeating_it(key_file: Path, text: str) -> None:
    error = refusal(write(key_file, text))
    assert error.kind is Refusal.BAD_KEY
    assert LINE[:8] not in error.reason
    assert "secret" not in error.reason.replace(str(key_file), "")
