-- Cases that were kept as long as the council said, and what is left when one was destroyed.

-- +goose Up

-- When a case was finished: its newest record was signed, or another council took it over. 0 while it never was.
ALTER TABLE assessments ADD COLUMN finished_at INTEGER NOT NULL DEFAULT 0;

UPDATE assessments SET finished_at = (SELECT max(d.signed_at) FROM determinations d WHERE d.case_id = assessments.id)
    WHERE EXISTS (SELECT 1 FROM determinations d WHERE d.case_id = assessments.id);
UPDATE assessments SET finished_at = coalesce((SELECT max(x.settled_at) FROM transfers x WHERE x.case_id = assessments.id AND x.new_case <> ''), saved_at)
    WHERE passed <> '';

CREATE INDEX assessments_finished ON assessments (council, finished_at, id) WHERE finished_at <> 0;
CREATE INDEX assessments_linked ON assessments (linked_to) WHERE linked_to <> '';

-- +goose StatementBegin
CREATE TRIGGER determinations_finish
AFTER INSERT ON determinations
BEGIN
    UPDATE assessments SET finished_at = max(finished_at, NEW.signed_at) WHERE id = NEW.case_id;
END;
-- +goose StatementEnd

-- What was said of a finished case whose time is over. at is until when it is kept, when its destruction was proposed, or from
-- when that is carried out. The row goes with its case.
CREATE TABLE disposals (
    case_id     TEXT PRIMARY KEY REFERENCES assessments (id) ON DELETE CASCADE,
    council     TEXT NOT NULL REFERENCES councils (slug),
    state       TEXT NOT NULL CHECK (state IN ('kept', 'proposed', 'agreed')),
    at          INTEGER NOT NULL,
    why         TEXT NOT NULL CHECK ((why = '') = (state <> 'kept')),
    by_id       TEXT NOT NULL, -- who keeps or proposed
    agreed_by   TEXT NOT NULL CHECK ((agreed_by = '') = (state <> 'agreed')),
    agreed_at   INTEGER NOT NULL,
    data_key    BLOB NOT NULL,
    note        BLOB NOT NULL,
    CHECK (by_id <> ''),
    CHECK (agreed_by <> by_id) -- two people
) STRICT, WITHOUT ROWID;

CREATE INDEX disposals_state ON disposals (council, state, at, case_id);

