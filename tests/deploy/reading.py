"""Small readers of the files in deploy/: enough to say what stands in them, not what a builder would make of it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.settings import PREFIX, READERS, SECRETS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SETTINGS = {
    "UNKINK_SETTINGS",
    *(PREFIX + name.upper() for name in READERS),
    *(f"{PREFIX}{name.upper()}_FILE" for name in SECRETS),
}
"""Every name in the environment that the bot reads."""


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction of a Dockerfile: its word in capitals, its options (--from=build), the rest, and its stage."""

    word: str
    options: Mapping[str, str]
    rest: str
    stage: str

    @property
    def listed(self) -> list[str] | None:
        """The words of the exec form; None in the shell form."""
        try:
            words = json.loads(self.rest)
        except json.JSONDecodeError:
            return None
        return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None

    @property
    def pairs(self) -> dict[str, str]:
        """What ENV or LABEL sets."""
        return dict(pair.split("=", 1) for pair in shlex.split(self.rest))


def dockerfile(text: str) -> list[Line]:
    """Its instructions in their order. ValueError: a line that is none."""
    whole = re.sub(r"\\\n(?:[ \t]*#[^\n]*\n)*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    lines, stage = [], ""
    for raw in filter(str.strip, whole.splitlines()):
        found = re.fullmatch(r"([A-Z]+)((?:\s+--[a-z-]+=\S+)*)\s+(.+?)\s*", raw)
        if found is None:
            raise ValueError(f"no instruction: {raw}")
        if found[1] == "FROM":
            stage = found[3].partition(" AS ")[2]
        options = dict(option[2:].split("=", 1) for option in found[2].split())
        lines.append(Line(found[1], options, found[3], stage))
    return lines


def ignored(patterns: str, path: str) -> bool:
    """Whether the builder never sees this file: the last pattern that fits it, or a folder above it, decides."""
    lies = [path, *map(str, Path(path).parents)][:-1]  # not ".", the folder of all
    verdict = False
    for line in patterns.splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            fits = _pattern(pattern.removeprefix("!"))
            if any(fits.fullmatch(each) for each in lies):
                verdict = not pattern.startswith("!")
    return verdict


def _pattern(glob: str) -> re.Pattern[str]:
    pieces = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]*\])", glob)
    return re.compile(
        "".join(pieces.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts)
    )


def unit(text: str) -> Iterator[tuple[str, str, str]]:
    """Section, directive and value of each line of a systemd unit. ValueError: a line that is none."""
    section = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        name, equals, value = line.partition("=")
        if not (section and equals and name.isidentifier()):
            raise ValueError(f"no directive: {line}")
        yield section, name, value
