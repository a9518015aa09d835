-- Who may open a case beside the team it is with: those named for a restricted one, and those who gave a reason.

-- +goose Up

CREATE TABLE case_grants (
    case_id      TEXT NOT NULL REFERENCES assessments (id),
    practitioner TEXT NOT NULL REFERENCES practitioners (id),
    council      TEXT NOT NULL REFERENCES councils (slug),
    at           INTEGER NOT NULL,
    until        INTEGER NOT NULL, -- 0 for those who were named: until somebody takes the name off again
    PRIMARY KEY (case_id, practitioner)
) STRICT, WITHOUT ROWID;
