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

// mayAdd is care.ErrNotFound when the council has no such draft or case, and care.ErrLocked when another council has it now:
// nothing is to be added where nobody reads it any more.
func (t *tx) mayAdd(council, id string) error {
	var passed string
	if err := t.row("SELECT passed FROM assessments WHERE id = ? AND council = ?", []any{id, council}, &passed); err != nil {
		return told(err)
	}
	if passed != "" {
		return fmt.Errorf("another council has it: %w", care.ErrLocked)
	}
	return nil
}

// news marks a case to which a citizen added something, and the one that goes on in its stead: a duplicate is in nobody's list.
func (t *tx) news(e care.Entry) error {
	if e.By != care.ActorCitizen {
		return nil
	}
	_, err := t.exec("UPDATE assessments SET news_at = ? WHERE id IN (?, "+goesOnSQL+") AND status <> 'draft'", micros(e.At), e.Case, e.Case)
	return told(err)
}

// goesOnSQL is the id of the case that goes on in another one's stead; no row where it stands for itself.
const goesOnSQL = "(SELECT duplicate_of FROM assessments WHERE id = ?)"

// looked takes that mark away once whoever has the case, or anybody while nobody has it, sees what is new.
func (t *tx) looked(view care.Event) error {
	if view.Actor != care.ActorPractitioner || view.Verb != care.VerbViewed || view.Detail != care.DetailSummary && view.Detail != care.DetailNotes {
		return nil
	}
	_, err := t.exec("UPDATE assessments SET news_at = 0 WHERE id = ? AND news_at <> 0 AND worker IN ('', ?)", view.Subject, view.ActorID)
	return told(err)
}

// offerPlace binds an offer to its transfer; it is sealed under the receiving council's key, which is who may read it.
func offerPlace(id string) keys.Place { return keys.Place{Table: "transfers", Record: id} }

// addEventsOf writes the events of a transfer, each into the trail of its own council. One of a third council is a fault of
// the caller.
func (t *tx) addEventsOf(x care.Transfer, evs []care.Event) error {
	for _, ev := range evs {
		council := x.Council
		if ev.Council == x.ToCouncil {
			council = x.ToCouncil
		}
		if err := t.addEvents(council, ev); err != nil {
			return err
		}
	}
	return nil
}

// OfferCase stores an offer of an open case, with the entry that gives the reason. The case stays where it is.
// care.ErrConflict when it has moved on since it was read or is offered to somebody already; care.ErrLocked when it is
// signed; care.ErrNotFound when it is not the council's, or there is no such council to offer it to.
func (s *Store) OfferCase(ctx context.Context, x care.Transfer, version int, e care.Entry, evs ...care.Event) error {
	err := s.offerCase(ctx, x, version, e, evs)
	if err != nil {
		return fmt.Errorf("offering case %s: %w", x.Case, err)
	}
	return nil
}

func (s *Store) offerCase(ctx context.Context, x care.Transfer, version int, e care.Entry, evs []care.Event) error {
	key, err := s.councilKey(ctx, x.ToCouncil)
	if err != nil {
		return err
	}
	record, wrapped := key.NewRecord(offerPlace(x.ID))
	plain, err := json.Marshal(x.Offer)
	if err != nil {
		return err
	}
	offer := record.Seal("offer", plain)
	add, err := s.entryToAdd(ctx, x.Council, e)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		status, stored, err := t.caseState(x.Council, x.Case)
		switch {
		case err != nil:
			return err
		case status == care.StatusSigned:
			return care.ErrLocked
		case stored != version:
			return care.ErrConflict
		}
		_, err = t.exec(`INSERT INTO transfers (id, council, case_id, reference, to_council, to_team, state, offered_at, settled_at, new_case, new_reference, data_key, offer)
			VALUES (?, ?, ?, ?, ?, ?, 'offered', ?, 0, '', '', ?, ?)`,
			x.ID, x.Council, x.Case, x.Reference, x.ToCouncil, x.ToTeam, micros(x.OfferedAt), wrapped, offer)
		if err != nil {
			return told(err)
		}
		if err := add(t); err != nil {
			return err
		}
		return t.addEventsOf(x, evs)
	})
}

const transferColumns = "id, council, case_id, reference, to_council, to_team, state, offered_at, settled_at, new_case, new_reference, data_key, offer"

