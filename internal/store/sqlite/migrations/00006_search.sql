-- The lanes of the queue with an index for every order of it, and finding a case by what somebody says on the telephone.

-- +goose Up

-- The lane of a case (care.Lane), '' for a draft. It follows from other columns; an index covers no generated column, so it
-- is a real one, kept by triggers. Nothing in it depends on the clock: what ends a hold is a change like any other.
ALTER TABLE assessments ADD COLUMN lane TEXT NOT NULL DEFAULT '';
-- When a case went to the duty rota because nobody opened it; 0 for never.
ALTER TABLE assessments ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0;

UPDATE assessments SET lane = CASE WHEN test <> 0 THEN 'test' WHEN status = 'signed' AND revising = 0 THEN 'signed'
    WHEN held_until <> 0 THEN 'held' ELSE 'open' END WHERE status <> 'draft';

-- +goose StatementBegin
CREATE TRIGGER assessments_lane_begins
AFTER INSERT ON assessments WHEN NEW.status <> 'draft'
BEGIN
    UPDATE assessments SET lane = CASE WHEN NEW.test <> 0 THEN 'test' WHEN NEW.status = 'signed' AND NEW.revising = 0 THEN 'signed'
        WHEN NEW.held_until <> 0 THEN 'held' ELSE 'open' END WHERE id = NEW.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER assessments_lane_follows
AFTER UPDATE OF status, held_until, test, revising ON assessments
WHEN NEW.status <> 'draft' AND NEW.lane <> CASE WHEN NEW.test <> 0 THEN 'test' WHEN NEW.status = 'signed' AND NEW.revising = 0 THEN 'signed'
    WHEN NEW.held_until <> 0 THEN 'held' ELSE 'open' END
BEGIN
    UPDATE assessments SET lane = CASE WHEN NEW.test <> 0 THEN 'test' WHEN NEW.status = 'signed' AND NEW.revising = 0 THEN 'signed'
        WHEN NEW.held_until <> 0 THEN 'held' ELSE 'open' END WHERE id = NEW.id;
END;
-- +goose StatementEnd

DROP INDEX assessments_queue;
DROP INDEX assessments_queue_worker;
DROP INDEX assessments_queue_kind;

-- A lane in each of its orders: as a whole, of one worker and of one team. The columns at the end are for the filters that
-- have no index of their own: they are looked at on the way, without going to the row. Drafts are in none of them, so that
-- saving an answer touches no index of the queue.
CREATE INDEX queue_all_pressing ON assessments (council, lane, queue_rank, due_at, sent_at, id, kind, worker, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_all_sent ON assessments (council, lane, sent_at, id, queue_rank, due_at, kind, worker, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_all_due ON assessments (council, lane, due_at, sent_at, id, queue_rank, kind, worker, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_all_worker ON assessments (council, lane, worker_name, queue_rank, due_at, sent_at, id, kind, worker, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_all_kind ON assessments (council, lane, kind, queue_rank, due_at, sent_at, id, worker, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_worker_pressing ON assessments (council, lane, worker, queue_rank, due_at, sent_at, id, kind, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_worker_sent ON assessments (council, lane, worker, sent_at, id, queue_rank, due_at, kind, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_worker_due ON assessments (council, lane, worker, due_at, sent_at, id, queue_rank, kind, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_worker_kind ON assessments (council, lane, worker, kind, queue_rank, due_at, sent_at, id, team, adapted)
    WHERE lane <> '';
CREATE INDEX queue_team_pressing ON assessments (council, lane, team, queue_rank, due_at, sent_at, id, kind, worker, adapted)
    WHERE lane <> '';
CREATE INDEX queue_team_sent ON assessments (council, lane, team, sent_at, id, queue_rank, due_at, kind, worker, adapted)
    WHERE lane <> '';
CREATE INDEX queue_team_due ON assessments (council, lane, team, due_at, sent_at, id, queue_rank, kind, worker, adapted)
    WHERE lane <> '';
CREATE INDEX queue_team_worker ON assessments (council, lane, team, worker_name, queue_rank, due_at, sent_at, id, kind, worker, adapted)
    WHERE lane <> '';
CREATE INDEX queue_team_kind ON assessments (council, lane, team, kind, queue_rank, due_at, sent_at, id, worker, adapted)
    WHERE lane <> '';

-- What cannot wait, what waits for the duty rota, and what comes back from being on hold: few rows, and none in the others'.
CREATE INDEX queue_today ON assessments (council, queue_rank, due_at, sent_at, id)
    WHERE lane = 'open' AND queue_rank < 0 AND (worker = '' OR first_opened = 0);
CREATE INDEX queue_duty ON assessments (council, queue_rank, due_at, sent_at, id)
    WHERE lane = 'open' AND escalated <> 0 AND first_opened = 0;
CREATE INDEX queue_unopened ON assessments (council, sent_at, id)
    WHERE lane = 'open' AND queue_rank < 0 AND first_opened = 0 AND escalated = 0;
CREATE INDEX queue_held ON assessments (held_until, id) WHERE held_until <> 0;

-- Blind indexes: token is an HMAC of what can be searched for, under a key of the council's own that is not in this file
-- (see blind.go). The newest case of a token is found from its end.
CREATE TABLE search_tokens (
    token   BLOB NOT NULL CHECK (length(token) = 16),
    sent_at INTEGER NOT NULL,
    case_id TEXT NOT NULL REFERENCES assessments (id) ON DELETE CASCADE,
    PRIMARY KEY (token, sent_at, case_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX search_tokens_case ON search_tokens (case_id);
