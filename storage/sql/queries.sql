-- seen: was a turn with this key handled?
SELECT 1 FROM handled WHERE key = tag(:key);

-- handle: count a key as handled; that of a wake-up may be there already, from a time when the clock was wrong
INSERT INTO handled (key, at, reason) VALUES (tag(:key), :now, :reason)
ON CONFLICT (key) DO UPDATE SET at = excluded.at, reason = excluded.reason;

-- forget_keys: drop some of the keys handled before an instant; the newest stay, whatever the clock says
DELETE FROM handled WHERE rowid IN (
    SELECT rowid FROM handled
    WHERE at < :before AND rowid <= (SELECT max(rowid) FROM handled) - :newest LIMIT :limit);

-- stands: does this very wake-up still stand?
SELECT 1 FROM wakes WHERE person = :person AND name = veil(:person, :name) AND at = :at;

-- unwake: take this very wake-up away
DELETE FROM wakes WHERE person = :person AND name = veil(:person, :name) AND at = :at;

-- wake: set a wake-up, in place of one of the same name
INSERT INTO wakes (person, name, at) VALUES (:person, veil(:person, :name), :at)
ON CONFLICT (person, name) DO UPDATE SET at = excluded.at;

-- hush_wake: take a wake-up away by name
DELETE FROM wakes WHERE person = :person AND name = veil(:person, :name);

-- due: wake-ups that have come, the longest overdue first
SELECT person, unveil(person, name), at FROM wakes WHERE at <= :now ORDER BY at, person LIMIT :limit;

-- coming: wake-ups behind an instant and a person
SELECT person, unveil(person, name), at FROM wakes WHERE (at, person) > (:at, :person) ORDER BY at, person LIMIT :limit;

-- unwake_broken: drop a wake-up whose name does not open
DELETE FROM wakes WHERE person = :person AND at = :at AND unveil(person, name) IS NULL;

-- coming_up: how many wake-ups come due until an instant, counted up to a limit
SELECT count(*) FROM (SELECT 1 FROM wakes WHERE at > :now AND at <= :until LIMIT :limit);

-- next_wake: the earliest instant of all wake-ups
SELECT min(at) FROM wakes;

-- conversation: the sealed conversation of a person
SELECT conversation FROM people WHERE person = :person;

-- converse: keep a conversation in place of the last one
INSERT INTO people (person, conversation) VALUES (:person, :conversation)
ON CONFLICT (person) DO UPDATE SET conversation = excluded.conversation;

-- write: keep a letter
INSERT INTO letters (person, cause, once, expires, kept, body, parting, panel)
VALUES (:person, veil(:person, :cause), :once, :expires, :now, :body, :parting, :panel);

-- hush_flying: a letter on the wire cannot be called back, but it shall not be tried again
UPDATE letters SET hushed = 1 WHERE person = :person AND cause = veil(:person, :name) AND flying <> 0;

-- hushable: letters that a wake-up caused and that were not claimed yet
SELECT id FROM letters WHERE person = :person AND cause = veil(:person, :name) AND flying = 0;

-- cancel_flying: the letter on the wire shall not be tried again
UPDATE letters SET hushed = 1 WHERE person = :person AND flying <> 0;

-- cancellable: all letters of a person that wait
SELECT id FROM letters WHERE person = :person AND flying = 0;

-- expired: letters that wait, but are no longer worth sending
SELECT id FROM letters WHERE expires IS NOT NULL AND expires <= :now AND flying = 0 LIMIT :limit;

-- people_waiting: whom any letter is for
SELECT DISTINCT person FROM letters;

-- lane: letters of a lane and whom they are for, oldest first
SELECT id, person FROM letters WHERE once = :once AND id > :after ORDER BY id LIMIT :limit;

-- busy: is a letter of this person in flight, or does an answer go before what is sent once?
SELECT 1 FROM letters WHERE person = :person AND flying <> 0
UNION ALL SELECT 1 FROM letters WHERE person = :person AND once = 0 AND :once <> 0 LIMIT 1;

-- following: the next letter of a person in a lane, and the one behind it
SELECT id, unveil(person, cause), expires, body, panel FROM letters
WHERE person = :person AND once = :once ORDER BY id LIMIT 2;

-- claim: waiting -> in flight, if no other letter of this person is in flight
UPDATE letters SET flying = 1 WHERE id = :id AND flying = 0
AND NOT EXISTS (SELECT 1 FROM letters AS other WHERE other.person = letters.person AND other.flying <> 0);

