"""Older stored forms of a conversation to the present one, a function each.

When a field of `Conversation` changes its name or meaning: raise FORM, write the step from the form before, and put a
sample of the old form into `tests/flows/forms/`. New fields with a default need no step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Stored = dict[str, Any]

FORM = 1
STEPS: dict[int, Callable[[Stored], Stored]] = {}
"""From form n to n + 1."""


def upgrade(stored: object) -> Stored:
    """The fields in the present form, without the form number. ValueError: no conversation, or a newer form."""
    if not isinstance(stored, dict):
        raise ValueError("no JSON object")
    form = stored.get("form")
    if isinstance(form, bool) or not isinstance(form, int) or not 1 <= form <= FORM:
        raise ValueError(f"form {form!r} is unknown; this version reads 1 to {FORM}")
    fields = {key: value for key, value in stored.items() if key != "form"}
    for old in range(form, FORM):
        fields = STEPS[old](fields)
    return fields
