-- Two lanes: answers are looked up without a glance at the reminders that wait, however many there are.
ALTER TABLE letters ADD COLUMN panel INTEGER NOT NULL DEFAULT 0;    -- made needless by a later panel right behind it
DROP INDEX letters_lane;
CREATE INDEX letters_person ON letters (person, once, id, panel);
CREATE INDEX letters_lane ON letters (once, id);
