-- Coming back to a form, a second voice, a practitioner's questions, and messages on their way.

-- +goose Up

-- An account (account_of) joins somebody else's case and is never a case of its own.
ALTER TABLE assessments ADD COLUMN account_of INTEGER NOT NULL DEFAULT 0 CHECK (account_of = 0 OR status = 'draft');
ALTER TABLE assessments ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN keyed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE assessments ADD COLUMN keyed_how TEXT NOT NULL DEFAULT '';

-- Drafts are erased by two clocks, and each looks through its own only.
DROP INDEX assessments_drafts;
CREATE INDEX assessments_drafts ON assessments (kept, saved_at) WHERE status = 'draft';
CREATE INDEX assessments_accounts ON assessments (linked_to) WHERE account_of = 1;

-- +goose StatementBegin
CREATE TRIGGER assessments_sent_is_locked_too
BEFORE UPDATE OF account_of, kept, keyed_by, keyed_how ON assessments WHEN OLD.status <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'a sent assessment does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessments_reference_stays
BEFORE UPDATE OF reference ON assessments WHEN OLD.reference IS NOT NULL AND NEW.reference IS NOT OLD.reference
BEGIN
    SELECT RAISE(ABORT, 'a reference does not change: codes were given with it');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessments_account_stays
BEFORE UPDATE OF account_of ON assessments WHEN OLD.account_of <> 0 AND NEW.account_of = 0
BEGIN
    SELECT RAISE(ABORT, 'an account is never a case of its own');
END;
-- +goose StatementEnd

-- What was added to a case or draft after its first answers. seq tells what came first at the same moment.
CREATE TABLE entries (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    case_id  TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    council  TEXT NOT NULL REFERENCES councils (slug),
    kind     TEXT NOT NULL,
    about    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    by_kind  TEXT NOT NULL,
    by_id    TEXT NOT NULL,
    data_key BLOB NOT NULL,
    body     BLOB NOT NULL
) STRICT;

CREATE INDEX entries_case ON entries (case_id, at, seq);

-- +goose StatementBegin
CREATE TRIGGER entries_never_change
BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'an entry does not change');
END;
-- +goose StatementEnd

-- A draft that is erased takes its entries along. SQLite deletes the draft first, so that it is gone by the time this
-- looks; whoever deletes an entry by itself finds it still there.
-- +goose StatementBegin
CREATE TRIGGER entries_go_with_their_draft_only
BEFORE DELETE ON entries WHEN EXISTS (SELECT 1 FROM assessments WHERE id = OLD.case_id)
BEGIN
    SELECT RAISE(ABORT, 'an entry is not deleted');
END;
-- +goose StatementEnd

-- hash is that of the code, which cannot be had from it: argon2id with a pepper that is not in this file, or SHA-256 of
-- a token too long to guess.
CREATE TABLE codes (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    assessment TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    council    TEXT NOT NULL REFERENCES councils (slug),
    kind       TEXT NOT NULL,
    hash       TEXT NOT NULL CHECK (hash <> ''),
    created_at INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX codes_assessment ON codes (assessment, created_at, seq);
-- Only a link opens something by itself.
CREATE UNIQUE INDEX codes_link ON codes (hash) WHERE kind = 'link';

ALTER TABLE sessions ADD COLUMN as_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN locale TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN large INTEGER NOT NULL DEFAULT 0;

CREATE INDEX sessions_assessment ON sessions (assessment) WHERE assessment <> '';

-- Messages that were not sent yet. The queue below says which is due, and holds the id of a row here and nothing else.
CREATE TABLE outbox (
    id          TEXT PRIMARY KEY,
    council     TEXT NOT NULL REFERENCES councils (slug),
    message     TEXT UNIQUE, -- its id in the queue; NULL once it was given up
    kind        TEXT NOT NULL,
    queued_at   INTEGER NOT NULL,
    tries       INTEGER NOT NULL,
    last_try_at INTEGER NOT NULL,
    last_error  TEXT NOT NULL, -- a class of error, never an address
    data_key    BLOB NOT NULL,
    body        BLOB NOT NULL
) STRICT;

CREATE INDEX outbox_dead ON outbox (last_try_at, id) WHERE message IS NULL;

-- The table that maragu.dev/goqite 0.4 works on, column by column. Its times are text, by the machine's clock.
CREATE TABLE goqite (
    id       TEXT PRIMARY KEY DEFAULT ('m_' || lower(hex(randomblob(16)))),
    created  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    updated  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    queue    TEXT NOT NULL,
    body     BLOB NOT NULL,
    timeout  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    received INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX goqite_queue_priority_created_idx ON goqite (queue, priority DESC, created);

-- goqite's own trigger follows every update. With recursive_triggers, which this database needs, that one would follow
-- itself without end: so this follows the two columns that goqite changes.
-- +goose StatementBegin
CREATE TRIGGER goqite_updated_timestamp
AFTER UPDATE OF timeout, received ON goqite
BEGIN
    UPDATE goqite SET updated = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = OLD.id;
END;
-- +goose StatementEnd
