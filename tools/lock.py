#!/usr/bin/env python3
"""Write requirements/*.txt anew from pyproject.toml: every package, its version and the hashes of its files.

    python3 tools/lock.py              after a change in pyproject.toml; keeps what is locked and still fits
    python3 tools/lock.py --upgrade    takes the newest of everything

dev.txt is resolved first and the others are held to it: one version of a package, whatever is installed. The locks
serve Linux, macOS and Windows and every Python from 3.11 on. They name no index: each machine asks its own. Needs uv.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "dev": ["pyproject.toml", "--extra", "charts", "--group", "dev"],
    "run": ["pyproject.toml", "--extra", "charts", "--constraints", "requirements/dev.txt"],
    "build": ["--group", "build", "--constraints", "requirements/dev.txt"],
    "pictures": ["--group", "pictures", "--constraints", "requirements/dev.txt"],
    "training": ["--group", "training", "--constraints", "requirements/dev.txt"],
}
OPTIONS = [
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--constraints=requirements/wheels.in",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--custom-compile-command=python3 tools/lock.py",
]
PACKAGE = re.compile(r"^[\w.-]+==", re.MULTILINE)
ADDRESS = re.compile(r"://|^\s*-(?!-hash=)", re.MULTILINE)
"""What no lock may hold: an address, or an option other than a hash."""


def lock(name: str, upgrade: bool) -> int:
    """Writes one lock; returns how many packages it holds. Ends the program when it would hold an address."""
    target = ROOT / "requirements" / f"{name}.txt"
    command = ["uv", "pip", "compile", *LOCKS[name], *OPTIONS, *(["--upgrade"] if upgrade else [])]
    command += ["--output-file", str(target.relative_to(ROOT))]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    text = target.read_text(encoding="utf-8")
    if found := ADDRESS.search(text):
        sys.exit(f"{target.relative_to(ROOT)}: holds {found[0].strip()!r}, an address or an option of this machine.")
    return len(PACKAGE.findall(text))


def main() -> None:
    if not shutil.which("uv"):
        sys.exit("tools/lock.py needs uv: pip install uv, then run it again.")
    (ROOT / "requirements").mkdir(exist_ok=True)
    for name in LOCKS:
        print(f"requirements/{name}.txt: {lock(name, '--upgrade' in sys.argv[1:])} packages")


if __name__ == "__main__":
    main()
