package eligibility

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"threshold/internal/care"
)

// BenchmarkDetermination is the rules read from ruleset.yaml; BenchmarkPlainGo the same rules written by hand in Go over a
// struct, recording the same trace (83 tests and 24 groups). The promise is at most twice the time, and no allocation.

func benchFacts(b *testing.B, rs *Ruleset) []Facts {
	b.Helper()
	r := rand.New(rand.NewPCG(7, 7)) // 64 people, so that no branch is learnt by heart
	out := make([]Facts, 64)
	for i := range out {
		in, err := json.Marshal(drawFacts(refAdult, r.IntN))
		if err != nil {
			b.Fatal(err)
		}
		if out[i], err = rs.ParseFacts(in); err != nil {
			b.Fatal(err)
		}
	}
	return out
}

var sink care.Suggestion

func BenchmarkDetermination(b *testing.B) {
	rs := adultRules(b)
	facts := benchFacts(b, rs)
	trace := rs.NewTrace()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		sink = rs.Evaluate(facts[i&63], trace)
		i++
	}
}

// plainOutcome and plainFacts are what somebody would write who knew that there are ten outcomes and four limbs.
type plainOutcome struct {
	limbs                              [4]uint8 // 0 absent, 1 yes, 2 no, 3 not sure
	cause, frequency, applies, differs uint8
}

type plainFacts struct {
	impairment uint8
	outcomes   [10]plainOutcome
	overall    uint8
	areas      [9]uint8
}

// plainTrace has a place for every test and every group of the engine's trace.
type plainTrace struct {
	impairment, overall Truth
	outcomes            [10]struct {
		limbs                              [4]Truth
		cause, frequency, applies, differs Truth
		anyLimb, unable                    Truth
	}
	areas      [9]Truth
	conditions [3]Truth
	indication Truth
}

func plainYes(v uint8) Truth {
	switch v {
	case 1:
		return True
	case 2:
		return False
	}
	return Unknown
}

func plainEvaluate(f *plainFacts, t *plainTrace) care.Suggestion {
	t.impairment = plainYes(f.impairment)
	t.conditions[0] = t.impairment
	yes, perhaps := 0, 0
	for i := range f.outcomes {
		o, w := &f.outcomes[i], &t.outcomes[i]
		anyLimb := False
		for k, v := range o.limbs {
			l := plainYes(v)
			w.limbs[k] = l
			if l == True {
				anyLimb = True
			} else if l == Unknown && anyLimb == False {
				anyLimb = Unknown
			}
		}
		w.anyLimb = anyLimb
		switch o.cause {
		case 1, 2:
			w.cause = True
		case 3:
			w.cause = False
		default:
			w.cause = Unknown
		}
		switch o.frequency {
		case 4, 5:
			w.frequency = Unknown
		default:
			w.frequency = True
		}
		w.applies = True
		if (i == 7 || i == 9) && o.applies == 2 {
			w.applies = False
		}
		unable := True
		for _, part := range [4]Truth{w.anyLimb, w.cause, w.frequency, w.applies} {
			if part == False {
				unable = False
			} else if part == Unknown && unable == True {
				unable = Unknown
			}
		}
		w.differs = plainYes(o.differs)
		if w.differs == True {
			unable = Unknown
		}
		w.unable = unable
		switch unable {
		case True:
			yes++
		case Unknown:
			perhaps++
		}
	}
	switch {
	case yes >= 2:
		t.conditions[1] = True
	case yes+perhaps < 2:
		t.conditions[1] = False
	default:
		t.conditions[1] = Unknown
	}
	t.overall = plainYes(f.overall)
	well := t.overall
	for i, v := range f.areas {
		var a Truth
		switch v {
		case 4:
			a = True
		case 1, 2:
			a = False
		default:
			a = Unknown
		}
		t.areas[i] = a
		if a == True {
			well = True
		} else if a == Unknown && well == False {
			well = Unknown
		}
	}
	t.conditions[2] = well
	t.indication = And(t.conditions[0], t.conditions[1], t.conditions[2])
	switch t.indication {
	case True:
		return care.LikelyMet
	case False:
		return care.LikelyNotMet
	}
	return care.CannotTell
}