-- What is left of a case that was destroyed: enough to count it and to say that it was done, and nobody's name. reference is an
-- HMAC under a key of the council's that is not in this file; ending, the decision, is sealed. signed_at is of the first record, 0 for none.
CREATE TABLE disposed (
    case_id     TEXT PRIMARY KEY,
    council     TEXT NOT NULL REFERENCES councils (slug),
    reference   BLOB NOT NULL CHECK (length(reference) = 16),
    kind        TEXT NOT NULL,
    test        INTEGER NOT NULL,
    sent_at     INTEGER NOT NULL,
    signed_at   INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    proposed_by TEXT NOT NULL,
    agreed_by   TEXT NOT NULL,
    disposed_at INTEGER NOT NULL,
    data_key    BLOB NOT NULL,
    ending      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX disposed_reference ON disposed (council, reference);
-- Destroyed cases count in their weeks as before.
CREATE INDEX disposed_came ON disposed (council, test, sent_at);
CREATE INDEX disposed_closed ON disposed (council, test, signed_at);

-- +goose StatementBegin
CREATE TRIGGER disposed_as_two_agreed
BEFORE INSERT ON disposed
WHEN NOT EXISTS (SELECT 1 FROM assessments n JOIN assessments a ON a.id = n.id OR a.id = n.duplicate_of AND n.status = 'sent'
    JOIN disposals d ON d.case_id = a.id WHERE n.id = NEW.case_id AND d.state = 'agreed' AND d.by_id = NEW.proposed_by AND d.agreed_by = NEW.agreed_by
    AND d.at <= NEW.disposed_at AND a.status = 'signed' AND a.revising = 0)
BEGIN
    SELECT RAISE(ABORT, 'a case is destroyed only when it is finished and two people agreed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER disposed_never_change
BEFORE UPDATE ON disposed
BEGIN
    SELECT RAISE(ABORT, 'what is left of a destroyed case does not change');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER disposed_never_go
BEFORE DELETE ON disposed
BEGIN
    SELECT RAISE(ABORT, 'what is left of a destroyed case is not deleted');
END;
-- +goose StatementEnd

-- What was never deleted is deleted for a case that is written down as destroyed, in the same transaction, and for no other.
DROP TRIGGER assessments_sent_is_kept;
-- +goose StatementBegin
CREATE TRIGGER assessments_sent_is_kept
BEFORE DELETE ON assessments WHEN OLD.status <> 'draft' AND NOT EXISTS (SELECT 1 FROM disposed WHERE case_id = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'a sent assessment is not erased');
END;
-- +goose StatementEnd

DROP TRIGGER determinations_never_go;
-- +goose StatementBegin
CREATE TRIGGER determinations_never_go
BEFORE DELETE ON determinations WHEN NOT EXISTS (SELECT 1 FROM disposed WHERE case_id = OLD.case_id)
BEGIN
    SELECT RAISE(ABORT, 'a determination is not deleted');
END;
-- +goose StatementEnd

DROP TRIGGER case_parts_delete_locked;
-- +goose StatementBegin
CREATE TRIGGER case_parts_delete_locked
BEFORE DELETE ON case_parts WHEN (SELECT status = 'signed' AND revising = 0 FROM assessments WHERE id = OLD.case_id)
    AND NOT EXISTS (SELECT 1 FROM disposed WHERE case_id = OLD.case_id)
BEGIN
    SELECT RAISE(ABORT, 'a signed case does not change');
END;
-- +goose StatementEnd

-- An offer that another council accepted belongs to its case: it stays when the case it was made of is destroyed, and so
-- case_id leads to a row no more.
DROP TRIGGER transfers_end_with_the_signature;
DROP TRIGGER transfers_never_go;
DROP TRIGGER transfers_settle_once;

CREATE TABLE transfers_of_destroyed (
    id            TEXT PRIMARY KEY,
    council       TEXT NOT NULL REFERENCES councils (slug),
    case_id       TEXT NOT NULL,
    reference     TEXT NOT NULL,
    to_council    TEXT NOT NULL REFERENCES councils (slug),
    to_team       TEXT NOT NULL CHECK ((to_team = '') = (to_council <> council)),
    state         TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'taken-back')),
    offered_at    INTEGER NOT NULL,
    settled_at    INTEGER NOT NULL,
    new_case      TEXT NOT NULL,
    new_reference TEXT NOT NULL,
    data_key      BLOB NOT NULL,
    offer         BLOB NOT NULL,
    CHECK ((new_case = '') = (new_reference = ''))
) STRICT;
INSERT INTO transfers_of_destroyed (id, council, case_id, reference, to_council, to_team, state, offered_at, settled_at, new_case, new_reference, data_key, offer)
    SELECT id, council, case_id, reference, to_council, to_team, state, offered_at, settled_at, new_case, new_reference, data_key, offer FROM transfers;
DROP TABLE transfers;
ALTER TABLE transfers_of_destroyed RENAME TO transfers;

CREATE INDEX transfers_case ON transfers (case_id, offered_at);
CREATE INDEX transfers_new_case ON transfers (new_case) WHERE new_case <> '';
CREATE INDEX transfers_came ON transfers (to_council, reference) WHERE new_case <> '';
CREATE UNIQUE INDEX transfers_open ON transfers (case_id) WHERE state = 'offered';
CREATE INDEX transfers_to ON transfers (to_council, offered_at) WHERE state = 'offered';

-- +goose StatementBegin
CREATE TRIGGER transfers_never_go
BEFORE DELETE ON transfers
WHEN NOT EXISTS (SELECT 1 FROM disposed WHERE case_id = CASE OLD.new_case WHEN '' THEN OLD.case_id ELSE OLD.new_case END)
BEGIN
    SELECT RAISE(ABORT, 'an offer of a case is not deleted');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER transfers_settle_once
BEFORE UPDATE ON transfers WHEN OLD.state <> 'offered'
BEGIN
    SELECT RAISE(ABORT, 'an offer is settled once');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER transfers_end_with_the_signature
AFTER UPDATE OF status ON assessments WHEN NEW.status = 'signed' AND OLD.status <> 'signed'
BEGIN
    UPDATE transfers SET state = 'taken-back', settled_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    WHERE case_id = NEW.id AND state = 'offered';
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessments_finish_elsewhere
AFTER UPDATE OF passed ON assessments WHEN NEW.passed <> '' AND OLD.passed = ''
BEGIN
    UPDATE assessments SET finished_at = coalesce((SELECT max(settled_at) FROM transfers WHERE case_id = NEW.id AND new_case <> ''), NEW.saved_at)
    WHERE id = NEW.id;
END;
-- +goose StatementEnd

-- The id of what a message's event was about, so that messages are forgotten with their case; '' for those queued before this.
ALTER TABLE outbox ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_about ON outbox (council, about);
