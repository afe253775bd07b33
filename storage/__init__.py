"""Keeps sealed text; knows people, turns, letters and wake-ups, nothing of backs."""
