"""Settings: from the environment and a TOML file into one frozen value, read once, every fault named.

Names in the environment are `UNKINK_` plus the field in capitals; a secret may instead be named by a file,
`UNKINK_..._FILE`. The file is `unkink.toml` in the working folder, or what `UNKINK_SETTINGS` names, with a table
`[unkink]`.

Read by hand and not by a settings library on purpose: those we tried print a value that they refuse, and a mistyped
token belongs in no terminal and no log.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import click
from attrs import frozen

PREFIX = "UNKINK_"
SECRETS = ("telegram_token", "webhook_secret")
SHOWN = (
    "data",
    "key_file",
    "clock_file",
    "webhook_listen",
    "metrics_listen",
    "admins",
    "withhold",
    "contact",
    "log",
    "log_level",
)
"""Values that may stand in an error; addresses may carry a password, so they do not."""
TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}", re.ASCII)
LOCAL = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:|/|$)")
LONGEST_CONTACT = 120
LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """Some settings are wrong; the text has one line for each."""


def _data_folder() -> Path:
    home = os.environ.get("XDG_DATA_HOME")
    if os.name == "posix" and "darwin" not in os.uname().sysname.lower():
        return Path(home or "~/.local/share").expanduser() / "unkink"
    return Path(click.get_app_dir("unkink")) / "data"


def _key_file() -> Path:
    return Path(click.get_app_dir("unkink")) / "key"


@frozen
class Settings:
    """All settings. Paths are absolute or relative to the working folder."""

    data: Path
    """The folder of the database."""
    key_file: Path
    """The key that seals it; never inside `data`, so that a copy of the data alone tells nothing."""
    database: str = ""
    """`sqlite:///path`; empty: `unkink.sqlite` in `data`."""
    telegram_token: str = ""
    telegram_api: str = "https://api.telegram.org"
    """Root of the Bot API."""
    webhook_url: str = ""
    webhook_listen: str = ""
    webhook_secret: str = ""
    metrics_listen: str = ""
    admins: tuple[int, ...] = ()
    withhold: tuple[str, ...] = ()
    """Stretches that are not offered any more, by their ids."""
    contact: str = ""
    """Who runs this bot and how to reach them, as people read it in /privacy and before they agree."""
    clock_file: Path | None = None
    """Seconds by which the bot's clock is moved stand in this file. Only for a Bot API on this machine (the
    playground)."""
    log: str = "plain"
    log_level: str = "warning"

    @property
    def database_address(self) -> str:
        return self.database or f"sqlite:///{self.data / 'unkink.sqlite'}"


def _folder(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError("is no path; name a folder this account may write to")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("names a home folder that is not there; write the whole path") from None


def _database(text: str) -> str:
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    raise ValueError("is no database; write sqlite:///path/to/unkink.sqlite")


def _token(text: str) -> str:
    if TOKEN.fullmatch(text):
        return text
    raise ValueError("is no bot token; it looks like 123456:ABC-def and comes from @BotFather")


def _url(text: str) -> str:
    if re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", text):
        return text.rstrip("/")
    raise ValueError("is no address; write http://host:port or https://host")


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if host and port.isdecimal() and 0 < int(port) < 65536:
        return text
    raise ValueError("is no host:port; write 127.0.0.1:8080")


def _secret(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_-]{32,256}", text):
        return text
    raise ValueError("must be 32 to 256 letters, digits, - or _ (what Telegram takes as a secret)")


def _admins(text: str) -> tuple[int, ...]:
    words = text.replace(",", " ").split()
    if not all(word.isdecimal() for word in words):
        raise ValueError("must be numeric ids with commas between, never names")
    return tuple(int(word) for word in words)


def _contact(text: str) -> str:
    if text.strip().isprintable() and 0 < len(text.strip()) <= LONGEST_CONTACT:
        return text.strip()
    raise ValueError(f"must be one line of at most {LONGEST_CONTACT} characters, such as a name and a mail address")


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() in allowed:
            return text.lower()
        raise ValueError(f"must be one of {', '.join(allowed)}")

    return read


def _ids(text: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not ids or not all(re.fullmatch(r"[a-z0-9_]{1,60}", each) for each in ids):
        raise ValueError("is no list of stretches; write their ids with commas between, such as cat_cow,knee_rolls")
    return ids


READERS: Mapping[str, Callable[[str], object]] = {
    "data": _folder,
    "key_file": _folder,
    "database": _database,
    "telegram_token": _token,
    "telegram_api": _url,
    "webhook_url": _url,
    "webhook_listen": _listen,
    "webhook_secret": _secret,
    "metrics_listen": _listen,
    "admins": _admins,
    "withhold": _ids,
    "contact": _contact,
    "clock_file": _folder,
    "log": _one_of("plain", "json"),
    "log_level": _one_of(*LEVELS),
}


def read(environment: Mapping[str, str]) -> Settings:
    """The settings. SettingsError: every wrong one, each in a line with its name, what is wrong and how to mend it."""
    faults: list[str] = []
    given = {**_from_file(environment, faults), **_from_environment(environment, faults)}
    values: dict[str, object] = {}
    for name, (where, text) in given.items():
        try:
            values[name] = READERS[name](text)
        except ValueError as fault:
            shown = f" ({text[:60]!r})" if name in SHOWN else ""
            faults.append(f"{where}{shown} {fault}")
    for name, usual in (("data", _data_folder), ("key_file", _key_file)):
        try:
            values[name] = values.get(name) or usual()
        except RuntimeError:
            variable = PREFIX + name.upper()
            raise SettingsError(f"{variable} is not set, and this account has no home folder; set it") from None
    settings = Settings(**values)  # type: ignore[arg-type]  # each value comes from its own reader
    faults += [*_faults_together(settings), *_webhook_faults(settings, given.keys())]
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _faults_together(settings: Settings) -> list[str]:
    """What is wrong only in the company of another setting."""
    faults = []
    if settings.clock_file is not None and not LOCAL.match(settings.telegram_api):
        faults.append("UNKINK_CLOCK_FILE only works with a Bot API on this machine (UNKINK_TELEGRAM_API); leave it out")
    database = Path(settings.database.removeprefix("sqlite:///")).parent if settings.database else settings.data
    key = settings.key_file.resolve()
    if key.is_relative_to(settings.data.resolve()) or key.parent == database.resolve():
        faults.append(
            f"UNKINK_KEY_FILE ({settings.key_file}) lies with the data it seals; keep the key apart, in another folder"
        )
    return faults


def _webhook_faults(settings: Settings, given: Collection[str]) -> list[str]:
    """What a webhook needs and nobody gave; what was given and is wrong has a line of its own."""
    if not settings.webhook_url:
        return []
    faults = []
    if "webhook_listen" not in given:
        faults.append("UNKINK_WEBHOOK_LISTEN is not set; with UNKINK_WEBHOOK_URL, name the host:port to listen at")
    if "webhook_secret" not in given:
        faults.append(
            "UNKINK_WEBHOOK_SECRET is not set; with UNKINK_WEBHOOK_URL, set 32 or more letters, digits, - or _"
        )
    if not settings.webhook_url.startswith("https://") and not LOCAL.match(settings.telegram_api):
        faults.append("UNKINK_WEBHOOK_URL must begin with https://; Telegram brings updates to no other address")
    return faults


def _from_environment(environment: Mapping[str, str], faults: list[str]) -> dict[str, tuple[str, str]]:
    given = {}
    for name in READERS:
        variable = PREFIX + name.upper()
        if environment.get(variable):
            given[name] = (variable, environment[variable])
        path = environment.get(f"{variable}_FILE", "") if name in SECRETS else ""
        if path and name in given:
            faults.append(f"{variable} and {variable}_FILE are both set; leave one of them out")
        elif path and (text := _secret_file(f"{variable}_FILE", path, faults)):
            given[name] = (f"{variable}_FILE", text)
    return given


def _secret_file(variable: str, path: str, faults: list[str]) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{variable} ({path!r}) cannot be read ({type(error).__name__}); name a readable text file")
        return ""
    if not text:
        faults.append(f"{variable} ({path!r}) is empty; put the secret into it")
    return text


def _from_file(environment: Mapping[str, str], faults: list[str]) -> dict[str, tuple[str, str]]:
    named = environment.get("UNKINK_SETTINGS", "")
    path = Path(named or "unkink.toml")
    if not named and not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("unkink", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{path} cannot be read: {error}; mend it or leave UNKINK_SETTINGS out")
        return {}
    if not isinstance(table, dict):
        faults.append(f"{path}: [unkink] must be a table")
        return {}
    for name in table.keys() - READERS.keys():
        faults.append(f"{path}: {name} is no setting; known are {', '.join(READERS)}")
    return {name: (f"{path}: {name}", _as_text(value)) for name, value in table.items() if name in READERS}


def _as_text(value: object) -> str:
    return ",".join(str(each) for each in value) if isinstance(value, list) else str(value)