// transfers reads and opens offers.
func (s *Store) transfers(ctx context.Context, query string, args ...any) ([]care.Transfer, error) {
	var all []care.Transfer
	err := s.readRows(ctx, "SELECT "+transferColumns+" FROM transfers WHERE "+query, args, func(r *sql.Rows) error {
		var x care.Transfer
		var offered, settled int64
		var wrapped, offer sql.RawBytes
		if err := r.Scan(&x.ID, &x.Council, &x.Case, &x.Reference, &x.ToCouncil, &x.ToTeam, (*string)(&x.State), &offered, &settled,
			&x.NewCase, &x.NewReference, &wrapped, &offer); err != nil {
			return err
		}
		x.OfferedAt, x.SettledAt = fromMicros(offered), fromMicros(settled)
		key, err := s.councilKey(ctx, x.ToCouncil)
		if err != nil {
			return err
		}
		record, err := key.Record(offerPlace(x.ID), wrapped)
		if err != nil {
			return err
		}
		all = append(all, x)
		return openJSON(record, "offer", offer, &all[len(all)-1].Offer)
	})
	return all, err
}

// TransfersOf lists the offers of a case, oldest first, and the one by which it came from another council.
func (s *Store) TransfersOf(ctx context.Context, council, caseID string) ([]care.Transfer, error) {
	came, err := s.transfers(ctx, "new_case = ? AND to_council = ?", caseID, council)
	if err != nil {
		return nil, fmt.Errorf("reading where case %s came from: %w", caseID, err)
	}
	went, err := s.transfers(ctx, "case_id = ? AND council = ? ORDER BY offered_at, id", caseID, council)
	if err != nil {
		return nil, fmt.Errorf("reading the offers of case %s: %w", caseID, err)
	}
	return append(came, went...), nil
}

// Offers lists the open offers to a council and its teams, oldest first.
func (s *Store) Offers(ctx context.Context, council string) ([]care.Transfer, error) {
	all, err := s.transfers(ctx, "to_council = ? AND state = 'offered' ORDER BY offered_at, id", council)
	if err != nil {
		return nil, fmt.Errorf("reading what is offered to %s: %w", council, err)
	}
	return all, nil
}

// settleOffer ends an open offer. care.ErrConflict when it is not open any more, or not to that council.
func (t *tx) settleOffer(x care.Transfer) error {
	n, err := t.exec(`UPDATE transfers SET state = ?, settled_at = ?, new_case = ?, new_reference = ?
		WHERE id = ? AND council = ? AND case_id = ? AND to_council = ? AND state = 'offered'`,
		string(x.State), micros(x.SettledAt), x.NewCase, x.NewReference, x.ID, x.Council, x.Case, x.ToCouncil)
	if err != nil {
		return told(err)
	}
	if n == 0 {
		return care.ErrConflict
	}
	return nil
}

// SettleOffer ends an open offer as x.State says, with the entry that gives the reason. A team that accepts has the case
// from then on, and nobody in it yet. Another council accepts by PassCase. care.ErrConflict when the offer is not open any
// more.
func (s *Store) SettleOffer(ctx context.Context, x care.Transfer, e care.Entry, evs ...care.Event) error {
	if x.State == care.TransferAccepted && x.Across() {
		return fmt.Errorf("settling offer %s: a case goes to another council whole, by PassCase", x.ID)
	}
	add, err := s.entryToAdd(ctx, x.Council, e)
	if err == nil {
		err = s.write(ctx, func(t *tx) error {
			if err := t.settleOffer(x); err != nil {
				return err
			}
			if x.State == care.TransferAccepted {
				n, err := t.exec("UPDATE assessments SET team = ?, worker = '', worker_name = '', version = version + 1 WHERE id = ? AND council = ? AND status = 'sent'",
					x.ToTeam, x.Case, x.Council)
				if err != nil {
					return told(err)
				}
				if n == 0 {
					return care.ErrConflict
				}
			}
			if err := add(t); err != nil {
				return err
			}
			return t.addEventsOf(x, evs)
		})
	}
	if err != nil {
		return fmt.Errorf("settling offer %s: %w", x.ID, err)
	}
	return nil
}

// PassCase makes another council's case of one that was offered to it, in one transaction: the case, what was added to it
// and its working papers, sealed under the receiving council's key; return codes and the person's own go along as they are,
// and open the new case under the old reference, which their hashes are bound to. The old case stays, locked, and says where
// it went. care.ErrConflict when the offer is not open any more or the case has changed since it was read.
func (s *Store) PassCase(ctx context.Context, p care.Passing, evs ...care.Event) error {
	if err := s.passCase(ctx, p, evs); err != nil {
		return fmt.Errorf("passing case %s on: %w", p.Transfer.Case, err)
	}
	return nil
}

