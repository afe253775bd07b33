"""The systemd unit: an account of its own, little to see, nothing to write but the data, and no vain restarts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from bot import cli, settings
from tests.deploy.reading import DEPLOY, SETTINGS, unit

TEXT = (DEPLOY / "unkink.service").read_text(encoding="utf-8")
LINES = list(unit(TEXT))
GOOD_ENOUGH = 15
"""Ten times the exposure at most, as `systemd-analyze security` counts it; 0 is best, 100 worst."""

YES = """
DynamicUser LockPersonality MemoryDenyWriteExecute NoNewPrivileges PrivateDevices PrivateIPC PrivateMounts PrivateTmp
PrivateUsers ProtectClock ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs ProtectKernelModules
ProtectKernelTunables RemoveIPC RestrictNamespaces RestrictRealtime RestrictSUIDSGID
""".split()
SET = {
    "Type": "exec", "Restart": "on-failure", "ProtectSystem": "strict", "ProtectProc": "invisible", "ProcSubset": "pid",
    "DevicePolicy": "closed", "KeyringMode": "private", "UMask": "0077", "StateDirectory": "unkink",
    "StateDirectoryMode": "0700", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "LimitCORE": "0",
    "MemorySwapMax": "0", "SystemCallArchitectures": "native", "SystemCallErrorNumber": "EPERM",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SocketBindDeny": "any", "KillSignal": "SIGTERM",
    "WatchdogSec": "180", "ExecStart": "/opt/unkink/bin/unkink run", "WorkingDirectory": "/",
}  # fmt: skip
FREE = set("Environment LoadCredential MemoryMax RestartPreventExitStatus RestartSec SystemCallFilter TasksMax".split())
FREE |= {"TimeoutStopSec"}
OTHERS = {
    "Unit": {"Description", "Wants", "After", "AssertPathExists"},
    "Install": {"WantedBy"},
}

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed; the tests above read the unit"
)


def values(name: str) -> list[str]:
    return [value for _, found, value in LINES if found == name]


def environment() -> dict[str, str]:
    return dict(value.split("=", 1) for value in values("Environment"))


def test_a_line_that_is_no_directive_is_found() -> None:
    assert list(unit("# a\n[Unit]\nAfter=b=c\n")) == [("Unit", "After", "b=c")]
    for wrong in ("After=b", "[Unit]\nAfter b", "[Unit]\nAf ter=b"):
        with pytest.raises(ValueError, match="no directive"):
            list(unit(wrong))


def test_only_known_directives_stand_in_it() -> None:
    known = {"Service": {*YES, *SET, *FREE}, **OTHERS}
    assert {(section, name) for section, name, _ in LINES if name not in known[section]} == set()


def test_everything_that_hardens_it_is_said_once() -> None:
    assert {name: values(name) for name in YES} == {name: ["yes"] for name in YES}
    assert {name: values(name) for name in SET} == {name: [value] for name, value in SET.items()}
    assert values("SystemCallFilter") == ["@system-service", "~@privileged @resources"]


def test_what_another_try_would_not_mend_is_not_tried_again() -> None:
    (given,) = values("RestartPreventExitStatus")
    lasting = {cli.WRONG, cli.REFUSED, cli.RUNNING, cli.TOKEN_REFUSED}
    assert {int(code) for code in given.split()} == lasting
    every = {cli.DONE, cli.FAILED, *lasting}
    assert len(every) == 6
    assert int(values("TimeoutStopSec")[0]) > 5  # the store gives its file up within 5 s


def test_secrets_come_as_credentials_from_files_that_must_be_there() -> None:
    loaded = dict(value.split(":", 1) for value in values("LoadCredential"))
    assert {PurePosixPath(path).parent for path in loaded.values()} == {PurePosixPath("/etc/unkink")}
    assert set(values("AssertPathExists")) == set(loaded.values())
    assert {f"%d/{name}" for name in loaded} == {path for path in environment().values() if path.startswith("%d")}


def test_every_setting_in_it_is_one_and_the_bot_takes_them_all(tmp_path: Path) -> None:
    assert {name for name in environment() if name.startswith("UNKINK")} <= SETTINGS
    (tmp_path / "telegram_token").write_text("123456:no-token\n", encoding="utf-8")
    given = {
        name: value.replace("%S", "/var/lib").replace("%d", str(tmp_path)) for name, value in environment().items()
    }
    taken = settings.read(given)
    assert taken.data == Path("/var/lib") / values("StateDirectory")[0]
    assert (taken.key_file, taken.telegram_token) == (tmp_path / "key", "123456:no-token")
    assert given["HOME"] == "/"  # systemd sets none for a passing account


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """The unit, starting a program that every machine has: whether ours is installed is not the question."""
    copy = tmp_path / "unkink.service"
    copy.write_text(TEXT.replace("/opt/unkink/bin/unkink", shutil.which("sh") or "/bin/sh"), encoding="utf-8")
    return copy


def analyze(*words: str) -> tuple[int, str]:
    done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=20)
    return done.returncode, done.stderr


@needs_systemd
def test_systemd_understands_every_line(checked: Path) -> None:
    assert analyze("verify", str(checked)) == (0, "")
    checked.write_text(checked.read_text(encoding="utf-8").replace("PrivateTmp", "PrivatTmp"), encoding="utf-8")
    assert "'PrivatTmp'" in analyze("verify", str(checked))[1]


@needs_systemd
def test_systemd_finds_it_hardened(checked: Path) -> None:
    measure = ("security", "--offline=true", "--no-pager", f"--threshold={GOOD_ENOUGH}", str(checked))
    assert analyze(*measure)[0] == 0
    checked.write_text("[Service]\nExecStart=/bin/sh\n", encoding="utf-8")
    assert analyze(*measure)[0] != 0
