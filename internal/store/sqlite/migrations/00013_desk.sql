-- Cases that another one stands for, what can still be undone, and open cases counted without looking at each.

-- +goose Up

-- duplicate_of is the id of the case of the same council with which work goes on; '' for a case that stands for itself.
ALTER TABLE assessments ADD COLUMN duplicate_of TEXT NOT NULL DEFAULT '' CHECK (duplicate_of <> id);

-- Few cases are duplicates: whoever opens the one that goes on sees those that it stands for.
CREATE INDEX assessments_duplicates ON assessments (duplicate_of) WHERE duplicate_of <> '';

-- The lane of a case (care.Lane) as before, with one more.
DROP TRIGGER assessments_lane_begins;
DROP TRIGGER assessments_lane_follows;

-- +goose StatementBegin
CREATE TRIGGER assessments_lane_begins
AFTER INSERT ON assessments WHEN NEW.status <> 'draft'
BEGIN
    UPDATE assessments SET lane = CASE WHEN NEW.test <> 0 THEN 'test' WHEN NEW.status = 'signed' AND NEW.revising = 0 THEN 'signed'
        WHEN NEW.duplicate_of <> '' THEN 'duplicate' WHEN NEW.held_until <> 0 THEN 'held' ELSE 'open' END WHERE id = NEW.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessments_lane_follows
AFTER UPDATE OF status, held_until, test, revising, duplicate_of ON assessments
WHEN NEW.status <> 'draft' AND NEW.lane <> CASE WHEN NEW.test <> 0 THEN 'test' WHEN NEW.status = 'signed' AND NEW.revising = 0 THEN 'signed'
    WHEN NEW.duplicate_of <> '' THEN 'duplicate' WHEN NEW.held_until <> 0 THEN 'held' ELSE 'open' END
BEGIN
    UPDATE assessments SET lane = CASE WHEN NEW.test <> 0 THEN 'test' WHEN NEW.status = 'signed' AND NEW.revising = 0 THEN 'signed'
        WHEN NEW.duplicate_of <> '' THEN 'duplicate' WHEN NEW.held_until <> 0 THEN 'held' ELSE 'open' END WHERE id = NEW.id;
END;
-- +goose StatementEnd

-- The person of a duplicate is asked how they are through the case that goes on.
DROP INDEX assessments_waiting;
CREATE INDEX assessments_waiting ON assessments (council, waits_from, sent_at) WHERE status = 'sent' AND duplicate_of = '';

-- The last that each practitioner can undo, while they can: JSON of a care.Undo. It holds ids and workers' names, which stand
-- in clear in assessments too.
CREATE TABLE undos (
    practitioner TEXT PRIMARY KEY REFERENCES practitioners (id),
    council      TEXT NOT NULL REFERENCES councils (slug),
    until        INTEGER NOT NULL,
    undo         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX undos_until ON undos (until);

-- Open cases and those on hold are counted range by range, each range in an index that holds nothing else: a count walks over
-- entries of a few bytes and looks at none of them. What came in has an index in the queue's own.
DROP INDEX assessments_open;
DROP INDEX assessments_held;
DROP INDEX assessments_came;
CREATE INDEX figures_sent ON assessments (council, lane, team, kind, sent_at) WHERE status = 'sent';
CREATE INDEX figures_due ON assessments (council, lane, team, kind, due_at) WHERE status = 'sent';
CREATE INDEX figures_nobody ON assessments (council, lane, team, kind) WHERE status = 'sent' AND worker = '';
CREATE INDEX figures_safety ON assessments (council, lane, team, kind, queue_rank) WHERE status = 'sent' AND queue_rank <= -2;
CREATE INDEX figures_worker ON assessments (council, lane, worker, due_at) WHERE status = 'sent';
