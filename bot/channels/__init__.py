"""The doors: one per messenger."""

from __future__ import annotations
