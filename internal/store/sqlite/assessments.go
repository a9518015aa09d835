package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// sealedAssessment is what of an assessment is sealed, ready for its columns.
type sealedAssessment struct {
	key, answers, summary []byte
	indication            any // []byte, or nil for NULL
}

func assessmentPlace(id string, version int) keys.Place {
	return keys.Place{Table: "assessments", Record: id, Version: version}
}

// sealAssessment seals under a new data key each time: no save needs to read the old one, and what an earlier save
// sealed can be opened by nobody once its row is overwritten. It runs in the caller's goroutine, not the writer's.
func (s *Store) sealAssessment(ctx context.Context, a care.Assessment, version int) (out sealedAssessment, err error) {
	council, err := s.councilKey(ctx, a.Council)
	if err != nil {
		return out, err
	}
	record, wrapped := council.NewRecord(assessmentPlace(a.ID, version))
	out.key = wrapped
	answers, err := a.Answers.AppendBinary(make([]byte, 0, 4096))
	if err != nil {
		return out, err
	}
	out.answers = record.Seal("answers", answers)
	summary, err := json.Marshal(a.Summary)
	if err != nil {
		return out, err
	}
	out.summary = record.Seal("summary", summary)
	if a.Indication != nil {
		indication, err := json.Marshal(a.Indication)
		if err != nil {
			return out, err
		}
		out.indication = record.Seal("indication", indication)
	}
	return out, nil
}

// CreateAssessment stores a new draft as Version 1, or a contact request or concern that is sent as it is made.
// care.ErrConflict when its id or reference is taken, care.ErrNotFound when there is no such council.
func (s *Store) CreateAssessment(ctx context.Context, a care.Assessment, evs ...care.Event) error {
	sealed, err := s.sealAssessment(ctx, a, 1)
	if err != nil {
		return fmt.Errorf("storing assessment %s: %w", a.ID, err)
	}
	tokens, err := s.tokensOf(ctx, a)
	if err != nil {
		return fmt.Errorf("storing assessment %s: %w", a.ID, err)
	}
	err = s.write(ctx, func(t *tx) error {
		if err := t.insertAssessment(a, sealed); err != nil {
			return err
		}
		if err := t.addTokens(a.ID, a.SentAt, tokens); err != nil {
			return err
		}
		return t.addEvents(a.Council, evs...)
	})
	if err != nil {
		return fmt.Errorf("storing assessment %s: %w", a.ID, err)
	}
	return nil
}

// insertAssessment stores an assessment as Version 1, with what was sealed of it for that.
func (t *tx) insertAssessment(a care.Assessment, sealed sealedAssessment) error {
	_, err := t.exec(`INSERT INTO assessments (id, council, kind, ruleset, status, version, sealed_version, started_at, saved_at,
		reference, sent_at, due_at, queue_rank, linked_to, account_of, kept, keyed_by, keyed_how, worker, worker_name,
		team, restricted, held_until, test, adapted, first_opened, revising, data_key, answers, summary, indication)
		VALUES (?, ?, ?, ?, ?, 1, 1, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`,
		a.ID, a.Council, string(a.Kind), a.Ruleset, string(a.Status), micros(a.StartedAt), micros(a.SavedAt),
		a.Reference, micros(a.SentAt), dueMicros(a.DueAt), -int(a.Priority), a.LinkedTo, a.AccountOf, a.Kept, a.KeyedBy, a.KeyedHow,
		a.Worker, a.WorkerName, a.Team, a.Restricted, micros(a.HeldUntil), a.Test, a.Adapted, micros(a.FirstOpened),
		sealed.key, sealed.answers, sealed.summary, sealed.indication)
	if err != nil {
		return told(err)
	}
	return nil
}

const assessmentColumns = `id, council, kind, ruleset, status, version, sealed_version, started_at, saved_at,
	coalesce(reference, ''), sent_at, due_at, queue_rank, linked_to, account_of, kept, keyed_by, keyed_how, worker, worker_name,
	team, restricted, held_until, test, adapted, first_opened, revising, passed, news_at, duplicate_of, data_key, answers, summary, indication`

// assessmentRow is a row before it is opened.
type assessmentRow struct {
	a                                care.Assessment
	sealedVersion, rank              int
	startedAt, savedAt, sentAt, due  int64
	heldUntil, firstOpened, newsAt   int64
	key, answers, summary, indicated []byte
}

