-- The first shape of the database. Numbered files are only ever added: what runs on one shape must run on the next.
--
-- Columns named *_key and those of type BLOB are sealed, but for meta.value and limits.key. Times are microseconds
-- since 1970 in UTC, 0 for none.

-- +goose Up

-- 'Thre': says that the file is a database of this program.
PRAGMA application_id = 0x54687265;

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE councils (
    slug          TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    gss           TEXT NOT NULL,
    phone         TEXT NOT NULL,
    phone_24h     TEXT NOT NULL,
    email         TEXT NOT NULL,
    leave_url     TEXT NOT NULL,
    complaint_url TEXT NOT NULL,
    directory_url TEXT NOT NULL,
    colour        TEXT NOT NULL,
    read_days     INTEGER NOT NULL,
    demo          INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    council_key   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE assessments (
    id              TEXT PRIMARY KEY,
    council         TEXT NOT NULL REFERENCES councils (slug),
    kind            TEXT NOT NULL,
    ruleset         TEXT NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('draft', 'sent', 'signed')),
    version         INTEGER NOT NULL,
    -- The version at which the sealed columns were written: they are bound to it, and taking a case changes only version.
    sealed_version  INTEGER NOT NULL,
    started_at      INTEGER NOT NULL,
    saved_at        INTEGER NOT NULL,
    reference       TEXT,
    sent_at         INTEGER NOT NULL,
    due_at          INTEGER NOT NULL, -- the largest integer for none, so that it comes last
    -- Minus the priority. Row values compare in one direction only, and so the whole order of the queue is ascending. (A
    -- generated column would say the same, but an index does not cover one.)
    queue_rank      INTEGER NOT NULL,
    linked_to       TEXT NOT NULL,
    worker          TEXT NOT NULL,
    worker_name     TEXT NOT NULL,
    data_key        BLOB NOT NULL,
    answers         BLOB NOT NULL,
    summary         BLOB NOT NULL,
    indication      BLOB,
    CHECK (status = 'draft' OR reference IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX assessments_reference ON assessments (reference) WHERE reference IS NOT NULL;
CREATE INDEX assessments_drafts ON assessments (saved_at) WHERE status = 'draft';
-- The queue in its order, as a whole, of one worker and of one kind. Drafts are in none of them, so that saving an
-- answer touches no index of the queue.
CREATE INDEX assessments_queue ON assessments (council, status, queue_rank, due_at, sent_at, id, kind, worker)
    WHERE status <> 'draft';
CREATE INDEX assessments_queue_worker ON assessments (council, status, worker, queue_rank, due_at, sent_at, id, kind)
    WHERE status <> 'draft';
CREATE INDEX assessments_queue_kind ON assessments (council, status, kind, queue_rank, due_at, sent_at, id, worker)
    WHERE status <> 'draft';

-- +goose StatementBegin
CREATE TRIGGER assessments_sent_is_locked
BEFORE UPDATE OF id, council, kind, ruleset, sealed_version, started_at, reference, sent_at, data_key, answers, summary, indication
ON assessments WHEN OLD.status <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'a sent assessment does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessments_sent_is_kept
BEFORE DELETE ON assessments WHEN OLD.status <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'a sent assessment is not erased');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessments_status_moves_forward
BEFORE UPDATE OF status ON assessments
WHEN (OLD.status = 'sent' AND NEW.status = 'draft') OR (OLD.status = 'signed' AND NEW.status <> 'signed')
BEGIN
    SELECT RAISE(ABORT, 'a status only moves forward');
END;
-- +goose StatementEnd

CREATE TABLE case_parts (
    case_id  TEXT NOT NULL REFERENCES assessments (id),
    name     TEXT NOT NULL,
    council  TEXT NOT NULL REFERENCES councils (slug),
    version  INTEGER NOT NULL,
    data_key BLOB NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (case_id, name)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER case_parts_insert_locked
BEFORE INSERT ON case_parts WHEN (SELECT status FROM assessments WHERE id = NEW.case_id) = 'signed'
BEGIN
    SELECT RAISE(ABORT, 'a signed case does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER case_parts_update_locked
BEFORE UPDATE ON case_parts WHEN (SELECT status FROM assessments WHERE id = OLD.case_id) = 'signed'
BEGIN
    SELECT RAISE(ABORT, 'a signed case does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER case_parts_delete_locked
BEFORE DELETE ON case_parts WHEN (SELECT status FROM assessments WHERE id = OLD.case_id) = 'signed'
BEGIN
    SELECT RAISE(ABORT, 'a signed case does not change');
END;
-- +goose StatementEnd

CREATE TABLE determinations (
    id             TEXT PRIMARY KEY,
    case_id        TEXT NOT NULL REFERENCES assessments (id),
    council        TEXT NOT NULL REFERENCES councils (slug),
    version        INTEGER NOT NULL,
    signed_by      TEXT NOT NULL,
    signed_by_name TEXT NOT NULL,
    signed_at      INTEGER NOT NULL,
    data_key       BLOB NOT NULL,
    decision       BLOB NOT NULL,
    body           BLOB NOT NULL,
    hash           BLOB NOT NULL,
    UNIQUE (case_id, version)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER determinations_never_change
BEFORE UPDATE ON determinations
BEGIN
    SELECT RAISE(ABORT, 'a determination does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER determinations_never_go
BEFORE DELETE ON determinations
BEGIN
    SELECT RAISE(ABORT, 'a determination is not deleted');
END;
-- +goose StatementEnd

-- AUTOINCREMENT: a number is never given twice, so a gap would show.
CREATE TABLE events (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    at       INTEGER NOT NULL,
    council  TEXT NOT NULL,
    actor    TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    verb     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL
) STRICT;

CREATE INDEX events_subject ON events (council, subject, seq);

-- +goose StatementBegin
CREATE TRIGGER events_never_change
BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'an event does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER events_never_go
BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'an event is not deleted');
END;
-- +goose StatementEnd

CREATE TABLE practitioners (
    id            TEXT PRIMARY KEY,
    council       TEXT NOT NULL REFERENCES councils (slug),
    name          TEXT NOT NULL,
    email         TEXT NOT NULL COLLATE NOCASE UNIQUE,
    roles         TEXT NOT NULL, -- ids with a space between
    registration  TEXT NOT NULL,
    totp_last     INTEGER NOT NULL,
    setup_hash    TEXT,
    setup_until   INTEGER NOT NULL,
    disabled      INTEGER NOT NULL,
    demo          INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    data_key      BLOB NOT NULL,
    password_hash BLOB NOT NULL,
    totp_secret   BLOB NOT NULL
) STRICT;

CREATE INDEX practitioners_council ON practitioners (council, name);
CREATE UNIQUE INDEX practitioners_setup ON practitioners (setup_hash) WHERE setup_hash IS NOT NULL;

CREATE TABLE sessions (
    id_hash      TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    council      TEXT NOT NULL,
    assessment   TEXT NOT NULL,
    practitioner TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    locked       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_seen ON sessions (seen_at);
CREATE INDEX sessions_practitioner ON sessions (practitioner) WHERE practitioner <> '';

-- key is an HMAC of what is limited, so that no address or reference is kept here.
CREATE TABLE limits (
    key        BLOB PRIMARY KEY,
    started_at INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    before     INTEGER NOT NULL, -- tries in the window before
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX limits_expired ON limits (expires_at);
