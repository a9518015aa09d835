package sqlite

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"threshold/internal/care"
)

// typical is a draft half filled in: 40 answers and a few sentences, about 3 KB of JSON.
func typical(id string) care.Assessment {
	a := draft(id)
	for i := range 40 {
		a.Answers.Set(fmt.Sprintf("outcome%d.limbs", i), "assistance", "danger")
		a.Answers.Visit(fmt.Sprintf("daily/page%d", i))
	}
	for i := range 4 {
		a.Answers.Set(fmt.Sprintf("outcome%d.words", i), strings.Repeat("I can do it on a good day. ", 8))
	}
	return a
}

// BenchmarkSave saves answers with their event, durably: from one client, and from many at once. Compare with
// BenchmarkSync, the disk's own price, of the same run.
func BenchmarkSave(b *testing.B) {
	for _, clients := range []int{1, 8, 64, 256} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			s := newStore(b)
			drafts := make([]care.Assessment, clients)
			for i := range drafts {
				drafts[i] = typical(fmt.Sprint("d", i))
				must(b, s.CreateAssessment(b.Context(), drafts[i]))
			}
			var next atomic.Int64
			save := func(a *care.Assessment) {
				ev := care.Event{At: noon, Actor: care.ActorCitizen, ActorID: a.ID, Verb: "draft.saved", Subject: a.ID, Detail: "daily/nutrition"}
				if err := s.SaveAssessment(b.Context(), *a, ev); err != nil {
					b.Error(err)
				}
				a.Version++
			}
			b.ReportAllocs()
			b.ResetTimer()
			if clients == 1 {
				for range b.N {
					save(&drafts[0])
				}
			} else {
				b.SetParallelism(clients / runtime.GOMAXPROCS(0))
				b.RunParallel(func(pb *testing.PB) {
					a := &drafts[int(next.Add(1)-1)%clients]
					for pb.Next() {
						save(a)
					}
				})
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "saves/s")
		})
	}
}

// BenchmarkSaveSmall is what the grouping itself can do: a session's row, from one client and from many at once.
func BenchmarkSaveSmall(b *testing.B) {
	for _, clients := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			s := newStore(b)
			var next atomic.Int64
			session := func() care.Session {
				return care.Session{IDHash: fmt.Sprint("session", next.Add(1)), Kind: care.ActorCitizen, Council: north, CreatedAt: noon, SeenAt: noon}
			}
			b.ReportAllocs()
			b.ResetTimer()
			if clients == 1 {
				v := session()
				for range b.N {
					if err := s.PutSession(b.Context(), v); err != nil {
						b.Error(err)
					}
				}
			} else {
				b.SetParallelism(clients / runtime.GOMAXPROCS(0))
				b.RunParallel(func(pb *testing.PB) {
					v := session()
					for pb.Next() {
						if err := s.PutSession(b.Context(), v); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "saves/s")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	s := newStore(b)
	a := typical("one")
	must(b, s.CreateAssessment(b.Context(), a))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Assessment(b.Context(), north, "one"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQueue reads a page of 20 from the middle of a queue of 5,000.
func BenchmarkQueue(b *testing.B) {
	const open, page = 5000, 20
	s := newStore(b)
	for i := range open {
		a := draft(fmt.Sprintf("c%05d", i))
		a.Status, a.Reference, a.SentAt = care.StatusSent, fmt.Sprint("R", i), noon
		a.DueAt = noon.Add(time.Duration(i) * time.Minute)
		a.Summary = care.Summary{Name: "Test Person", Flags: []care.Flag{{ID: "danger", Text: "Danger"}}}
		must(b, s.CreateAssessment(b.Context(), a))
	}
	first, err := s.Queue(b.Context(), care.QueueQuery{Council: north, Limit: 500})
	must(b, err)
	b.ReportAllocs()
	for b.Loop() {
		p, err := s.Queue(b.Context(), care.QueueQuery{Council: north, Limit: page, After: first.Next})
		if err != nil || len(p.Lines) != page || p.Total != open {
			b.Fatal(err, len(p.Lines), p.Total)
		}
	}
}
