#!/usr/bin/env python3
"""Write the software bill of materials of what is installed to run the bot: CycloneDX, into build/sbom.cdx.json.

    python3 tools/sbom.py              writes it; ends with 1 if a licence is not allowed or a package is missing
    python3 tools/sbom.py FILE         writes it there

Taken from the environment that runs this, and cut to what requirements/run.txt locks: names, versions, licences, and
who needs whom. It holds no address: neither of an index nor of anything else. Needs cyclonedx-bom (in the dev group).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "run.txt"
USUAL = ROOT / "build" / "sbom.cdx.json"
ALLOWED = frozenset({
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0",
    "Python-2.0", "License :: OSI Approved :: Apache Software License", "License :: OSI Approved :: BSD License",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
})  # fmt: skip
"""Licences under which a package may be used beside our own: as it is, from its own place, unchanged."""
READ_BY_HAND = {"resvg-py": "MIT"}
"""Packages whose data names no licence: what the licence file in them says."""
ADDRESSES = ("externalReferences", "properties")
Json = dict[str, Any]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    """What runs the bot here: name to version. What is for other systems or Pythons is left out."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"[A-Za-z0-9]", line)]
    here = [each for each in wanted if each.marker is None or each.marker.evaluate()]
    return {plain(each.name): str(each.specifier).removeprefix("==") for each in here}


def environment() -> Json:
    """Everything installed here, as the tool tells it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "all.json"
        command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON"]
        subprocess.run([*command, "-o", str(file), sys.executable], check=True, capture_output=True)
        whole: Json = json.loads(file.read_text(encoding="utf-8"))
    return whole


def cut(whole: Json, names: Iterable[str]) -> Json:
    """The bill of these packages alone, without any address."""
    wanted = set(names)
    parts = [part for part in whole["components"] if plain(part["name"]) in wanted]
    kept = {part["bom-ref"] for part in parts}
    needs = [
        {**each, "dependsOn": [other for other in each.get("dependsOn", []) if other in kept]}
        for each in whole.get("dependencies", [])
        if each["ref"] in kept
    ]
    bare = [
        {key: value for key, value in part.items() if key not in ("externalReferences", "properties")} for part in parts
    ]
    head = {key: whole[key] for key in ("bomFormat", "specVersion", "version")}
    unkink = {"type": "application", "name": "unkink", "bom-ref": "unkink"}
    return {**head, "metadata": {"component": unkink}, "components": bare, "dependencies": needs}


def licences(part: Json) -> list[str]:
    """The licences a package names, as they stand there."""
    named = part.get("licenses", [])
    if not named and plain(part["name"]) in READ_BY_HAND:
        return [READ_BY_HAND[plain(part["name"])]]
    return [each.get("expression") or each["license"].get("id") or each["license"].get("name", "") for each in named]


def is_allowed(expression: str) -> bool:
    """ "A AND B": both must be; "A OR B": one is enough."""
    if expression in ALLOWED:
        return True
    return all(any(one.strip(" ()") in ALLOWED for one in each.split(" OR ")) for each in expression.split(" AND "))


def faults(bill: Json, wanted: dict[str, str]) -> Iterator[str]:
    """What is wrong with a bill: a package that is missing or another version, a licence that is not allowed."""
    parts = {plain(part["name"]): part for part in bill["components"]}
    for name, version in wanted.items():
        if name not in parts:
            yield f"{name} is locked and not installed; install requirements/run.txt"
        elif parts[name]["version"] != version:
            yield f"{name} is locked as {version}, installed is {parts[name]['version']}; install requirements/run.txt"
        elif not licences(parts[name]):
            yield f"{name} names no licence; look at it, and leave it out if it has none"
        else:
            for licence in licences(parts[name]):
                if not is_allowed(licence):
                    yield f"{name}: the licence {licence!r} is not allowed; see ALLOWED in tools/sbom.py"


def main() -> int:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else USUAL
    bill = cut(environment(), locked())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    found = list(faults(bill, locked()))
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{len(bill['components'])} packages in the bill of materials")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
