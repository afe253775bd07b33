-- What went wrong is counted, and a conversation that does not open is laid aside.
--
-- Sealed: body, conversation. A count names no person; its id is drawn at random, so that the order of rows does not tell
-- whose turn it was either. From this schema on the keys of handled turns are keyed hashes and the names of wake-ups are
-- enciphered (storage/veil.py makes both from the rows that are there).

CREATE TABLE counts (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,       -- since 1970, UTC; bound into the seal
    body BLOB NOT NULL
);
CREATE INDEX counts_day ON counts (day);

CREATE TABLE aside (            -- conversations that did not open
    person TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    conversation BLOB NOT NULL
);
CREATE INDEX aside_at ON aside (at);