func (s *Store) passCase(ctx context.Context, p care.Passing, evs []care.Event) error {
	x := p.Transfer
	if p.New.Council != x.ToCouncil || p.New.ID != x.NewCase || p.New.Reference != x.NewReference || x.State != care.TransferAccepted {
		return fmt.Errorf("the case %s of %s is not what transfer %s says", p.New.ID, p.New.Council, x.ID)
	}
	sealed, err := s.sealAssessment(ctx, p.New, 1)
	if err != nil {
		return err
	}
	tokens, err := s.tokensOf(ctx, p.New)
	if err != nil {
		return err
	}
	var adds []func(*tx) error
	closing, err := s.entryToAdd(ctx, x.Council, p.Closing)
	if err != nil {
		return err
	}
	for _, e := range p.NewItems {
		add, err := s.entryToAdd(ctx, x.ToCouncil, e)
		if err != nil {
			return err
		}
		adds = append(adds, add)
	}
	key, err := s.councilKey(ctx, x.ToCouncil)
	if err != nil {
		return err
	}
	for _, part := range p.NewParts {
		record, wrapped := key.NewRecord(partPlace(p.New.ID, part.Name, part.Version))
		body := record.Seal("body", part.Body)
		adds = append(adds, func(t *tx) error {
			_, err := t.exec("INSERT INTO case_parts (case_id, name, council, version, data_key, body) VALUES (?, ?, ?, ?, ?, ?)",
				p.New.ID, part.Name, x.ToCouncil, part.Version, wrapped, body)
			return told(err)
		})
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.asRead(p); err != nil {
			return err
		}
		if err := t.settleOffer(x); err != nil {
			return err
		}
		if err := t.insertAssessment(p.New, sealed); err != nil {
			return err
		}
		if err := t.addTokens(p.New.ID, p.New.SentAt, tokens); err != nil {
			return err
		}
		for _, add := range append(adds, closing) {
			if err := add(t); err != nil {
				return err
			}
		}
		_, err := t.exec(`INSERT INTO codes (id, assessment, council, kind, hash, created_at, until, used_at, ended_at, press, opened)
			SELECT id || '-' || ?, ?, ?, kind, hash, created_at, until, used_at, 0, '', '' FROM codes
			WHERE assessment = ? AND ended_at = 0 AND kind IN ('return', 'person') ORDER BY created_at, seq`, x.ID, p.New.ID, x.ToCouncil, x.Case)
		if err != nil {
			return told(err)
		}
		if p.New.Restricted && p.By != "" { // whoever took it opens it, and names the others
			_, err := t.exec("INSERT INTO case_grants (case_id, practitioner, council, at, until) VALUES (?, ?, ?, ?, 0)", p.New.ID, p.By, x.ToCouncil, micros(x.SettledAt))
			if err != nil {
				return told(err)
			}
		}
		// What two people agreed to, they agreed to with the council that had both cases.
		if _, err := t.exec("UPDATE case_links SET ended_at = ? WHERE (adult = ? OR carer = ?) AND ended_at = 0", micros(x.SettledAt), x.Case, x.Case); err != nil {
			return told(err)
		}
		if _, err := t.exec("DELETE FROM owed WHERE case_id = ?", x.Case); err != nil {
			return told(err)
		}
		_, err = t.exec(`UPDATE assessments SET status = 'signed', passed = ?, worker = '', worker_name = '', held_until = 0, news_at = 0, version = version + 1
			WHERE id = ?`, x.ToCouncil+"/"+x.NewReference, x.Case)
		if err != nil {
			return told(err)
		}
		return t.addEventsOf(x, evs)
	})
}

// asRead is care.ErrConflict when the old case has changed since it was read: what came meanwhile would be left behind.
func (t *tx) asRead(p care.Passing) error {
	x := p.Transfer
	status, version, err := t.caseState(x.Council, x.Case)
	if err != nil {
		return err
	}
	var entries int
	if err := t.row("SELECT count(*) FROM entries WHERE case_id = ?", []any{x.Case}, &entries); err != nil {
		return err
	}
	parts := 0
	same := true
	err = t.rows("SELECT name, version FROM case_parts WHERE case_id = ?", []any{x.Case}, func(r *sql.Rows) error {
		var name string
		var v int
		err := r.Scan(&name, &v)
		parts++
		same = same && p.Parts[name] == v
		return err
	})
	if err != nil {
		return err
	}
	if status != care.StatusSent || version != p.Version || entries != p.Entries || parts != len(p.Parts) || !same {
		return care.ErrConflict
	}
	return nil
}

// cameAsSQL finds the case that came from another council under the reference it had there.
const cameAsSQL = "SELECT new_case FROM transfers WHERE to_council = ? AND reference = ? AND new_case <> ''"