-- letter: what is needed to close a letter
SELECT person, kept, flying, hushed, parting FROM letters WHERE id = :id;

-- land: in flight -> waiting
UPDATE letters SET flying = 0 WHERE id = :id;

-- drop: remove a letter, body and all
DELETE FROM letters WHERE id = :id;

-- post: keep what is left of a letter that went
INSERT INTO posted (id, person, cause, fate, reference, kept)
VALUES (:id, :person, '', :fate, :reference, :kept);

-- reference: the newest reference of a person
SELECT reference FROM posted WHERE person = :person AND reference IS NOT NULL ORDER BY id DESC LIMIT 1;

-- forget_posted: drop some of what is left of letters kept before an instant
DELETE FROM posted WHERE id IN (SELECT id FROM posted WHERE kept < :before LIMIT :limit);

-- flying: letters that were on the wire when the last process ended
SELECT id, once, hushed FROM letters WHERE flying <> 0;

-- forget_conversation: remove the conversation of a person
DELETE FROM people WHERE person = :person;

-- forget_wakes: remove all wake-ups of a person
DELETE FROM wakes WHERE person = :person;

-- forget_letters: remove all waiting letters of a person
DELETE FROM letters WHERE person = :person AND flying = 0;

-- forget_flying: empty the letter on the wire; its row keeps the goodbye behind it
UPDATE letters SET body = NULL, cause = '', expires = NULL, hushed = 1, parting = 1
WHERE person = :person AND flying <> 0;

-- forget_sent: remove what is left of the letters of a person
DELETE FROM posted WHERE person = :person;

-- wakes_of: all wake-ups of a person, the next first
SELECT unveil(person, name), at FROM wakes WHERE person = :person ORDER BY at;

-- letters_of: all letters of a person whose fate is not known yet
SELECT id, unveil(person, cause), once, expires, body FROM letters
WHERE person = :person AND body IS NOT NULL ORDER BY id;

-- posted_of: what is left of the letters of a person
SELECT fate, reference, kept FROM posted WHERE person = :person ORDER BY id;

-- aside_of: when a conversation of a person was laid aside
SELECT at FROM aside WHERE person = :person;

-- lay_aside: keep a conversation that does not open, out of the way
INSERT INTO aside (person, at, conversation) SELECT person, :now, conversation FROM people WHERE person = :person
ON CONFLICT (person) DO UPDATE SET at = excluded.at, conversation = excluded.conversation;

-- forget_aside: remove what was laid aside of a person
DELETE FROM aside WHERE person = :person;

-- drop_aside: drop some of what was laid aside before an instant
DELETE FROM aside WHERE person IN (SELECT person FROM aside WHERE at < :before LIMIT :limit);

-- count: something that went wrong, of nobody
INSERT INTO counts (id, day, body) VALUES (:id, :day, :body);

-- counts: all that was counted, by day
SELECT day, body FROM counts ORDER BY day, id;

-- drop_counts: drop some of what was counted before a day
DELETE FROM counts WHERE id IN (SELECT id FROM counts WHERE day < :before LIMIT :limit);

-- tag_keys: hash the keys of an older schema
UPDATE handled SET key = tag(key);

-- veil_wakes: encipher the names of an older schema
UPDATE wakes SET name = veil(person, name);

-- veil_letters: the same for why letters are sent by themselves
UPDATE letters SET cause = veil(person, cause);

-- drop_causes: why a letter was sent is not kept once it went
UPDATE posted SET cause = '';

-- fact: a fact about the database itself
SELECT value FROM meta WHERE name = :name;

-- note: keep a fact about the database itself
INSERT INTO meta (name, value) VALUES (:name, :value);

-- renote: keep a fact in place of the last one
INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- drop_fact: remove a fact about the database itself
DELETE FROM meta WHERE name = :name;

-- everybody: everyone of whom anything is kept; for a restore
SELECT person FROM people UNION SELECT person FROM wakes UNION SELECT person FROM letters
UNION SELECT person FROM posted UNION SELECT person FROM aside;

-- conversations: all of them, sealed; for a restore
SELECT person, conversation FROM people;

-- drop_letters: remove every letter whose fate is not known; for a restore
DELETE FROM letters WHERE id > 0;
