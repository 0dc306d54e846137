// Package queuefile reads a node's file of queues: YAML to [queue.Config], with
// every fault named by its line, and again whenever the file changes.
package queuefile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/sim"
)

const (
	// MaxSize is the longest file, bytes: a file that is none of queues is refused
	// before it is taken apart.
	MaxSize = 1 << 20
	// MaxQueues is how many queues a file may have: each is a leader's lease.
	MaxQueues = 256
)

// Mode is what the file is checked against: a mode that rooms of the node can be of.
type Mode struct {
	Seats  int
	Params []sim.ParamField
}

// Modes are a node's modes by name.
type Modes map[string]Mode

// Fault is one thing that is wrong with a file.
type Fault struct {
	// Line counts from 1; 0: of no line.
	Line int
	Text string
}

func (f Fault) Error() string {
	if f.Line == 0 {
		return f.Text
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Text)
}

// Faults are all that is wrong with a file, in the order of its lines.
type Faults []Fault

// Error has a line of text for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Read reads the queues of a file, in the file's order. Errors: that the file cannot
// be read, or its Faults.
func Read(path string, modes Modes) ([]*queue.Config, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	return Parse(text, modes)
}

func readText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, MaxSize+1))
}

// Parse is Read of a file's text. Errors: its Faults.
func Parse(text []byte, modes Modes) ([]*queue.Config, error) {
	if len(text) > MaxSize {
		return nil, Faults{{Text: fmt.Sprintf("the file is longer than %d bytes: is it one of queues?", MaxSize)}}
	}
	root, err := parseDocument(text)
	if err != nil {
		return nil, Faults{*err}
	}
	p := &parser{modes: modes}
	queues := p.file(root)
	if len(p.faults) > 0 {
		slices.SortStableFunc(p.faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
		return nil, p.faults
	}
	return queues, nil
}

// parseDocument returns the only document of a text.
func parseDocument(text []byte) (*yaml.Node, *Fault) {
	loader, err := yaml.NewLoader(strings.NewReader(string(text)), yaml.WithUniqueKeys(false))
	if err != nil {
		return nil, &Fault{Text: err.Error()}
	}
	var document, second yaml.Node
	if err = loader.Load(&document); errors.Is(err, io.EOF) {
		return nil, &Fault{Line: 1, Text: "the file is empty: want 'queues:' and, below it, a name for each queue"}
	} else if err != nil {
		return nil, syntaxFault(err)
	}
	switch err = loader.Load(&second); {
	case err == nil:
		return nil, &Fault{Line: second.Line, Text: "a second document: want one, without a line of '---' in between"}
	case !errors.Is(err, io.EOF):
		return nil, syntaxFault(err)
	}
	return document.Content[0], nil
}

// syntaxFault is what the YAML reader says, in our form.
func syntaxFault(err error) *Fault {
	load, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return &Fault{Text: "no YAML: " + err.Error()}
	}
	text := "no YAML: " + load.Message
	if load.ContextMsg != "" {
		text += " (" + load.ContextMsg
		if begun := load.ContextMark.Line; begun > 0 && begun != load.Mark.Line {
			text += fmt.Sprintf(" that begins in line %d", begun)
		}
		text += ")"
	}
	return &Fault{Line: load.Mark.Line, Text: text}
}

// parser turns nodes into configurations and collects faults.
type parser struct {
	modes  Modes
	faults Faults
}

func (p *parser) fault(at *yaml.Node, format string, args ...any) {
	p.faults = append(p.faults, Fault{Line: at.Line, Text: fmt.Sprintf(format, args...)})
}

func (p *parser) file(root *yaml.Node) []*queue.Config {
	top, ok := p.section("", root, "queues")
	if !ok {
		return nil
	}
	at := top.keys["queues"]
	if at == nil {
		p.fault(root, "want 'queues:' and, below it, a name for each queue")
		return nil
	}
	pairs, ok := p.pairs("queues", at, "a name for each queue, with what it is below")
	if !ok {
		return nil
	}
	if len(pairs) == 0 || len(pairs) > MaxQueues {
		p.fault(at, "queues: %d of them, want 1 to %d", len(pairs), MaxQueues)
		return nil
	}
	var queues []*queue.Config
	for _, pair := range pairs {
		if c := p.queue(pair); c != nil {
			queues = append(queues, c)
		}
	}
	return queues
}
