-- Answers to the equality questions (Equality Act 2010 s.149), which lead to nobody. A row is one answer and not one
-- person, so that the answers of a person do not stand together. The key is random and the table is laid out by it, so
-- that neither a number nor the place of a row tells when it came and beside which case. They are not sealed: a report
-- counts them in SQL, and must leave out small numbers.

-- +goose Up

CREATE TABLE equality (
    id       BLOB PRIMARY KEY CHECK (length(id) = 16),
    council  TEXT NOT NULL REFERENCES councils (slug),
    month    TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]'),
    question TEXT NOT NULL CHECK (question <> ''),
    answer   TEXT NOT NULL CHECK (answer <> '')
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER equality_never_changes
BEFORE UPDATE ON equality
BEGIN
    SELECT RAISE(ABORT, 'an equality answer does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER equality_never_goes
BEFORE DELETE ON equality
BEGIN
    SELECT RAISE(ABORT, 'an equality answer is not deleted');
END;
-- +goose StatementEnd

-- That they were answered in this session, so that they count once. It ends with the session.
ALTER TABLE sessions ADD COLUMN equality INTEGER NOT NULL DEFAULT 0;
