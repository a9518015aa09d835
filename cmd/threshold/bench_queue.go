package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

const benchQueueUsage = `Usage: threshold bench-queue -small FILE -large FILE [-council SLUG] [-runs N]

Measures pages of the queue and searches in two demonstrations made by threshold generate, turn by turn, and prints the
median (p50) and the 99th percentile (p99) of each in milliseconds with the ratio of the large one's p99 to the small one's.
Both must give as many rows. The last line has all runs together. Their keys are FILE.keys.

`

// benchQueueCommand measures how the work of a page grows with the council.
func benchQueueCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("bench-queue", flag.ContinueOnError)
	small := flags.String("small", "", "the database file of a demonstration with fewer cases")
	large := flags.String("large", "", "the database file of one with more")
	council := flags.String("council", demoCouncils[0].Slug, "whose cases")
	runs := flags.Int("runs", 300, "how often each is measured")
	if code, ok := parse(flags, args, benchQueueUsage, stdout, stderr); !ok {
		return code
	}
	if *small == "" || *large == "" || *runs < 1 {
		fmt.Fprintln(stderr, "threshold bench-queue needs two files, such as: threshold bench-queue -small data/10k.db -large data/1m.db")
		return 2
	}
	if err := benchQueue(context.Background(), *small, *large, *council, *runs, stdout); err != nil {
		fmt.Fprintf(stderr, "threshold bench-queue: %v\n", err)
		return 1
	}
	return 0
}

// A queueLook is one thing that is measured; it returns how many rows came.
type queueLook struct {
	name string
	look func(ctx context.Context, service *casework.Service, actor care.Actor) (rows int, err error)
}

// queueLooks are what is measured: every order, every filter, pages further on, the short list, and searches.
func queueLooks(worker, team string, now time.Time) []queueLook {
	var all []queueLook
	queue := func(name string, pages int, q care.QueueQuery) {
		all = append(all, queueLook{name, func(ctx context.Context, service *casework.Service, actor care.Actor) (int, error) {
			q, rows := q, 0
			for range pages {
				page, err := service.Queue(ctx, actor, q)
				if err != nil {
					return 0, err
				}
				rows, q.After = len(page.Lines), page.Next
			}
			return rows, nil
		}})
	}
	queue("queue", 1, care.QueueQuery{})
	queue("queue, tenth page", 10, care.QueueQuery{})
	queue("queue, least pressing first", 1, care.QueueQuery{Descending: true})
	queue("queue by waiting", 1, care.QueueQuery{Sort: care.SortWaiting})
	queue("queue by due day", 1, care.QueueQuery{Sort: care.SortDue})
	queue("queue by worker", 1, care.QueueQuery{Sort: care.SortWorker})
	queue("queue by kind", 1, care.QueueQuery{Sort: care.SortKind})
	queue("safety", 1, care.QueueQuery{Level: care.PrioritySafety})
	queue("urgent, by waiting", 1, care.QueueQuery{Level: care.PriorityUrgent, Sort: care.SortWaiting})
	queue("overdue, not taken", 1, care.QueueQuery{Worker: care.Nobody, DueBefore: now})
	queue("one worker's, by due day", 1, care.QueueQuery{Worker: worker, Sort: care.SortDue})
	queue("one team's", 1, care.QueueQuery{Team: team})
	queue("one team's, by worker", 1, care.QueueQuery{Team: team, Sort: care.SortWorker})
	queue("one kind, by waiting", 1, care.QueueQuery{Kind: care.KindCarer, Sort: care.SortWaiting})
	queue("needs another way, newest first", 1, care.QueueQuery{Adapted: true, Sort: care.SortWaiting, Descending: true})
	queue("all filters at once", 1, care.QueueQuery{Kind: care.KindAdultNeeds, Worker: care.Nobody, Team: team, Adapted: true, DueBefore: now.AddDate(0, 0, 14)})
	queue("a filter that nothing fits", 1, care.QueueQuery{Kind: care.KindChildren, Adapted: true, Level: care.PrioritySafety, Sort: care.SortDue})
	all = append(all, queueLook{"cannot wait", func(ctx context.Context, service *casework.Service, actor care.Actor) (int, error) {
		page, err := service.Lead(ctx, actor, care.LeadToday)
		return len(page.Lines), err
	}})
	search := func(name string, in casework.Search) {
		all = append(all, queueLook{name, func(ctx context.Context, service *casework.Service, actor care.Actor) (int, error) {
			page, err := service.Search(ctx, actor, in)
			return len(page.Lines), err
		}})
	}
	search("search by whole name", casework.Search{Name: needleName})
	search("search by one name", casework.Search{Name: "Juniper"})
	search("search by nobody's name", casework.Search{Name: "Nobody Known"})
	return all
}

func benchQueue(ctx context.Context, small, large, council string, runs int, stdout io.Writer) error {
	var services [2]*casework.Service
	var looks []queueLook
	var actor care.Actor
	for i, db := range []string{small, large} {
		ring, err := findKeys("", db, true)
		if err != nil {
			return err
		}
		store, service, err := openDemo(ctx, db, ring)
		if err != nil {
			return err
		}
		defer func() { _ = store.Close() }()
		services[i] = service
		if i > 0 {
			continue // the people and teams of a demonstration have the same ids in each
		}
		hands, err := service.Hands(ctx, care.Actor{Kind: care.ActorSystem, Council: council})
		if err != nil {
			return err
		}
		if len(hands.Workers) == 0 || len(hands.Teams) == 0 {
			return fmt.Errorf("the demonstration has no people and teams in council %q", council)
		}
		p := hands.Workers[0]
		actor = care.Actor{Kind: care.ActorPractitioner, ID: p.ID, Council: council, Roles: []care.Role{care.RoleManager}}
		looks = queueLooks(p.ID, hands.Teams[0].ID, service.Now())
	}
	fmt.Fprintf(stdout, "%-34s %5s %9s %9s %9s %9s %6s\n", "milliseconds", "rows", "small p50", "p99", "large p50", "p99", "ratio")
	var every [2][]time.Duration
	for _, l := range looks {
		var times [2][]time.Duration
		var rows [2]int
		for run := range runs + 20 {
			for i, service := range services {
				began := time.Now()
				n, err := l.look(ctx, service, actor)
				if err != nil {
					return fmt.Errorf("%s: %w", l.name, err)
				}
				if rows[i] = n; run >= 20 { // the first ones warm up
					times[i] = append(times[i], time.Since(began))
				}
			}
		}
		if rows[0] != rows[1] {
			return fmt.Errorf("%s: %d rows of the small one, %d of the large one: they do not compare", l.name, rows[0], rows[1])
		}
		line(stdout, l.name, fmt.Sprint(rows[0]), times)
		for i := range every {
			every[i] = append(every[i], times[i]...)
		}
	}
	line(stdout, "all together", "", every)
	return nil
}

func line(w io.Writer, name, rows string, times [2][]time.Duration) {
	at := func(i, percent int) float64 {
		slices.Sort(times[i])
		return float64(times[i][min(len(times[i])-1, len(times[i])*percent/100)].Microseconds()) / 1000
	}
	fmt.Fprintf(w, "%-34s %5s %9.2f %9.2f %9.2f %9.2f %6.2f\n", name, rows, at(0, 50), at(0, 99), at(1, 50), at(1, 99), at(1, 99)/at(0, 99))
}
