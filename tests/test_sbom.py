"""The bill of materials: whole, without addresses, and under licences that are allowed."""

from __future__ import annotations

import json
from importlib import metadata

import pytest

from tools import sbom


def part(name: str, version: str, *named: str) -> sbom.Json:
    return {
        "name": name,
        "version": version,
        "bom-ref": name,
        "licenses": [{"license": {"id": each}} for each in named],
    }


def bill(*parts: sbom.Json) -> sbom.Json:
    return {"components": list(parts)}


def test_the_bill_is_cut_to_what_runs_the_bot_and_holds_no_address() -> None:
    address = [{"type": "distribution", "url": "https://index.example/simple/a"}]
    whole = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"tools": "https://x"},
        "components": [{**part("A_b", "1", "MIT"), "externalReferences": address}, part("pytest", "9", "MIT")],
        "dependencies": [{"ref": "A_b", "dependsOn": ["pytest", "A_b"]}, {"ref": "pytest", "dependsOn": []}],
    }  # fmt: skip
    made = sbom.cut(whole, ["a-b"])
    assert made["components"] == [part("A_b", "1", "MIT")]
    assert made["dependencies"] == [{"ref": "A_b", "dependsOn": ["A_b"]}]
    assert "://" not in json.dumps(made)


@pytest.mark.parametrize("name", sorted(sbom.locked()))
def test_every_licence_is_allowed(name: str) -> None:
    """As each installed package names it; the bill itself is made and judged by `run.py check`."""
    told = metadata.metadata(name)
    classified = [each for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    named = told.get_all("License-Expression") or classified or told.get_all("License")
    named = named or [sbom.READ_BY_HAND.get(name, "")]
    assert all(sbom.is_allowed(each) or each in CLASSIFIERS for each in named), named


CLASSIFIERS = {
    "License :: OSI Approved :: MIT License", "License :: OSI Approved :: Python Software Foundation License",
}  # fmt: skip


def test_what_is_missing_or_another_or_not_allowed_is_said() -> None:
    wanted = {"a": "1", "b": "1", "c": "1", "d": "1", "e": "1"}
    made = bill(part("b", "2", "MIT"), part("c", "1", "AGPL-3.0-only"), part("d", "1"), part("E", "1", "MIT"))
    found = list(sbom.faults(made, wanted))
    assert [fault.split(" ")[0].rstrip(":") for fault in found] == ["a", "b", "c", "d"]
    assert "AGPL-3.0-only" in found[2]


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True), ("Apache-2.0 AND MIT", True), ("MIT OR AGPL-3.0-only", True), ("GPL-3.0-only", False),
        ("Apache-2.0 AND GPL-3.0-only", False), ("UNKNOWN", False), ("(MIT OR Apache-2.0) AND BSD-3-Clause", True),
        ("", False),
    ],
)  # fmt: skip
def test_a_licence_is_allowed_or_not(licence: str, allowed: bool) -> None:
    assert sbom.is_allowed(licence) is allowed


def test_the_lock_is_read_whole() -> None:
    names = sbom.locked()
    assert len(names) > 25
    assert all(version[0].isdigit() for version in names.values())
