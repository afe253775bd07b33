"""Weighing an event: what it does to what is remembered, and which finding the table is to be told.

One module per group of stages. A weighing changes `turn.talk`; it says nothing, and it does not move the conversation.
"""

from __future__ import annotations

from flows.weighing.all import learn

__all__ = ["learn"]
