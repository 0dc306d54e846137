package netproto

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

var update = flag.Bool("update", false, "rewrite testdata/golden and docs/close-codes.json")

// golden compares a file with what it should hold, or writes it.
func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what is written now (-update rewrites it). It has\n%s\nnow it would be\n%s", path, got, want)
	}
}

func goldenPath(name string) string { return filepath.Join("testdata", "golden", name) }

// session is one connection of seat 1, of which every frame is a golden file.
type session struct {
	*script
	prefix string // of the files
	stage  *stage
	t      *testing.T
	c      *watcher
	n      int
	seen   map[string]bool // what the frames have shown so far
}

// frame writes or compares the frame of this tick and its readable twin.
func (s *session) frame(name, about string, h Header, before, after []byte) {
	s.t.Helper()
	s.n++
	b := s.stage.e.AppendSnapshot(before, &s.c.viewer, 1, h)
	s.c.bytes = append(b, after...)
	s.c.plain.story = &strings.Builder{}
	s.c.plain.events = nil
	s.c.events = s.c.events[:0]
	s.c.apply(s.t)
	s.c.compare(s.t, s.stage)
	story := fmt.Sprintf("%s\n\n%d bytes\n%s%s\nrows afterwards\n%s", about, len(s.c.bytes),
		headerText(s.t, s.c.bytes), s.c.plain.story, listing(s.c.plain.schema, s.c.plain.table()))
	file := fmt.Sprintf("%s-%02d-%s", s.prefix, s.n, name)
	golden(s.t, goldenPath(file+".hex"), hexLines(s.c.bytes))
	golden(s.t, goldenPath(file+".txt"), story)
	for _, word := range []string{"leaves", "enters", "moves here", "by gaps", "by bitmap", "by all", "by as before", "own chunk", "event", "unsee", "age 2", "key true"} {
		s.seen[word] = s.seen[word] || strings.Contains(story, word)
	}
}

// next makes a step that does some things and then a golden frame.
func (s *session) next(name, about string, do ...func()) {
	s.t.Helper()
	s.step(do...)
	s.frame(name, about, Header{Slack: 2, Most: s.c.most}, nil, nil)
}

// hexLines writes bytes in hex, 32 a line.
func hexLines(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		n := min(32, len(b))
		fmt.Fprintf(&out, "%x\n", b[:n])
		b = b[n:]
	}
	return out.String()
}

