-- Figures of the whole, and a trail that shows when it was tampered with.

-- +goose Up

-- What was counted of sealed content when it came about. A row is a number of a month and leads to nobody: there is no id,
-- and no day, so that a number does not stand beside the one event of that day. Whoever publishes from it leaves out small
-- numbers.
CREATE TABLE figures (
    council TEXT NOT NULL REFERENCES councils (slug),
    name    TEXT NOT NULL CHECK (name <> ''),
    month   TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]'),
    key     TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (council, name, month, key)
) STRICT, WITHOUT ROWID;

-- Open cases, in the order in which they are counted: everything that a figure needs is in the index.
CREATE INDEX assessments_open ON assessments (council, test, team, kind, sent_at, due_at, queue_rank, worker)
    WHERE status = 'sent';
CREATE INDEX assessments_held ON assessments (council, test, worker, due_at) WHERE status = 'sent';
-- What came in, by week.
CREATE INDEX assessments_came ON assessments (council, test, sent_at, status) WHERE status <> 'draft';
-- Entries made to try the service out are few: what is counted elsewhere looks here whether to leave one out.
CREATE INDEX assessments_tests ON assessments (id) WHERE test = 1;
-- What was signed, by week and newest first.
CREATE INDEX determinations_signed ON determinations (council, signed_at, id, case_id, version);

-- Each event carries the SHA-256 over the one before it in its council and over itself. Those that were written before this
-- migration carry none: where the chain begins is kept in meta.
ALTER TABLE events ADD COLUMN hash BLOB CHECK (hash IS NULL OR length(hash) = 32);

INSERT INTO meta (name, value) SELECT 'chain_after', CAST(CAST(coalesce(max(seq), 0) AS TEXT) AS BLOB) FROM events;

-- The end of each council's chain. It is read and written once for all events of a commit.
CREATE TABLE event_heads (
    council TEXT PRIMARY KEY,
    seq     INTEGER NOT NULL,
    hash    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Ways into the trail, newest first. Nearly all events are saved answers: they are in the first of the three alone.
CREATE INDEX events_at ON events (council, at, seq);
CREATE INDEX events_verb ON events (council, verb, at, seq) WHERE verb <> 'draft.saved';
CREATE INDEX events_actor ON events (council, actor_id, at, seq) WHERE actor = 'practitioner';

-- That a manager has looked into something unusual, and what they found. alert is made from the rule, who and when.
CREATE TABLE acknowledgements (
    council  TEXT NOT NULL REFERENCES councils (slug),
    alert    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    by_id    TEXT NOT NULL,
    data_key BLOB NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (council, alert)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER acknowledgements_never_change
BEFORE UPDATE ON acknowledgements
BEGIN
    SELECT RAISE(ABORT, 'an acknowledgement does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER acknowledgements_never_go
BEFORE DELETE ON acknowledgements
BEGIN
    SELECT RAISE(ABORT, 'an acknowledgement is not deleted');
END;
-- +goose StatementEnd
