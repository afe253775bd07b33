"""The present question of a conversation, as a card. A pure function of what is kept, so it can be shown again at any
time."""

from __future__ import annotations

from flows.cards.present import present

__all__ = ["present"]
