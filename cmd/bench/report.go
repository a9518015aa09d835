package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// figures are what one run found. Rates are a second.
type figures struct {
	begun                 time.Time
	took, long, open      time.Duration
	machine, node         string
	loadBefore, loadAfter string

	trace, traceNs, plainNs float64
	drawUs, askUs           float64 // one page: by its template alone, and by the whole service without a network

	syncs float64
	saves map[int]float64 // a half-filled form with its event, by clients
	small []smallSaves    // a session's row

	hello, gets, posts, pairs float64

	requests        int
	p50, p99, worst time.Duration

	crowds          []held
	starts          []time.Duration
	idle, afterLoad int64
	binary          int64

	cases                                                  int
	queueSmall50, queueSmall99, queueLarge50, queueLarge99 float64 // milliseconds

	peerGets, peerPosts float64
	peerReady           time.Duration
}

type smallSaves struct {
	clients int
	rate    float64
}

// held is how many were there, how many came a second, and the memory then.
type held struct {
	people int
	rate   float64
	memory int64
}

func (f *figures) saveSmall(clients int) float64 {
	for _, s := range f.small {
		if s.clients == clients {
			return s.rate
		}
	}
	return 0
}

// allowed is how many pairs of an answer and the next page there could be a second if a pair took no longer than its parts
// do one after the other on the same machine: two requests that do nothing, one durable save among as many clients, and
// drawing the page. The first two rates use every processor; a page is drawn by one.
func (f *figures) allowed() float64 {
	return 1 / (2/f.hello + 1/f.saves[clients] + f.drawUs/1e6/float64(runtime.NumCPU()))
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// A target is one promise and what became of it.
type target struct {
	what, got, want string
	share           float64 // of what was promised: 1 is just met, more is better
}

func (t target) met() bool { return t.share >= 1 }

// targets are the promises, ratios first.
func (f *figures) targets() []target {
	atLeast := func(what string, got, want float64, form string) target {
		return target{what, fmt.Sprintf(form, got), "at least " + fmt.Sprintf(form, want), got / want}
	}
	atMost := func(what string, got, want float64, form string) target {
		return target{what, fmt.Sprintf(form, got), "at most " + fmt.Sprintf(form, want), want / got}
	}
	all := []target{
		atMost("Judging somebody with every reason kept, beside the same rules written by hand in Go", f.trace, 2, "%.2f ×"),
		atLeast("Durable saves of 256 at once, beside one write and fdatasync of 4 KB after the other", f.saveSmall(256)/f.syncs, 5, "%.1f ×"),
		atLeast("An answer and the next page, beside what their parts allow", 100*f.pairs/f.allowed(), 50, "%.0f %%"),
	}
	if f.peerGets > 0 {
		all = append(all,
			atLeast("A question page, beside Express", f.gets/f.peerGets, 5, "%.1f ×"),
			atLeast("A durable answer, beside Express", f.posts/f.peerPosts, 5, "%.1f ×"))
	}
	return append(all,
		atMost("99 of 100 requests at 2,000 a second, half of them durable answers", f.p99.Seconds()*1000, 10, "%.1f ms"),
		atMost("Memory after 1,000 people began a form", mb(f.crowds[0].memory), 64, "%.0f MB"),
		atMost("From its start until it is ready (median)", percentile(f.starts, 50).Seconds()*1000, 100, "%.0f ms"),
		atMost("The program, one file with everything inside", mb(f.binary), 20, "%.1f MB"))
}

func (f *figures) write(s settings) error {
	report := s.report
	if !filepath.IsAbs(report) {
		report = filepath.Join(s.root, report)
	}
	picture := filepath.Join(filepath.Dir(report), "images", "performance.svg")
	if err := os.MkdirAll(filepath.Dir(picture), 0o755); err != nil {
		return err
	}
	notes, err := os.ReadFile(filepath.Join(s.root, "cmd", "bench", "notes.md"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(picture, []byte(f.picture()), 0o644); err != nil {
		return err
	}
	text := f.markdown() + "\n" + string(notes)
	if err := os.WriteFile(report, []byte(text), 0o644); err != nil {
		return err
	}
	fmt.Print(f.markdown())
	return nil
}

func state(met bool) string {
	if met {
		return "met"
	}
	return "**missed**"
}

// markdown is the table, ratios first.
func (f *figures) markdown() string {
	var b strings.Builder
	say := func(form string, values ...any) { fmt.Fprintf(&b, form+"\n", values...) }
	say("# How fast and how light\n")
	say("Written by `make bench` on %s in %.0f seconds; do not edit it by hand.\n", f.begun.UTC().Format("2 January 2006"), f.took.Seconds())
	say("Machine: %s, %s. Load average %s before and %s after: what asks shares the processors with what answers, and anything else that runs makes every figure worse.\n", f.machine, runtime.Version(), f.loadBefore, f.loadAfter)
	say("![Each target beside what was reached](images/performance.svg)\n")
	say("## Promised\n")
	say("| what | reached | promised | |\n|---|--:|--:|---|")
	for _, t := range f.targets() {
		say("| %s | %s | %s | %s |", t.what, t.got, t.want, state(t.met()))
	}
	say("\n## Measured\n")
	say("| what | figure |\n|---|--:|")
	row := func(what, form string, values ...any) { say("| %s | %s |", what, fmt.Sprintf(form, values...)) }
	row("Judging one person, with trace / the same by hand", "%.0f ns / %.0f ns", f.traceNs, f.plainNs)
	row("Drawing a question page by its template", "%.0f µs", f.drawUs)
	row("The same through the whole service: session, form, rules, page, packing; no network", "%.0f µs", f.askUs)
	row("Raw: write of 4 KB and fdatasync, one after the other", "%.0f /s", f.syncs)
	for _, n := range []int{1, 64, 256} {
		row(fmt.Sprintf("Group commit, %d clients: a small row / a half-filled form sealed, with its audit event", n), "%.0f /s / %.0f /s", f.saveSmall(n), f.saves[n])
	}
	row(fmt.Sprintf("HTTP: echo says hello, %d connections", clients), "%.0f /s", f.hello)
	row("HTTP: a question page", "%.0f /s", f.gets)
	row("HTTP: a durable answer (POST → 303)", "%.0f /s", f.posts)
	row("HTTP: an answer and the page it leads to (POST → 303 → GET)", "%.0f /s", f.pairs)
	row("… what the parts of that allow: two hellos, one save among 64, one page drawn", "%.0f /s", f.allowed())
	row(fmt.Sprintf("%d requests at 2,000 a second, half durable: half / 99 of 100 / the slowest took at most", f.requests), "%.1f / %.1f / %.1f ms", ms(f.p50), ms(f.p99), ms(f.worst))
	for _, c := range f.crowds {
		row(fmt.Sprintf("%d people began a form and came to its fourth page; memory then", c.people), "%.0f people/s, %.0f MB", c.rate, mb(c.memory))
	}
	row("Memory: nobody there / after pages and answers as fast as it goes", "%.0f MB / %.0f MB", mb(f.idle), mb(f.afterLoad))
	row("Ready after: quickest / median / slowest of 11 starts", "%.0f / %.0f / %.0f ms", ms(percentile(f.starts, 0)), ms(percentile(f.starts, 50)), ms(percentile(f.starts, 100)))
	row("Queue and search, every order and filter together, 5,000 cases: half / 99 of 100 took at most", "%.2f / %.2f ms", f.queueSmall50, f.queueSmall99)
	row(fmt.Sprintf("The same with %d cases", f.cases), "%.2f / %.2f ms", f.queueLarge50, f.queueLarge99)
	if f.peerGets > 0 {
		row("Peer (Express 5, Nunjucks, GOV.UK Frontend, better-sqlite3, 2 processes, Node "+f.node+"): a question page", "%.0f /s", f.peerGets)
		row("Peer: a durable answer", "%.0f /s", f.peerPosts)
		row("Peer: ready after", "%.0f ms", ms(f.peerReady))
	}
	return b.String()
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// picture draws how much of each promise was kept, on a line where 1 is just kept. The table says the same in words.
func (f *figures) picture() string {
	const width, label, row, most = 900, 470, 34, 4.0
	targets := f.targets()
	unit := float64(width-label-90) / most
	var b strings.Builder
	say := func(form string, values ...any) { fmt.Fprintf(&b, form+"\n", values...) }
	height := row*len(targets) + 60
	say(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="Arial, sans-serif" font-size="14" role="img">`, width, height)
	say(`<title>How much of each target was reached</title>`)
	say(`<rect width="%d" height="%d" fill="#ffffff"/>`, width, height)
	for i, t := range targets {
		y := 20 + i*row
		colour, word := "#0f5132", "met"
		if !t.met() {
			colour, word = "#b10e1e", "missed"
		}
		for k, part := range wrap(t.what, 66) {
			say(`<text x="%d" y="%d" text-anchor="end" font-size="12" fill="#0b0c0c">%s</text>`, label-10, y+12+k*14-7*(len(wrap(t.what, 66))-1), escape(part))
		}
		say(`<rect x="%d" y="%d" width="%.1f" height="16" fill="%s"/>`, label, y, unit*min(t.share, most), colour)
		say(`<text x="%.1f" y="%d" fill="#0b0c0c">%s, %s</text>`, float64(label)+unit*min(t.share, most)+6, y+13, escape(t.got), word)
	}
	x := float64(label) + unit
	say(`<line x1="%.1f" y1="12" x2="%.1f" y2="%d" stroke="#0b0c0c" stroke-dasharray="4 3"/>`, x, x, height-34)
	say(`<text x="%.1f" y="%d" text-anchor="middle" fill="#0b0c0c">promised</text>`, x, height-16)
	say(`</svg>`)
	return b.String()
}

// wrap breaks words into lines of about so many letters.
func wrap(s string, letters int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && len(line)+1+len(word) > letters {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // into memory
	return b.String()
}