// JoinPassed is JoinAccount for an account about a case that another council has now: it becomes an entry there. e is that
// council's, x the transfer by which the case went.
func (s *Store) JoinPassed(ctx context.Context, draft care.Assessment, x care.Transfer, e care.Entry, evs ...care.Event) error {
	if e.Case != x.NewCase || draft.LinkedTo != x.Case || draft.Council != x.Council {
		return fmt.Errorf("joining account %s: it is about %q, and the entry would go to %q", draft.ID, draft.LinkedTo, e.Case)
	}
	add, err := s.entryToAdd(ctx, x.ToCouncil, e)
	if err == nil {
		err = s.write(ctx, func(t *tx) error {
			n, err := t.exec("DELETE FROM assessments WHERE id = ? AND council = ? AND version = ? AND status = 'draft' AND account_of = 1 AND linked_to = ?",
				draft.ID, draft.Council, draft.Version, draft.LinkedTo)
			if err != nil {
				return told(err)
			}
			if n == 0 {
				return t.whyNot(draft.Council, draft.ID)
			}
			if err := add(t); err != nil {
				return err
			}
			if err := t.raise(x.ToCouncil, x.NewCase, draft.Priority, e.At); err != nil {
				return err
			}
			if err := t.adapt(x.ToCouncil, x.NewCase, draft.Adapted); err != nil {
				return err
			}
			t.erased()
			return t.addEventsOf(x, evs)
		})
	}
	if err != nil {
		return fmt.Errorf("joining account %s: %w", draft.ID, err)
	}
	return nil
}

// raise brings an open case forward to a priority that is higher than its own, and with it the one that goes on in its stead. It
// gives each a version more: nobody signs what they have not read.
func (t *tx) raise(council, id string, p care.Priority, at time.Time) error {
	_, err := t.exec(`UPDATE assessments SET version = version + 1, queue_rank = min(queue_rank, ?),
		due_at = CASE WHEN ? < queue_rank THEN min(due_at, ?) ELSE due_at END WHERE id IN (?, `+goesOnSQL+`) AND council = ? AND status = 'sent'`,
		-int(p), -int(p), micros(at), id, id, council)
	return told(err)
}

// adapt notes that somebody told of a need for another format, language or way of communicating. Nobody takes that back by not
// telling of it.
func (t *tx) adapt(council, id string, adapted bool) error {
	if !adapted {
		return nil
	}
	_, err := t.exec("UPDATE assessments SET adapted = 1 WHERE id IN (?, "+goesOnSQL+") AND council = ?", id, id, council)
	return told(err)
}

