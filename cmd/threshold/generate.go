package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
)

const generateUsage = `Usage: threshold generate -db FILE -cases N [-council SLUG] [-keys FILE]

Adds N made-up cases to a demonstration, all to one council, to see how the service does with many. The file is made when
it is missing. Each case is one of the demonstration's own with another name, date of birth and place in the queue: every
one opens. It needs about 12 KB of disk a case, and some minutes for a million. Stop the service first.

`

// generateCommand fills a demonstration.
func generateCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	db := flags.String("db", "", "the database file of a demonstration; it is made when it is missing")
	keyFile := flags.String("keys", "", "its keys file; FILE.keys when left out")
	cases := flags.Int("cases", 0, "how many cases to add")
	council := flags.String("council", demoCouncils[0].Slug, "whose they are")
	if code, ok := parse(flags, args, generateUsage, stdout, stderr); !ok {
		return code
	}
	if *db == "" || *cases < 1 {
		fmt.Fprintln(stderr, "threshold generate needs a file and a number, such as: threshold generate -db data/many.db -cases 10000")
		return 2
	}
	ring, err := findKeys(*keyFile, *db, true)
	if err != nil {
		fmt.Fprintf(stderr, "threshold generate: %v\n", err)
		return 2
	}
	began := time.Now()
	if err := generate(context.Background(), *db, ring, *council, *cases); err != nil {
		fmt.Fprintf(stderr, "threshold generate: %v\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "Added %d made-up cases to %s in %s.\n", *cases, *council, time.Since(began).Round(time.Second))
	return 0
}

func generate(ctx context.Context, db string, ring keys.Ring, council string, cases int) error {
	store, service, err := openDemo(ctx, db, ring)
	if err != nil {
		return err
	}
	err = fill(ctx, store, service, council, cases)
	if closed := store.Close(); err == nil {
		err = closed
	}
	return err
}

// openDemo opens a demonstration, and makes it first when it is missing.
func openDemo(ctx context.Context, db string, ring keys.Ring) (*sqlite.Store, *casework.Service, error) {
	library, err := eligibility.Load(rules.FS, eligibility.WithTestLocales())
	if err != nil {
		return nil, nil, fmt.Errorf("loading the rules: %w", err)
	}
	store, err := sqlite.Open(ctx, sqlite.Options{Path: db, Keys: ring})
	if err != nil {
		return nil, nil, err
	}
	service := &casework.Service{Store: store, Library: library, Now: time.Now, Log: slog.New(slog.DiscardHandler), Pepper: ring.Pepper()}
	if err := settleDemo(ctx, store, service, true); err != nil {
		_ = store.Close()
		return nil, nil, err
	}
	return store, service, nil
}

// The names of made-up people: plants, and surnames that nobody has.
var (
	madeFirst = []string{
		"Acacia", "Alder", "Aster", "Bay", "Bracken", "Briar", "Bryony", "Camellia", "Cedar", "Cicely", "Clary", "Clematis", "Columbine", "Cowslip", "Daphne",
		"Elder", "Flax", "Foxglove", "Gorse", "Harebell", "Heather", "Hollis", "Hyssop", "Iris", "Juniper", "Larch", "Lavender", "Linden", "Lovage", "Mallow",
		"Marigold", "Medlar", "Myrtle", "Nettle", "Orchis", "Oxalis", "Pansy", "Poplar", "Quince", "Rosemary", "Rue", "Sedge", "Sorrel", "Tansy", "Teasel",
		"Thyme", "Vetch", "Viola", "Willow", "Yarrow",
	}
	madeBegin = []string{"Demo", "Draft", "Example", "Figment", "Mock", "Model", "Pattern", "Sample", "Test", "Trial"}
	madeEnd   = []string{
		"brook", "by", "combe", "croft", "dale", "den", "field", "ford", "ham", "hurst", "ley", "mere", "more", "shaw", "stead", "thorpe", "ton", "well", "wood", "worth",
	}
)

// needleName is borne by the first cases that are made, so that a search finds as many in a small council as in a large one.
const (
	needleName = "Needle Haystack"
	needles    = casework.QueuePageSize
)

// fill adds cases made from the demonstration's own.
func fill(ctx context.Context, store *sqlite.Store, service *casework.Service, council string, cases int) error {
	system := care.Actor{Kind: care.ActorSystem, Council: council}
	patterns, err := patterns(ctx, service, system)
	if err != nil {
		return err
	}
	if len(patterns) == 0 {
		return fmt.Errorf("the demonstration has no council %q with cases", council)
	}
	hands, err := service.Hands(ctx, system)
	if err != nil {
		return err
	}
	dice := rand.New(rand.NewPCG(1, uint64(cases))) //nolint:gosec // made-up people, the same again for the same number
	now := service.Now().UTC()
	hour := func(most int) time.Duration { return time.Duration(dice.Int64N(int64(most) * int64(time.Hour))) }
	one := func(i int) care.Assessment {
		a := patterns[dice.IntN(len(patterns))]
		a.ID, a.Reference, a.Version, a.LinkedTo = uuid.Must(uuid.NewV7()).String(), casework.NewReference(), 1, ""
		a.SentAt = now.Add(-hour(40 * 24))
		a.StartedAt, a.SavedAt = a.SentAt, a.SentAt
		a.DueAt = a.SentAt.Add(hour(60 * 24))
		a.Priority, a.Placing = care.PriorityRoutine, care.Placing{Adapted: dice.IntN(7) == 0}
		switch p := dice.IntN(100); {
		case p < 2:
			a.Priority = care.PrioritySafety
		case p < 7:
			a.Priority = care.PriorityUrgent
		}
		name := madeFirst[dice.IntN(len(madeFirst))] + " " + madeBegin[dice.IntN(len(madeBegin))] + madeEnd[dice.IntN(len(madeEnd))]
		if i < needles {
			name = needleName
		}
		born := time.Date(1930+dice.IntN(75), time.Month(1+dice.IntN(12)), 1+dice.IntN(28), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		a.Summary.Name, a.Summary.CallMe, a.Summary.Born = name, "", born
		answers := a.Answers.Clone()
		answers.Set("name", name)
		answers.Set("born", born)
		answers.Set("call_me")
		a.Answers = answers
		if len(hands.Teams) > 0 && dice.IntN(10) > 0 {
			a.Team = hands.Teams[dice.IntN(len(hands.Teams))].ID
		}
		if len(hands.Workers) > 0 && dice.IntN(10) < 4 {
			w := hands.Workers[dice.IntN(len(hands.Workers))]
			a.Worker, a.WorkerName, a.FirstOpened = w.ID, w.Name, a.SentAt.Add(time.Hour)
		}
		return a
	}
	return store.Fill(ctx, cases, care.Event{At: now, Actor: care.ActorSystem, Verb: "assessment.sent", Detail: "made up"}, one)
}

// patterns are the open cases of a council that somebody filled in to their end.
func patterns(ctx context.Context, service *casework.Service, system care.Actor) ([]care.Assessment, error) {
	page, err := service.Queue(ctx, system, care.QueueQuery{Sort: care.SortWaiting})
	if err != nil {
		return nil, err
	}
	var all []care.Assessment
	for _, line := range page.Lines {
		a, err := service.Store.Assessment(ctx, system.Council, line.ID)
		if err != nil {
			return nil, err
		}
		if a.Answers.Visited("check") && a.KeyedBy == "" {
			all = append(all, a)
		}
	}
	return all, nil
}
