package faultfs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
)

// childEnv is set in a process that is to serve a file system: "seed dir".
const childEnv = "THRESHOLD_TEST_FAULTFS"

// ServeIfAsked serves a file system and ends the program when it was started by [Start]. It belongs at the beginning of
// the TestMain of every package that calls [Start].
func ServeIfAsked() {
	asked := os.Getenv(childEnv)
	if asked == "" {
		return
	}
	if err := serveChild(asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A request is one call of a Child's method, as a line of JSON; the reply is another.
type request struct {
	Do   string `json:"do"` // set, cut, survive, last
	Plan Plan   `json:"plan"`
	Fate Fate   `json:"fate"`
	Seed uint64 `json:"seed"`
}

type reply struct {
	Steps int64  `json:"steps"`
	Text  string `json:"text"` // a folder, or the newest steps
	Error string `json:"error"`
}

func serveChild(asked string) (err error) {
	var seed uint64
	var dir string
	if _, err := fmt.Sscan(asked, &seed, &dir); err != nil {
		return fmt.Errorf("%s is %q: %w", childEnv, asked, err)
	}
	f, err := Mount(dir, seed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Unmount()) }()
	in, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	if err := out.Encode(reply{Text: f.Dir()}); err != nil {
		return err
	}
	for in.Scan() { // ends with the process that asked
		var q request
		var r reply
		err := json.Unmarshal(in.Bytes(), &q)
		switch q.Do {
		case "set":
			r.Steps = f.Set(q.Plan)
		case "cut":
			f.Cut()
		case "survive":
			r.Text, err = f.Survive(q.Fate, rand.New(rand.NewPCG(q.Seed, 2)))
		case "last":
			r.Text = f.Last()
		}
		if err != nil {
			r.Error = err.Error()
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return in.Err()
}

// A Child is a file system that a process of its own serves, so that this process may use it.
type Child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner

	mu  sync.Mutex
	dir string
}

// Start runs this very program again to serve a file system at dir, an existing empty folder without a space in its name.
// The program's TestMain must call [ServeIfAsked].
func Start(dir string, seed uint64) (*Child, error) {
	c := &Child{cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childEnv+"="+strconv.FormatUint(seed, 10)+" "+dir)
	c.cmd.Stderr = os.Stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the process that serves the file system: %w", err)
	}
	r, err := c.hear()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the process that serves the file system at %s: %w", dir, err), c.cmd.Wait())
	}
	c.dir = r.Text
	return c, nil
}

func (c *Child) hear() (r reply, err error) {
	if !c.out.Scan() {
		return r, errors.Join(io.ErrUnexpectedEOF, c.out.Err())
	}
	if err := json.Unmarshal(c.out.Bytes(), &r); err != nil {
		return r, err
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

func (c *Child) ask(q request) (reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	line, err := json.Marshal(q)
	if err != nil {
		return reply{}, err
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		return reply{}, fmt.Errorf("asking the process that serves the file system: %w", err)
	}
	r, err := c.hear()
	if err != nil {
		return r, fmt.Errorf("asking the process that serves the file system: %w", err)
	}
	if q.Do == "survive" {
		c.dir = r.Text
	}
	return r, nil
}

// Dir is [FS.Dir].
func (c *Child) Dir() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dir
}

// Set is [FS.Set].
func (c *Child) Set(p Plan) (steps int64, err error) {
	r, err := c.ask(request{Do: "set", Plan: p})
	return r.Steps, err
}

// Cut is [FS.Cut].
func (c *Child) Cut() error {
	_, err := c.ask(request{Do: "cut"})
	return err
}

// Survive is [FS.Survive] with a random source of this seed.
func (c *Child) Survive(fate Fate, seed uint64) (dir string, err error) {
	r, err := c.ask(request{Do: "survive", Fate: fate, Seed: seed})
	return r.Text, err
}

// Last is [FS.Last].
func (c *Child) Last() (string, error) {
	r, err := c.ask(request{Do: "last"})
	return r.Text, err
}

// Stop unmounts the file system and ends its process. Every file on it must be closed.
func (c *Child) Stop() error {
	return errors.Join(c.in.Close(), c.cmd.Wait())
}
