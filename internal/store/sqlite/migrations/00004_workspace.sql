-- Where a case stands with the council, whose it may be, and records that come after the first.

-- +goose Up

ALTER TABLE assessments ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE assessments ADD COLUMN restricted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN adapted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN first_opened INTEGER NOT NULL DEFAULT 0;
-- A signed case whose next record is being prepared. Its status stays; the first record stays; its papers open again.
ALTER TABLE assessments ADD COLUMN revising INTEGER NOT NULL DEFAULT 0 CHECK (revising = 0 OR status = 'signed');

DROP TRIGGER case_parts_insert_locked;
DROP TRIGGER case_parts_update_locked;
DROP TRIGGER case_parts_delete_locked;

-- +goose StatementBegin
CREATE TRIGGER case_parts_insert_locked
BEFORE INSERT ON case_parts WHEN (SELECT status = 'signed' AND revising = 0 FROM assessments WHERE id = NEW.case_id)
BEGIN
    SELECT RAISE(ABORT, 'a signed case does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER case_parts_update_locked
BEFORE UPDATE ON case_parts WHEN (SELECT status = 'signed' AND revising = 0 FROM assessments WHERE id = OLD.case_id)
BEGIN
    SELECT RAISE(ABORT, 'a signed case does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER case_parts_delete_locked
BEFORE DELETE ON case_parts WHEN (SELECT status = 'signed' AND revising = 0 FROM assessments WHERE id = OLD.case_id)
BEGIN
    SELECT RAISE(ABORT, 'a signed case does not change');
END;
-- +goose StatementEnd

ALTER TABLE councils ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

CREATE TABLE teams (
    id      TEXT PRIMARY KEY,
    council TEXT NOT NULL REFERENCES councils (slug),
    name    TEXT NOT NULL,
    closed  INTEGER NOT NULL,
    UNIQUE (council, name)
) STRICT, WITHOUT ROWID;

ALTER TABLE practitioners ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE practitioners ADD COLUMN training TEXT NOT NULL DEFAULT '';
ALTER TABLE practitioners ADD COLUMN on_duty INTEGER NOT NULL DEFAULT 0;
