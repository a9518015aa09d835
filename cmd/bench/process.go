package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"
)

// A process is a server that this program started and stops.
type process struct {
	cmd   *exec.Cmd
	addr  string
	ready time.Duration // from its start to its line that says so
}

var readyLine = regexp.MustCompile(`ready at http://(\S+)`)

// start runs a command until it says where it is ready. Its log goes into a file in the folder logs, as it would in earnest.
func start(dir, logs string, env []string, name string, args ...string) (*process, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	log, err := os.CreateTemp(logs, "log-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd.Stderr = log
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	p := &process{cmd: cmd}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := readyLine.FindStringSubmatch(lines.Text()); m != nil {
			p.addr, p.ready = m[1], time.Since(begun)
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p, nil
		}
	}
	err = cmd.Wait()
	said, _ := os.ReadFile(log.Name())
	return nil, fmt.Errorf("%s %s did not get ready: %w\n%.2000s", filepath.Base(name), strings.Join(args, " "), err, said)
}

// stop ends the process the way a service manager does.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := p.cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && !exit.Exited() {
		return nil // ended by the signal: node does
	}
	return err
}

// resident reads how much memory the process holds, in bytes (VmRSS of proc(5)).
func (p *process) resident() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmRSS: this needs Linux")
}

// run runs a command to its end and returns what it wrote.
func run(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// helloServer is the least that echo can do: the limit of the HTTP part.
func helloServer() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e := echo.New()
	e.GET("/hello", func(c echo.Context) error { return c.String(http.StatusOK, "hello") })
	e.POST("/hello", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/hello") })
	fmt.Printf("ready at http://%s\n", listener.Addr())
	server := &http.Server{Handler: e, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}

// syncRate is what the disk allows: how many times a second 4 KB can be written and made durable, one after the other.
func syncRate(dir string, long time.Duration) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	const pages = 1000 // written over and over, as the write-ahead log is
	page := make([]byte, 4096)
	for i := range pages {
		if _, err := f.WriteAt(page, int64(i)*4096); err != nil {
			return 0, err
		}
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	n, begun := 0, time.Now()
	for ; time.Since(begun) < long; n++ {
		page[0] = byte(n)
		if _, err := f.WriteAt(page, int64(n%pages)*4096); err != nil {
			return 0, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(begun).Seconds(), nil
}

// machine says on what the figures were taken, as far as it bears on them.
func machine() string {
	model, memory := "unknown processor", ""
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		if kb, err := strconv.Atoi(strings.Fields(string(b))[1]); err == nil {
			memory = fmt.Sprintf(", %.0f GB of memory", float64(kb)/(1<<20))
		}
	}
	return fmt.Sprintf("%s, %d processors%s, %s/%s", model, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH)
}

// load gives the load average of the last minute: what else the machine was doing.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(b))[0]
}
