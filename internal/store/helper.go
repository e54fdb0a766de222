package store

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// A helper is a child process that answers for a cache elsewhere. It speaks the
// protocol of the go command's GOCACHEPROG: JSON objects on its standard input
// and output, each request with a number that the response repeats. The helper
// says first which commands it knows.
//
// What it stores is framed by identity and action, so that a helper which mixes
// things up, or serves another program, gives a miss. Any failure, a helper that
// can't be started, breaks the protocol, dies or takes too long, ends its use for
// this process. A nil helper knows nothing.
type helper struct {
	program string

	mu     sync.Mutex // held during a request: there is one at a time
	begun  bool
	err    error // why it is out of use
	known  []string
	cmd    *exec.Cmd
	cancel context.CancelFunc
	in     io.WriteCloser
	pipe   io.Closer // what out reads
	out    *json.Decoder
	last   int64 // number of the last request
}

// Bounds of what a helper may cost.
const (
	helperWait  = 10 * time.Second // for one response
	helperLimit = 1 << 30          // bytes of one content
)

type request struct {
	ID       int64
	Command  string
	ActionID []byte `json:",omitempty"`
	OutputID []byte `json:",omitempty"`
	BodySize int64  `json:",omitempty"`
}

type response struct {
	ID            int64
	Err           string
	KnownCommands []string
	Miss          bool
	OutputID      []byte
	Size          int64
	DiskPath      string
}

var errHelper = errors.New("protocol of GOCACHEPROG broken")

// get asks for what was put for an action.
func (h *helper) get(identity, action ID) ([]byte, bool) {
	if h == nil {
		return nil, false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	res, ok := h.ask(request{Command: "get", ActionID: action[:]}, nil)
	if !ok || res.Miss || res.Size < 0 || res.Size > helperLimit || res.DiskPath == "" {
		return nil, false
	}
	framed, err := readAtMost(res.DiskPath, res.Size)
	if err != nil || int64(len(framed)) != res.Size || string(res.OutputID) != idString(Digest(framed)) {
		return nil, false
	}
	content, ok := strings.CutPrefix(string(framed), frame(identity, action))
	return []byte(content), ok
}

// put hands a content over.
func (h *helper) put(identity, action ID, content []byte) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	framed := append([]byte(frame(identity, action)), content...)
	id := Digest(framed)
	h.ask(request{Command: "put", ActionID: action[:], OutputID: id[:], BodySize: int64(len(framed))}, framed)
}

// failure starts the helper and returns why it is of no use.
func (h *helper) failure() error {
	if h == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.start()
	return h.err
}

// close lets the helper finish what it is doing.
func (h *helper) close() {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cmd == nil {
		return
	}
	h.ask(request{Command: "close"}, nil)
	h.in.Close()
	ended := make(chan struct{})
	go func() {
		_ = h.cmd.Wait() // its status changes no answer
		close(ended)
	}()
	timer := time.NewTimer(helperWait)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	}
	h.cancel()
	<-ended
	h.cmd, h.err = nil, errors.New("closed")
}

func frame(identity, action ID) string {
	return magic + idString(identity) + idString(action)
}

func idString(id ID) string { return string(id[:]) }

func readAtMost(name string, size int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, size+1))
}

// start runs the program and reads what it knows.
func (h *helper) start() {
	if h.begun {
		return
	}
	h.begun = true
	words, err := splitWords(h.program)
	if err != nil {
		h.err = err
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = time.Second
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr); err != nil {
		cancel()
		h.err = err
		return
	}
	if err := cmd.Start(); err != nil {
		cancel()
		h.err = fmt.Errorf("start %s: %w", words[0], err)
		return
	}
	h.cmd, h.cancel, h.in, h.pipe, h.out = cmd, cancel, in, out, json.NewDecoder(bufio.NewReader(out))
	if res, ok := h.within(func() (response, error) { return h.receive(0) }); ok {
		h.known = res.KnownCommands
		if !slices.Contains(h.known, "get") && !slices.Contains(h.known, "put") {
			h.fail(fmt.Errorf("%w: %s knows neither get nor put", errHelper, words[0]))
		}
	}
}

// ask sends a request and returns the response; false if there is none of use.
func (h *helper) ask(req request, body []byte) (response, bool) {
	h.start()
	if h.err != nil || !slices.Contains(h.known, req.Command) {
		return response{}, false
	}
	h.last++
	req.ID = h.last
	res, ok := h.within(func() (response, error) {
		if err := h.send(req, body); err != nil {
			return response{}, err
		}
		return h.receive(req.ID)
	})
	return res, ok && res.Err == ""
}

// within bounds the time of an exchange. One that fails is the last.
func (h *helper) within(exchange func() (response, error)) (response, bool) {
	type result struct {
		response
		err error
	}
	done := make(chan result, 1)
	go func() {
		res, err := exchange()
		done <- result{res, err}
	}()
	timer := time.NewTimer(helperWait)
	defer timer.Stop()
	select {
	case r := <-done:
		if r.err != nil {
			h.fail(r.err)
		}
		return r.response, r.err == nil
	case <-timer.C:
		h.fail(fmt.Errorf("no response within %v", helperWait))
		h.cancel()
		h.in.Close()
		h.pipe.Close() // it may be open in a child of the helper
		<-done
		return response{}, false
	}
}

func (h *helper) fail(err error) {
	if h.err == nil {
		h.err = err
	}
}

func (h *helper) send(req request, body []byte) error {
	w := bufio.NewWriter(h.in)
	if err := json.NewEncoder(w).Encode(req); err != nil {
		return err
	}
	if len(body) > 0 {
		fmt.Fprintf(w, "%q\n", base64.StdEncoding.EncodeToString(body))
	}
	return w.Flush()
}

func (h *helper) receive(id int64) (response, error) {
	var res response
	if err := h.out.Decode(&res); err != nil {
		return res, fmt.Errorf("read response: %w", err)
	}
	if res.ID != id {
		return res, fmt.Errorf("%w: response to %d instead of %d", errHelper, res.ID, id)
	}
	return res, nil
}

// splitWords splits a command line as the go command does: at white space,
// except in ' or ".
func splitWords(s string) ([]string, error) {
	var words []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if q := s[0]; q == '"' || q == '\'' {
			word, rest, ok := strings.Cut(s[1:], string(q))
			if !ok {
				return nil, fmt.Errorf("read GOCACHEPROG: unterminated %c string", q)
			}
			words, s = append(words, word), rest
			continue
		}
		end := strings.IndexAny(s, " \t\r\n")
		if end < 0 {
			end = len(s)
		}
		words, s = append(words, s[:end]), s[end:]
	}
	if len(words) == 0 {
		return nil, errors.New("read GOCACHEPROG: it names no program")
	}
	return words, nil
}
