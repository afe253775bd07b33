-- What is kept of people: their conversation, what they are to be told, when they want to be woken.
--
-- Sealed (BLOB): conversation, body, reference, probe. In the clear: persons, keys, instants (microseconds since 1970, UTC),
-- names of wake-ups. Every column in the clear either stands in an index as well, where PRAGMA integrity_check compares the
-- two, or is bound into a seal: so a damaged byte is found, whichever it is.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,      -- 'probe': a sealed word that tells whether the key fits
    value BLOB NOT NULL
);

CREATE TABLE people (
    person TEXT PRIMARY KEY,
    conversation BLOB NOT NULL
);

CREATE TABLE handled (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL        -- why the turn was set aside; '' if it was kept
);
CREATE INDEX handled_at ON handled (at);

CREATE TABLE wakes (
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (person, name)
);
CREATE INDEX wakes_at ON wakes (at, person, name);

CREATE TABLE letters (          -- those whose fate is not known yet
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL,
    cause TEXT NOT NULL,
    once INTEGER NOT NULL,
    expires INTEGER,
    kept INTEGER NOT NULL,
    body BLOB,                  -- NULL: forgotten while in flight
    flying INTEGER NOT NULL DEFAULT 0,
    hushed INTEGER NOT NULL DEFAULT 0,   -- must not wait again
    parting INTEGER NOT NULL DEFAULT 0   -- leaves no trace when its fate is known
);
CREATE INDEX letters_lane ON letters (person, id);
CREATE INDEX letters_expires ON letters (expires) WHERE expires IS NOT NULL;
CREATE UNIQUE INDEX letters_flying ON letters (person) WHERE flying <> 0;

CREATE TABLE posted (           -- what is left of letters that went
    id INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    cause TEXT NOT NULL,
    fate TEXT NOT NULL,         -- 'sent', or why it was buried
    reference BLOB,
    kept INTEGER NOT NULL
);
CREATE INDEX posted_person ON posted (person, id);
CREATE INDEX posted_kept ON posted (kept);
