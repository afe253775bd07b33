"""Everything that waits: channels, engine, post, clock."""