func (r *assessmentRow) dest() []any {
	a := &r.a
	return []any{&a.ID, &a.Council, (*string)(&a.Kind), &a.Ruleset, (*string)(&a.Status), &a.Version, &r.sealedVersion, &r.startedAt, &r.savedAt,
		&a.Reference, &r.sentAt, &r.due, &r.rank, &a.LinkedTo, &a.AccountOf, &a.Kept, &a.KeyedBy, &a.KeyedHow, &a.Worker, &a.WorkerName,
		&a.Team, &a.Restricted, &r.heldUntil, &a.Test, &a.Adapted, &r.firstOpened, &a.Revising, &a.Passed, &r.newsAt, &a.DuplicateOf, &r.key, &r.answers, &r.summary, &r.indicated}
}

// open unseals the row.
func (s *Store) openAssessment(ctx context.Context, r *assessmentRow) (care.Assessment, error) {
	council, err := s.councilKey(ctx, r.a.Council)
	if err != nil {
		return care.Assessment{}, err
	}
	record, err := council.Record(assessmentPlace(r.a.ID, r.sealedVersion), r.key)
	if err != nil {
		return care.Assessment{}, err
	}
	plain, err := record.Open("answers", r.answers)
	if err != nil {
		return care.Assessment{}, err
	}
	if err := r.a.Answers.UnmarshalBinary(plain); err != nil {
		return care.Assessment{}, err
	}
	if err := openJSON(record, "summary", r.summary, &r.a.Summary); err != nil {
		return care.Assessment{}, err
	}
	if r.indicated != nil {
		r.a.Indication = new(care.Indication)
		if err := openJSON(record, "indication", r.indicated, r.a.Indication); err != nil {
			return care.Assessment{}, err
		}
	}
	r.a.Priority = care.Priority(-r.rank)
	r.a.StartedAt, r.a.SavedAt, r.a.SentAt, r.a.DueAt = fromMicros(r.startedAt), fromMicros(r.savedAt), fromMicros(r.sentAt), fromDueMicros(r.due)
	r.a.HeldUntil, r.a.FirstOpened, r.a.NewsAt = fromMicros(r.heldUntil), fromMicros(r.firstOpened), fromMicros(r.newsAt)
	return r.a, nil
}

// openJSON unseals a column into v. Its errors name the column and never what was in it.
func openJSON(record keys.Record, column string, sealed []byte, v any) error {
	plain, err := record.Open(column, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("column %s is not what this program wrote: %w", column, err)
	}
	return nil
}

// Assessment loads one by id, draft or sent. care.ErrNotFound when it belongs to another council.
func (s *Store) Assessment(ctx context.Context, council, id string) (care.Assessment, error) {
	var r assessmentRow
	err := s.readRow(ctx, "SELECT "+assessmentColumns+" FROM assessments WHERE id = ? AND council = ?", []any{id, council}, r.dest()...)
	if err != nil {
		return care.Assessment{}, fmt.Errorf("reading assessment %s: %w", id, told(err))
	}
	a, err := s.openAssessment(ctx, &r)
	if err != nil {
		return care.Assessment{}, fmt.Errorf("reading assessment %s: %w", id, err)
	}
	return a, nil
}