// Twins are the cases that a case stands for, and the one that goes on in its own stead: by when they were sent.
func (s *Store) Twins(ctx context.Context, council, caseID string) ([]care.Twin, error) {
	var all []care.Twin
	err := s.readRows(ctx, duplicatesSQL, []any{caseID, council}, func(r *sql.Rows) error {
		var x care.Twin
		var sent, news int64
		err := r.Scan(&x.ID, &x.Reference, (*string)(&x.Kind), &sent, &news, &x.GoesOn)
		x.SentAt, x.NewsAt = fromMicros(sent), fromMicros(news)
		all = append(all, x)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the duplicates of case %s: %w", caseID, err)
	}
	return all, nil
}

const duplicatesSQL = `SELECT id, reference, kind, sent_at, news_at, 0 FROM assessments WHERE duplicate_of = ?1 AND duplicate_of <> '' AND council = ?2
	UNION ALL SELECT o.id, o.reference, o.kind, o.sent_at, o.news_at, 1 FROM assessments a JOIN assessments o ON o.id = a.duplicate_of
		WHERE a.id = ?1 AND a.council = ?2 AND a.duplicate_of <> '' ORDER BY 4, 1`

// AddUrgent adds an entry to a case and brings the case forward to a priority, both or neither. Errors as of AddEntry.
func (s *Store) AddUrgent(ctx context.Context, council string, e care.Entry, p care.Priority, evs ...care.Event) error {
	add, err := s.entryToAdd(ctx, council, e)
	if err == nil {
		err = s.write(ctx, func(t *tx) error {
			if err := add(t); err != nil {
				return err
			}
			if err := t.raise(council, e.Case, p, e.At); err != nil {
				return err
			}
			return t.addEvents(council, evs...)
		})
	}
	if err != nil {
		return fmt.Errorf("adding entry %s to %s: %w", e.ID, e.Case, err)
	}
	return nil
}

const waitingSQL = `SELECT id FROM assessments INDEXED BY assessments_waiting
	WHERE council = ? AND status = 'sent' AND duplicate_of = '' AND waits_from < ? AND sent_at < ? ORDER BY waits_from, sent_at LIMIT ?`

// Waiting lists the ids of up to limit open cases that were sent before a time and last asked or spoken with before it, as
// far as NoteWaiting was told, those waiting longest first.
func (s *Store) Waiting(ctx context.Context, council string, before time.Time, limit int) ([]string, error) {
	var ids []string
	err := s.readRows(ctx, waitingSQL, []any{council, micros(before), micros(before), limit}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading who waits: %w", err)
	}
	return ids, nil
}

// NoteWaiting sets from when an open case waits, and adds the entry by which its person is asked how they are, if any.
// care.ErrConflict when it was noted so late or later already, or is not open any more.
func (s *Store) NoteWaiting(ctx context.Context, council, id string, from time.Time, asked *care.Entry, evs ...care.Event) error {
	add := func(*tx) error { return nil }
	var err error
	if asked != nil {
		add, err = s.entryToAdd(ctx, council, *asked)
	}
	if err == nil {
		err = s.write(ctx, func(t *tx) error {
			n, err := t.exec("UPDATE assessments SET waits_from = ? WHERE id = ? AND council = ? AND status = 'sent' AND waits_from < ?", micros(from), id, council, micros(from))
			if err != nil {
				return told(err)
			}
			if n == 0 {
				return care.ErrConflict
			}
			if err := add(t); err != nil {
				return err
			}
			return t.addEvents(council, evs...)
		})
	}
	if err != nil {
		return fmt.Errorf("noting how long %s waits: %w", id, err)
	}
	return nil
}

// LinkCases lets an adult's and a carer's case be read beside each other, with an entry on each that says how the agreement
// is known. care.ErrConflict when the carer's case is linked already.
func (s *Store) LinkCases(ctx context.Context, l care.CaseLink, entries []care.Entry, evs ...care.Event) error {
	return s.linking(ctx, l, entries, evs, func(t *tx) error {
		_, err := t.exec("INSERT INTO case_links (id, council, adult, carer, since, ended_at) VALUES (?, ?, ?, ?, ?, 0)", l.ID, l.Council, l.Adult, l.Carer, micros(l.Since))
		return told(err)
	})
}

// UnlinkCases ends a link, with an entry on each case. care.ErrConflict when it is ended already.
func (s *Store) UnlinkCases(ctx context.Context, l care.CaseLink, at time.Time, entries []care.Entry, evs ...care.Event) error {
	return s.linking(ctx, l, entries, evs, func(t *tx) error {
		n, err := t.exec("UPDATE case_links SET ended_at = ? WHERE id = ? AND council = ? AND ended_at = 0", micros(at), l.ID, l.Council)
		if err == nil && n == 0 {
			return care.ErrConflict
		}
		return told(err)
	})
}

func (s *Store) linking(ctx context.Context, l care.CaseLink, entries []care.Entry, evs []care.Event, do func(*tx) error) error {
	var adds []func(*tx) error
	for _, e := range entries {
		add, err := s.entryToAdd(ctx, l.Council, e)
		if err != nil {
			return fmt.Errorf("linking case %s and %s: %w", l.Adult, l.Carer, err)
		}
		adds = append(adds, add)
	}
	err := s.write(ctx, func(t *tx) error {
		for _, id := range []string{l.Adult, l.Carer} {
			if _, _, err := t.caseState(l.Council, id); err != nil {
				return err
			}
		}
		if err := do(t); err != nil {
			return err
		}
		for _, add := range adds {
			if err := add(t); err != nil {
				return err
			}
		}
		return t.addEvents(l.Council, evs...)
	})
	if err != nil {
		return fmt.Errorf("linking case %s and %s: %w", l.Adult, l.Carer, err)
	}
	return nil
}

// LinksOf lists the cases that are read beside one, the longest first.
func (s *Store) LinksOf(ctx context.Context, council, caseID string) ([]care.CaseLink, error) {
	var all []care.CaseLink
	err := s.readRows(ctx, "SELECT id, council, adult, carer, since FROM case_links WHERE (adult = ? OR carer = ?) AND ended_at = 0 AND council = ? ORDER BY since, id",
		[]any{caseID, caseID, council}, func(r *sql.Rows) error {
			var l care.CaseLink
			var since int64
			err := r.Scan(&l.ID, &l.Council, &l.Adult, &l.Carer, &since)
			l.Since = fromMicros(since)
			all = append(all, l)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("reading the links of case %s: %w", caseID, err)
	}
	return all, nil
}
