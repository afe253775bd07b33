"""Settings: every one right and wrong, all faults at once, and no secret in any of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.settings import READERS, SECRETS, Settings, SettingsError, read

TOKEN = "123456:" + "A" * 35
SECRET = "s" * 32
RIGHT: Mapping[str, Sequence[tuple[str, object]]] = {
    "data": [("/srv/unkink", Path("/srv/unkink")), ("data", Path("data")), ("~/u", Path("~/u").expanduser())],
    "key_file": [("/srv/keys/unkink", Path("/srv/keys/unkink"))],
    "database": [("sqlite:///u.sqlite", "sqlite:///u.sqlite"), ("sqlite:////srv/u.sqlite", "sqlite:////srv/u.sqlite")],
    "telegram_token": [(TOKEN, TOKEN)],
    "telegram_api": [("http://127.0.0.1:8081", "http://127.0.0.1:8081"), ("https://tg.example/", "https://tg.example")],
    "webhook_url": [("https://bot.example.org/hook", "https://bot.example.org/hook")],
    "webhook_listen": [
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:1", "[::1]:1"),
        ("0.0.0.0:65535", "0.0.0.0:65535"),
    ],
    "webhook_secret": [(SECRET, SECRET), ("aZ09_-" * 42, "aZ09_-" * 42)],
    "metrics_listen": [("localhost:9100", "localhost:9100")],
    "admins": [("1", (1,)), ("1,2, 3", (1, 2, 3)), (" 7 8 ", (7, 8))],
    "withhold": [("cat_cow", ("cat_cow",)), ("cat_cow, knee_rolls,cat_cow", ("cat_cow", "knee_rolls"))],
    "contact": [(" Jo, jo@example.org ", "Jo, jo@example.org"), ("x" * 120, "x" * 120)],
    "log": [("plain", "plain"), ("JSON", "json")],
    "log_level": [("debug", "debug"), ("INFO", "info"), ("warning", "warning"), ("error", "error")],
}
WRONG = {
    "withhold": [",", "Cat Cow", "cat;cow", "x" * 61],
    "data": [" ", "a\0b", "~nosuchperson/x"],
    "key_file": [" ", "a\0b"],
    "database": ["sqlite:///", "sqlite://u", "mysql://h/db", "u.sqlite", "SQLITE:///u"],
    "telegram_token": ["token", "123456", "123456:", ":abc", "123456:a b", "123456:ABC\n", "１２３:ABC", "x" * 500],
    "telegram_api": ["127.0.0.1:8081", "ftp://h", "http://", "http:// h", "https:///x"],
    "webhook_url": ["bot.example.org", "https://a b"],
    "webhook_listen": ["8080", ":8080", "h:", "h:0", "h:65536", "h:x", "h:-1"],
    "webhook_secret": ["short", "s" * 31, "s" * 257, "s" * 31 + "!", "s" * 32 + "\n"],
    "metrics_listen": ["9100", "h:99999"],
    "admins": ["@anna", "1;2", "-1", "1.5", "anna,1"],
    "contact": [" ", "x" * 121, "a\nb", "a\x1bb"],
    "log": ["xml", "plain json"],
    "log_level": ["loud", "warn"],
}


HOOK = {
    "UNKINK_WEBHOOK_URL": "https://bot.example.org/hook",
    "UNKINK_WEBHOOK_LISTEN": "127.0.0.1:8080",
    "UNKINK_WEBHOOK_SECRET": SECRET,
}
COMPANY = {"webhook_url": HOOK}
"""What a setting cannot be without."""


def one(name: str, text: str) -> dict[str, str]:
    return {f"UNKINK_{name.upper()}": text}


def lines_of(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        read(environment)
    return str(raised.value).splitlines()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No settings file of the machine is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_setting_is_tried_here() -> None:
    assert set(RIGHT) >= set(READERS) - {"clock_file"}
    assert set(WRONG) >= set(READERS) - {"clock_file"}


@pytest.mark.parametrize(("name", "text", "value"), [(name, *pair) for name, pairs in RIGHT.items() for pair in pairs])
def test_a_right_value(name: str, text: str, value: object) -> None:
    assert getattr(read({**COMPANY.get(name, {}), **one(name, text)}), name) == value


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_a_wrong_value_is_named_in_one_line(name: str, text: str) -> None:
    (line,) = lines_of(one(name, text))
    assert line.startswith(f"UNKINK_{name.upper()} ")
    assert len(line) < 250


def test_without_any_setting() -> None:
    found = read({})
    assert found.telegram_token == found.webhook_url == ""
    assert found.telegram_api == "https://api.telegram.org"
    assert (found.log, found.log_level, found.admins) == ("plain", "warning", ())
    assert found.database_address == f"sqlite:///{found.data / 'unkink.sqlite'}"
    assert not found.key_file.is_relative_to(found.data)


def test_an_empty_value_is_none() -> None:
    assert read(dict.fromkeys((f"UNKINK_{name.upper()}" for name in READERS), "")) == read({})


def test_a_database_of_its_own() -> None:
    assert read(one("database", "sqlite:///other.sqlite")).database_address == "sqlite:///other.sqlite"


def test_all_faults_at_once() -> None:
    everything = {f"UNKINK_{name.upper()}": texts[0] for name, texts in WRONG.items()}
    lines = lines_of(everything)
    assert sorted(line.split()[0] for line in lines) == sorted(everything)


# Secrets


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("text", ["hunter2 hunter2", "hunter2:hunter2!", "hunter2" * 100])
def test_a_wrong_secret_is_not_shown(name: str, text: str, folder: Path) -> None:
    (folder / "secret").write_text(text)
    (folder / "u.toml").write_text(f"[unkink]\n{name} = {text!r}\n")
    for environment in (one(name, text), one(f"{name}_file", "secret"), {"UNKINK_SETTINGS": "u.toml"}):
        lines = lines_of(environment)
        assert len(lines) == 1
        assert name in lines[0].lower()
        assert "hunter2" not in lines[0]


@pytest.mark.parametrize("name", ["database", "telegram_api", "webhook_url"])
def test_a_password_in_an_address_is_not_shown(name: str) -> None:
    (line,) = lines_of(one(name, "postgres://anna:hunter2@db.example/unkink"))
    assert "hunter2" not in line


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_file_without_a_secret_is_named(name: str, folder: Path) -> None:
    (folder / "empty").write_text(" \n")
    (line,) = lines_of(one(f"{name}_file", "empty"))
    assert line.startswith(f"UNKINK_{name.upper()}_FILE ('empty') is empty")


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_given_twice_is_named(name: str, folder: Path) -> None:
    (folder / "secret").write_text(SECRET)
    (line,) = lines_of({**one(f"{name}_file", "secret"), **one(name, {"telegram_token": TOKEN}.get(name, SECRET))})
    assert f"UNKINK_{name.upper()}_FILE" in line


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_from_a_file(name: str, folder: Path) -> None:
    value = {"telegram_token": TOKEN, "webhook_secret": SECRET}[name]
    (folder / "secret").write_text(f"  {value}\n")
    assert getattr(read(one(f"{name}_file", str(folder / "secret"))), name) == value


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_file_that_cannot_be_read_is_named(name: str, folder: Path) -> None:
    (folder / "bytes").write_bytes(b"\xff\xfe\x00")
    for place in ("missing", ".", "bytes"):
        (line,) = lines_of(one(f"{name}_file", place))
        assert line.startswith(f"UNKINK_{name.upper()}_FILE ({place!r})")


def test_only_secrets_may_lie_in_a_file_of_their_own(folder: Path) -> None:
    (folder / "level").write_text("debug")
    assert read(one("log_level_file", "level")).log_level == "warning"


# The settings file


def test_a_settings_file_where_it_is_looked_for(folder: Path) -> None:
    (folder / "unkink.toml").write_text('[unkink]\nlog = "json"\nadmins = [1, 2]\n[other]\nx = 1\n')
    found = read({})
    assert (found.log, found.admins) == ("json", (1, 2))


def test_a_settings_file_that_is_named(folder: Path) -> None:
    (folder / "mine.toml").write_text(f'[unkink]\ndata = "d"\nkey_file = "k"\ntelegram_token = "{TOKEN}"\n')
    found = read({"UNKINK_SETTINGS": str(folder / "mine.toml")})
    assert (found.data, found.key_file, found.telegram_token) == (Path("d"), Path("k"), TOKEN)


def test_the_environment_goes_before_the_file(folder: Path) -> None:
    (folder / "unkink.toml").write_text('[unkink]\nlog = "json"\nlog_level = "debug"\n')
    found = read(one("log", "plain"))
    assert (found.log, found.log_level) == ("plain", "debug")


def test_faults_of_a_settings_file_name_it(folder: Path) -> None:
    (folder / "unkink.toml").write_text('[unkink]\nlog = "xml"\nadmins = ["anna"]\ntoken = "hunter2"\n')
    lines = lines_of({})
    assert len(lines) == 3
    assert all(line.startswith("unkink.toml: ") for line in lines)
    assert any("token is no setting" in line for line in lines)
    assert "hunter2" not in str(lines)


@pytest.mark.parametrize("content", [b"[unkink", b"\xff\xfe", b"unkink = 7\n"], ids=["torn", "bytes", "no table"])
def test_a_settings_file_that_is_none_is_named(content: bytes, folder: Path) -> None:
    (folder / "unkink.toml").write_bytes(content)
    (line,) = lines_of({})
    assert line.startswith("unkink.toml")


def test_a_settings_file_that_is_missing_is_named() -> None:
    (line,) = lines_of({"UNKINK_SETTINGS": "nowhere.toml"})
    assert line.startswith("nowhere.toml cannot be read")


def test_faults_of_file_and_environment_come_together(folder: Path) -> None:
    (folder / "unkink.toml").write_text('[unkink]\nlog = "xml"\n')
    lines = lines_of({**one("log_level", "loud"), **one("telegram_token_file", "missing")})
    assert len(lines) == 3


# Together


def test_what_is_wrong_together_is_named_with_the_rest() -> None:
    lines = lines_of({**one("data", "data"), **one("key_file", "data/key"), **one("log", "xml")})
    assert len(lines) == 2


def test_a_key_beside_a_database_of_its_own_is_refused() -> None:
    (line,) = lines_of({**one("database", "sqlite:///kept/u.sqlite"), **one("key_file", "kept/key")})
    assert line.startswith("UNKINK_KEY_FILE")


def test_the_clock_can_only_be_led_on_this_machine() -> None:
    (line,) = lines_of(one("clock_file", "clock"))
    assert line.startswith("UNKINK_CLOCK_FILE")
    found = read({**one("clock_file", "clock"), **one("telegram_api", "http://127.0.0.1:8081")})
    assert found.clock_file == Path("clock")


@pytest.mark.parametrize("key", ["data/key", "data", "data/deep/key", "data/../data/key", "./data/key"])
def test_a_key_inside_the_data_is_refused(key: str) -> None:
    (line,) = lines_of({**one("data", "data"), **one("key_file", key)})
    assert line.startswith("UNKINK_KEY_FILE")


@pytest.mark.parametrize("name", ["WEBHOOK_LISTEN", "WEBHOOK_SECRET"])
def test_a_webhook_needs_a_place_to_listen_and_a_secret(name: str) -> None:
    (line,) = lines_of({key: value for key, value in HOOK.items() if not key.endswith(name)})
    assert line.startswith(f"UNKINK_{name} is not set")
    (line,) = lines_of({**HOOK, f"UNKINK_{name}": "short"})
    assert "is not set" not in line, "given and wrong is one fault, not two"


def test_a_webhook_secret_may_lie_in_a_file(folder: Path) -> None:
    (folder / "secret").write_text(f"{SECRET}\n")
    given = {name: value for name, value in HOOK.items() if not name.endswith("SECRET")}
    assert read({**given, "UNKINK_WEBHOOK_SECRET_FILE": "secret"}).webhook_secret == SECRET


def test_telegram_brings_updates_over_tls_only() -> None:
    plain = {**HOOK, "UNKINK_WEBHOOK_URL": "http://127.0.0.1:8080"}
    (line,) = lines_of(plain)
    assert line.startswith("UNKINK_WEBHOOK_URL must begin with https://")
    assert read({**plain, "UNKINK_TELEGRAM_API": "http://127.0.0.1:8081"}).webhook_url == "http://127.0.0.1:8080"


def test_without_a_webhook_its_other_settings_do_no_harm() -> None:
    assert read({name: value for name, value in HOOK.items() if not name.endswith("URL")}).webhook_url == ""


def test_a_link_into_the_data_is_seen_through(folder: Path) -> None:
    (folder / "data").mkdir()
    os.symlink(folder / "data", folder / "keys")
    (line,) = lines_of({**one("data", "data"), **one("key_file", "keys/key")})
    assert line.startswith("UNKINK_KEY_FILE")


def test_a_key_beside_the_data_is_right() -> None:
    assert read({**one("data", "u/data"), **one("key_file", "u/data-key")}).key_file == Path("u/data-key")


def test_settings_do_not_change() -> None:
    found = read({})
    assert isinstance(found, Settings)
    with pytest.raises(AttributeError):
        found.log = "json"  # type: ignore[misc]