// SaveAssessment overwrites a draft, or sends it. Council and StartedAt stay as they were made. care.ErrConflict when
// a.Version is not the stored one, or the reference is taken; care.ErrLocked when it was sent. A reference that is
// stored must come again, since codes were given with it, and a draft of an account can neither be sent nor stop being
// one: anything else is a fault of the caller.
func (s *Store) SaveAssessment(ctx context.Context, a care.Assessment, evs ...care.Event) error {
	next := a.Version + 1
	sealed, err := s.sealAssessment(ctx, a, next)
	if err != nil {
		return fmt.Errorf("saving assessment %s: %w", a.ID, err)
	}
	tokens, err := s.tokensOf(ctx, a)
	if err != nil {
		return fmt.Errorf("saving assessment %s: %w", a.ID, err)
	}
	err = s.write(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE assessments SET kind = ?, ruleset = ?, status = ?, version = ?, sealed_version = ?, saved_at = ?,
			reference = NULLIF(?, ''), sent_at = ?, due_at = ?, queue_rank = ?, linked_to = ?, account_of = ?, kept = ?, keyed_by = ?, keyed_how = ?,
			worker = ?, worker_name = ?, team = ?, restricted = ?, test = ?, adapted = ?, data_key = ?, answers = ?, summary = ?, indication = ?
			WHERE id = ? AND council = ? AND version = ? AND status = 'draft'`,
			string(a.Kind), a.Ruleset, string(a.Status), next, next, micros(a.SavedAt),
			a.Reference, micros(a.SentAt), dueMicros(a.DueAt), -int(a.Priority), a.LinkedTo, a.AccountOf, a.Kept, a.KeyedBy, a.KeyedHow,
			a.Worker, a.WorkerName, a.Team, a.Restricted, a.Test, a.Adapted, sealed.key, sealed.answers, sealed.summary, sealed.indication,
			a.ID, a.Council, a.Version)
		if err != nil {
			return told(err)
		}
		if n == 0 {
			return t.whyNot(a.Council, a.ID)
		}
		if err := t.addTokens(a.ID, a.SentAt, tokens); err != nil {
			return err
		}
		return t.addEvents(a.Council, evs...)
	})
	if err != nil {
		return fmt.Errorf("saving assessment %s: %w", a.ID, err)
	}
	return nil
}

// whyNot says why a draft could not be changed.
func (t *tx) whyNot(council, id string) error {
	var status string
	if err := t.row("SELECT status FROM assessments WHERE id = ? AND council = ?", []any{id, council}, &status); err != nil {
		return told(err)
	}
	if care.Status(status) != care.StatusDraft {
		return care.ErrLocked
	}
	return care.ErrConflict
}

// EraseAssessment deletes a draft with its data key, its entries and its codes. SQLite overwrites the freed pages with zeros (secure_delete), and
// the write-ahead log is emptied before long. care.ErrLocked when it was sent.
func (s *Store) EraseAssessment(ctx context.Context, council, id string, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		n, err := t.exec("DELETE FROM assessments WHERE id = ? AND council = ? AND status = 'draft'", id, council)
		if err != nil {
			return told(err)
		}
		if n == 0 {
			return t.whyNot(council, id)
		}
		// What helpers were writing about it could join nothing any more, and nobody could reach it.
		if _, err := t.exec("DELETE FROM assessments WHERE linked_to = ? AND account_of = 1 AND council = ?", id, council); err != nil {
			return told(err)
		}
		t.erased()
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("erasing assessment %s: %w", id, err)
	}
	return nil
}

// eraseAtOnce bounds one transaction of EraseStaleDrafts, so that nobody's save waits behind a long one.
const eraseAtOnce = 100

// EraseStaleDrafts erases every draft last saved before a time, keptBefore for those that are Kept and before for the
// rest, with their codes and entries, and returns how many. ev is the pattern of the event that each of them leaves: ID,
// Council and Subject are filled in.
func (s *Store) EraseStaleDrafts(ctx context.Context, before, keptBefore time.Time, ev care.Event) (int, error) {
	total, err := s.eraseStale(ctx, false, before, ev)
	if err == nil {
		var kept int
		kept, err = s.eraseStale(ctx, true, keptBefore, ev)
		total += kept
	}
	if err != nil {
		return total, fmt.Errorf("erasing stale drafts: %w", err)
	}
	return total, nil
}

const staleSQL = "SELECT id, council FROM assessments WHERE status = 'draft' AND kept = ? AND saved_at < ? LIMIT ?"

func (s *Store) eraseStale(ctx context.Context, kept bool, before time.Time, ev care.Event) (int, error) {
	type stale struct{ id, council string }
	total := 0
	for {
		var found []stale
		err := s.write(ctx, func(t *tx) error {
			found = found[:0]
			err := t.rows(staleSQL, []any{kept, micros(before), eraseAtOnce}, func(r *sql.Rows) error {
				var d stale
				err := r.Scan(&d.id, &d.council)
				found = append(found, d)
				return err
			})
			if err != nil {
				return err
			}
			for _, d := range found {
				if _, err := t.exec("DELETE FROM assessments WHERE id = ?", d.id); err != nil {
					return err
				}
				if _, err := t.exec("DELETE FROM assessments WHERE linked_to = ? AND account_of = 1 AND council = ?", d.id, d.council); err != nil {
					return err
				}
				ev.ID, ev.Council, ev.Subject = "", d.council, d.id
				if err := t.addEvents(d.council, ev); err != nil {
					return err
				}
			}
			if len(found) > 0 {
				t.erased()
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		total += len(found)
		if len(found) < eraseAtOnce {
			return total, nil
		}
	}
}
