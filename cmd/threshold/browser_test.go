package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"threshold/internal/mail"
	"threshold/internal/store/keys"
	"threshold/static"
)

// startDemo runs the demonstration on a free port and returns its address.
func startDemo(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, w := io.Pipe()
	done := make(chan error, 1)
	db := filepath.Join(t.TempDir(), "threshold.db")
	go func() {
		err := serve(ctx, "127.0.0.1:0", db, keys.Generate(), true, post{box: &mail.Box{}}, slog.New(slog.DiscardHandler), w, io.Discard)
		_ = w.CloseWithError(io.EOF)
		done <- err
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the service did not stop well: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the service did not start: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	_, address, ok := strings.Cut(strings.TrimSpace(line), "Threshold is ready at ")
	if !ok {
		t.Fatalf("the first line was %q", line)
	}
	return address
}

// missing says what a browser test needs and does not find: a failure where everything must run, a printed reason
// elsewhere.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// TestBrowser walks the service in Chromium as a resident and as a practitioner, at 320, 768 and 1280 pixels, with and
// without JavaScript (tools/browser/suite.mjs). Set SCREENSHOTS to a folder to keep a picture of every page.
func TestBrowser(t *testing.T) { walkInBrowser(t, "suite.mjs", startDemo) }

// TestBrowserPeople walks the pages of accounts, settings and sign-in, and signs in with a passkey of a virtual
// authenticator (tools/browser/people.mjs). Passkeys are tied to a name, so it goes by that.
func TestBrowserPeople(t *testing.T) {
	walkInBrowser(t, "people.mjs", func(t *testing.T) string { return strings.Replace(startDemo(t), "127.0.0.1", "localhost", 1) })
}

// walkInBrowser runs a script of tools/browser on the address that start gives.
func walkInBrowser(t *testing.T, name string, start func(*testing.T) string) {
	t.Helper()
	chromium := ""
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			chromium = path
			break
		}
	}
	if chromium == "" {
		missing(t, "left out: the walks in a real browser, because Chromium is not installed (on Debian: apt-get install chromium fonts-liberation)")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "node_modules", "playwright-core")); err != nil {
		missing(t, "left out: the walks in a real browser, because the front-end packages are not installed (make assets)")
	}
	if static.Empty() {
		missing(t, "left out: the walks in a real browser, because the style sheets are not built (make assets)")
	}
	script := filepath.Join("tools", "browser", name)
	for _, part := range []string{name, "kit.mjs", "staff.mjs", "between.mjs"} { // read here, so that a changed script is a changed test
		if _, err := os.ReadFile(filepath.Join(root, "tools", "browser", part)); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{script, start(t)}
	if shots := os.Getenv("SCREENSHOTS"); shots != "" {
		args = append(args, shots)
	}
	suite := exec.CommandContext(t.Context(), "node", args...)
	suite.Dir, suite.Env = root, append(os.Environ(), "CHROMIUM="+chromium)
	said, err := suite.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Logf("%s", said)
}
