-- What is owed on a case besides its next step: a second signature, a copy of the record, a reminder. A row is there as long
-- as it is owed.

-- +goose Up

CREATE TABLE owed (
    case_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    council TEXT NOT NULL REFERENCES councils (slug),
    what    TEXT NOT NULL CHECK (what <> ''),
    from_at INTEGER NOT NULL,
    PRIMARY KEY (case_id, what)
) STRICT, WITHOUT ROWID;

CREATE INDEX owed_of_council ON owed (council, what, from_at, case_id);