func plainOf(rs *Ruleset, f Facts) plainFacts {
	get := func(path string) uint8 {
		if i, ok := rs.schema.index[path]; ok {
			return f.v[i]
		}
		return 0
	}
	var p plainFacts
	p.impairment, p.overall = get("impairment"), get("wellbeing.overall")
	for i, id := range refAdult.outcomes {
		o := &p.outcomes[i]
		for k, l := range refAdult.limbs {
			o.limbs[k] = get("outcomes." + id + "." + l)
		}
		o.cause, o.frequency = get("outcomes."+id+".cause"), get("outcomes."+id+".frequency")
		o.applies, o.differs = get("outcomes."+id+".applies"), get("outcomes."+id+".accounts_differ")
	}
	for i, a := range refAreas {
		p.areas[i] = get("wellbeing.areas." + a)
	}
	return p
}

func BenchmarkPlainGo(b *testing.B) {
	rs := adultRules(b)
	var plain []plainFacts
	trace := rs.NewTrace()
	for _, f := range benchFacts(b, rs) {
		p := plainOf(rs, f)
		var t plainTrace
		if got, want := plainEvaluate(&p, &t), rs.Evaluate(f, trace); got != want {
			b.Fatalf("plain Go says %s, the engine %s: the comparison would be of different rules", got, want)
		}
		plain = append(plain, p)
	}
	var t plainTrace
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		sink = plainEvaluate(&plain[i&63], &t)
		i++
	}
}

// BenchmarkIndicateJSON is one line of `threshold indicate`: JSON in, the whole answer as JSON out.
func BenchmarkIndicateJSON(b *testing.B) {
	rs := adultRules(b)
	var lines [][]byte
	for _, f := range benchFacts(b, rs) {
		in, _ := f.MarshalJSON()
		lines = append(lines, in)
	}
	var out []byte
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		var err error
		if out, err = rs.IndicateJSON(lines[i&63], out[:0]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// TestEvaluateDoesNotAllocate keeps the promise of the hot path.
func TestEvaluateDoesNotAllocate(t *testing.T) {
	rs := adultRules(t)
	f, trace := rs.NewFacts(), rs.NewTrace()
	if n := testing.AllocsPerRun(100, func() { sink = rs.Evaluate(f, trace) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkAgainstPlainGo runs both in turn in short slices and compares the fastest slice of each, so that other work on
// the machine does not decide the figure. It reports the ratio as "x-plain", for many people in turn and for one person
// again and again (where a processor learns every branch of plain Go by heart).
func BenchmarkAgainstPlainGo(b *testing.B) {
	rs := adultRules(b)
	facts := benchFacts(b, rs)
	plain := make([]plainFacts, len(facts))
	for i, f := range facts {
		plain[i] = plainOf(rs, f)
	}
	for name, mask := range map[string]int{"many": len(facts) - 1, "one": 0} {
		b.Run(name, func(b *testing.B) {
			const slice = 2000
			trace := rs.NewTrace()
			var t plainTrace
			best := [2]time.Duration{time.Hour, time.Hour}
			for b.Loop() {
				start := time.Now()
				for i := range slice {
					sink = rs.Evaluate(facts[i&mask], trace)
				}
				middle := time.Now()
				for i := range slice {
					sink = plainEvaluate(&plain[i&mask], &t)
				}
				best[0], best[1] = min(best[0], middle.Sub(start)), min(best[1], time.Since(middle))
			}
			b.ReportMetric(float64(best[0].Nanoseconds())/slice, "ns/engine")
			b.ReportMetric(float64(best[1].Nanoseconds())/slice, "ns/plain")
			b.ReportMetric(float64(best[0])/float64(best[1]), "x-plain")
		})
	}
}
