-- Cases that go to another team or council, cases that are read beside each other, and people who wait.

-- +goose Up

-- passed is where another council has the case now: its slug, "/" and the reference there; '' while the case is here.
-- news_at is when a citizen last added something that whoever works on the case has not looked at yet, 0 for nothing new.
-- waits_from is from when the person is next asked how they are: the last time they were asked or spoken with, 0 for never.
ALTER TABLE assessments ADD COLUMN passed TEXT NOT NULL DEFAULT '' CHECK (passed = '' OR status = 'signed');
ALTER TABLE assessments ADD COLUMN news_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assessments ADD COLUMN waits_from INTEGER NOT NULL DEFAULT 0;

CREATE INDEX assessments_waiting ON assessments (council, waits_from, sent_at) WHERE status = 'sent';

-- +goose StatementBegin
CREATE TRIGGER assessments_passed_stays
BEFORE UPDATE OF passed, revising, status ON assessments WHEN OLD.passed <> '' AND (NEW.passed <> OLD.passed OR NEW.revising <> 0)
BEGIN
    SELECT RAISE(ABORT, 'a case that another council has stays as it is');
END;
-- +goose StatementEnd

-- An offer of a case. council has it until another accepts; to_team is '' for an offer to another council. offer is sealed
-- for those who may read it before they accept.
CREATE TABLE transfers (
    id            TEXT PRIMARY KEY,
    council       TEXT NOT NULL REFERENCES councils (slug),
    case_id       TEXT NOT NULL REFERENCES assessments (id),
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

CREATE INDEX transfers_case ON transfers (case_id, offered_at);
CREATE INDEX transfers_new_case ON transfers (new_case) WHERE new_case <> '';
CREATE INDEX transfers_came ON transfers (to_council, reference) WHERE new_case <> '';
CREATE UNIQUE INDEX transfers_open ON transfers (case_id) WHERE state = 'offered';
CREATE INDEX transfers_to ON transfers (to_council, offered_at) WHERE state = 'offered';

-- +goose StatementBegin
CREATE TRIGGER transfers_never_go
BEFORE DELETE ON transfers
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

-- A case that is signed meanwhile is offered to nobody any more.
-- +goose StatementBegin
CREATE TRIGGER transfers_end_with_the_signature
AFTER UPDATE OF status ON assessments WHEN NEW.status = 'signed' AND OLD.status <> 'signed'
BEGIN
    UPDATE transfers SET state = 'taken-back', settled_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    WHERE case_id = NEW.id AND state = 'offered';
END;
-- +goose StatementEnd

-- An adult's and a carer's case that are read beside each other, while ended_at is 0. An adult can have several carers.
CREATE TABLE case_links (
    id       TEXT PRIMARY KEY,
    council  TEXT NOT NULL REFERENCES councils (slug),
    adult    TEXT NOT NULL REFERENCES assessments (id),
    carer    TEXT NOT NULL REFERENCES assessments (id),
    since    INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    CHECK (adult <> carer)
) STRICT;

CREATE INDEX case_links_adult ON case_links (adult) WHERE ended_at = 0;
CREATE UNIQUE INDEX case_links_carer ON case_links (carer) WHERE ended_at = 0;