func readHex(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// headerText tells all of a frame but its chunks.
func headerText(t *testing.T, b []byte) string {
	var f pb.ServerFrame
	if err := proto.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, row := range []struct {
		name  string
		value any
		zero  bool
	}{
		{"tick", f.GetTick(), f.GetTick() == 0}, {"input_age", f.GetInputAge(), f.GetInputAge() == 0},
		{"slack", f.GetSlack(), f.GetSlack() == 0}, {"skipped", f.GetSkipped(), f.GetSkipped() == 0},
		{"pong", f.GetPong(), f.GetPong() == 0}, {"dropped", f.GetDropped(), f.GetDropped() == 0},
		{"key", f.GetKey(), !f.GetKey()}, {"command_ack", f.GetCommandAck(), f.GetCommandAck() == 0},
	} {
		if !row.zero {
			fmt.Fprintf(&out, "%s %v\n", row.name, row.value)
		}
	}
	if w := f.GetWelcome(); w != nil {
		fmt.Fprintf(&out, "welcome %s", welcomeText(w))
	}
	for _, n := range f.GetNotice() {
		fmt.Fprintf(&out, "notice %s\n", noticeText(n))
	}
	return out.String()
}

func welcomeText(w *pb.Welcome) string {
	var out strings.Builder
	fmt.Fprintf(&out, "to room %s, mode %s, seat %d, tick_hz %d, snapshot_every %d, max_lead %d, server %s\n  resume %s, resume_ticks %d, resumed %v, rests %v\n",
		w.GetRoom(), w.GetMode(), w.GetSeat(), w.GetTickHz(), w.GetSnapshotEvery(), w.GetMaxLead(), w.GetServer(),
		w.GetResume(), w.GetResumeTicks(), w.GetResumed(), w.GetRests())
	for _, p := range w.GetParam() {
		fmt.Fprintf(&out, "  param %s: %q\n", p.GetName(), p.GetValue())
	}
	for _, r := range w.GetRoster() {
		fmt.Fprintf(&out, "  roster: %s\n", rosterText(r))
	}
	for _, url := range w.GetNode() {
		fmt.Fprintf(&out, "  node: %s\n", url)
	}
	columns := func(what, name string, cols []*pb.Column) {
		fmt.Fprintf(&out, "  %s %s:", what, name)
		for _, c := range cols {
			fmt.Fprintf(&out, " %s %v linear=%v private=%v;", c.GetName(), c.GetKind(), c.GetLinear(), c.GetPrivate())
		}
		fmt.Fprintln(&out)
	}
	for _, s := range w.GetSchema().GetTable() {
		columns("table", s.GetName(), s.GetColumn())
	}
	for _, s := range w.GetSchema().GetEvent() {
		columns("event", s.GetName(), s.GetField())
	}
	for _, in := range w.GetSchema().GetInput() {
		fmt.Fprintf(&out, "  input %s: %d to %d, buttons=%v once=%v\n", in.GetName(), in.GetMin(), in.GetMax(), in.GetButtons(), in.GetOnce())
	}
	for _, c := range w.GetSchema().GetCommand() {
		fmt.Fprintf(&out, "  command %s: %d to %d, list=%d\n", c.GetName(), c.GetMin(), c.GetMax(), c.GetList())
	}
	for _, p := range w.GetSchema().GetParam() {
		fmt.Fprintf(&out, "  can be made with %s, %q: %v %d to %d, default %q, options %q, public=%v\n",
			p.GetName(), p.GetTitle(), p.GetKind(), p.GetMin(), p.GetMax(), p.GetDefault(), p.GetOption(), p.GetPublic())
	}
	if cols := w.GetSchema().GetOutcome(); len(cols) > 0 {
		columns("outcome", "line", cols)
	}
	fmt.Fprintf(&out, "  fingerprint %016x\n", w.GetSchema().GetFingerprint())
	return out.String()
}

func noticeText(n *pb.Notice) string {
	switch body := n.GetBody().(type) {
	case *pb.Notice_Chat:
		return fmt.Sprintf("%d: chat of seat %d, %q: %q", n.GetNumber(), body.Chat.GetSeat(), body.Chat.GetName(), body.Chat.GetText())
	case *pb.Notice_Roster:
		return fmt.Sprintf("%d: roster: %s", n.GetNumber(), rosterText(body.Roster))
	case *pb.Notice_Announcement:
		return fmt.Sprintf("%d: announcement: %q", n.GetNumber(), body.Announcement)
	case *pb.Notice_Refused:
		return fmt.Sprintf("%d: refused: command %d: %q", n.GetNumber(), body.Refused.GetNumber(), body.Refused.GetReason())
	case *pb.Notice_End:
		text := fmt.Sprintf("%d: end: %q", n.GetNumber(), body.End.GetReason())
		for _, l := range body.End.GetLine() {
			text += fmt.Sprintf("\n  line: seat %d, team %d, place %d, value %v", l.GetSeat(), l.GetTeam(), l.GetPlace(), l.GetValue())
		}
		return text
	case *pb.Notice_Nodes:
		return fmt.Sprintf("%d: nodes: %s", n.GetNumber(), strings.Join(body.Nodes.GetUrl(), " "))
	case *pb.Notice_Moved:
		return fmt.Sprintf("%d: moved: %s", n.GetNumber(), body.Moved.GetUrl())
	}
	return fmt.Sprintf("%d: nothing", n.GetNumber())
}

func rosterText(r *pb.Roster) string {
	return fmt.Sprintf("seat %d, %q, %v, team %d, bot=%v", r.GetSeat(), r.GetName(), r.GetPresence(), r.GetTeam(), r.GetBot())
}

// listing writes rows, a line each; testdata/golden/README.md describes it.
func listing(schema *pb.Schema, rows []fact) string {
	var out strings.Builder
	for _, f := range rows {
		table := schema.GetTable()[f.table]
		fmt.Fprintf(&out, "%s %s %d:", []string{"shared", "own"}[f.plane], table.GetName(), f.id)
		i := 0
		for _, c := range table.GetColumn() {
			if c.GetPrivate() == (f.plane == 1) {
				fmt.Fprintf(&out, " %s=%d", c.GetName(), f.value[i])
				i++
			}
		}
		fmt.Fprintln(&out)
	}
	return out.String()
}

func TestGoldenClientFrames(t *testing.T) {
	for name, f := range clientFrames {
		golden(t, goldenPath("client-"+name+".hex"), hexLines(AppendClientFrame(nil, &f)))
		var got ClientFrame
		if err := ReadClientFrame(readHex(t, goldenPath("client-"+name+".hex")), &got); err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, in := range got.Inputs {
			text += fmt.Sprintf("input tick %d, seen %d, value %v\n", in.Tick, in.Seen, in.Values[:in.Count])
		}
		for _, c := range got.Commands {
			text += fmt.Sprintf("command number %d, value %v, list %v\n", c.Number, c.Values[:c.Count], c.List[:c.ListCount])
		}
		text += fmt.Sprintf("chat %q\nping %d\nresync %v\nnotice_ack %d\nleave %v\n", got.Chat, got.Ping, got.Resync, got.NoticeAck, got.Leave)
		if got.Who != 0 {
			text += fmt.Sprintf("who %d\n", got.Who)
		}
		golden(t, goldenPath("client-"+name+".txt"), text)
	}
}

// TestGoldenSizes keeps the golden files small.
func TestGoldenSizes(t *testing.T) {
	files, err := filepath.Glob(goldenPath("*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	total := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if total += len(b); bytes.Contains(b, []byte("\r")) {
			t.Errorf("%s has other line ends", file)
		}
	}
	if total > 200_000 {
		t.Errorf("%d bytes", total)
	}
}

func welcomeOf(w *sim.World) *pb.Welcome {
	welcome := &pb.Welcome{
		Room: "r1", Mode: w.Mode().Name, Seat: 1, TickHz: 30, SnapshotEvery: 1, Resume: "RESUME-TOKEN", ResumeTicks: 900,
		Schema: SchemaOf(w), MaxLead: uint32(MaxLead(30)), Server: "golden",
		Roster: []*pb.Roster{{Seat: 1, Name: "ann", Presence: pb.Presence_PRESENCE_ACTIVE}, {Seat: 2, Name: "bob", Presence: pb.Presence_PRESENCE_AWAY}},
		Rests:  w.AtRest(),
	}
	for _, p := range w.Params() {
		welcome.Param = append(welcome.Param, &pb.Param{Name: p.Name, Value: p.Text})
	}
	return welcome
}
