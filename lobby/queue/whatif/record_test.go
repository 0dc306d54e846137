package whatif

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// start is when the tests' logs begin.
var start = time.UnixMilli(1_700_000_000_000)

func logged(t testing.TB, records ...Record) string {
	t.Helper()
	var log bytes.Buffer
	w := NewWriter(&log)
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

// history reads logs of one queue.
func history(t testing.TB, logs ...string) *History {
	t.Helper()
	all := Histories{}
	for _, log := range logs {
		if err := all.Add(NewReader(strings.NewReader(log))); err != nil {
			t.Fatal(err)
		}
	}
	all.Sort()
	if len(all) != 1 {
		t.Fatalf("%d queues", len(all))
	}
	for _, h := range all {
		return h
	}
	return nil
}

func TestRecordsAreWhatWasWritten(t *testing.T) {
	ann := queue.Entry{ID: "q.ann", Rev: 3, Since: start, Party: "ABCD", Home: "n1", Latency: map[string]int{"eu": 20, "us": 110}, Members: []queue.Member{
		{User: "ann@studio", Known: true, Name: "Ann", Rating: 1512.5, Roles: []string{"tank"}, Number: math.MaxUint64, Recent: []uint64{7, 8}, Data: []byte("hat")},
		{User: "bob@studio", Rating: -20},
	}}
	cat := queue.Entry{ID: "q.cat", Since: start.Add(time.Second), Members: []queue.Member{{User: "cat@studio", Rating: 1400}}}
	match := &queue.Match{ID: "m1", Queue: "q", Made: start.Add(2 * time.Second), Region: "eu", Spread: math.NaN(), Gap: 5, Entries: []queue.Entry{ann, cat}, Seats: []queue.Seat{
		{Entry: "q.ann", User: "ann@studio", Team: 2}, {Entry: "q.ann", User: "bob@studio", Team: 2}, {Entry: "q.cat", User: "cat@studio", Team: 1}, {User: "bot-1", Team: 1, Bot: true},
	}}
	log := logged(t, OfEntry(&ann), OfEntry(&cat), OfMatch(match),
		OfEnd("q.ann", queue.Played, 2*time.Second, start.Add(9*time.Second)), OfEnd("q.cat", queue.Played, time.Second, start.Add(9*time.Second)))
	for _, secret := range []string{"studio", "Ann", "ABCD", "hat"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q: %s", secret, log)
		}
	}
	h := history(t, log)
	if h.Queue != "q" || !h.From.Equal(start) || !h.To.Equal(start.Add(9*time.Second)) || len(h.Arrivals) != 2 {
		t.Fatalf("%+v", h)
	}
	want := queue.Entry{ID: "q.ann", Since: start, Latency: ann.Latency, Members: []queue.Member{
		{User: "q.ann/0", Rating: 1512.5, Roles: []string{"tank"}, Number: math.MaxUint64, Recent: []uint64{7, 8}}, {User: "q.ann/1", Rating: -20},
	}}
	if got := h.Arrivals[0]; !reflect.DeepEqual(got.Entry, want) || got.State != queue.Played || got.Waited != 2*time.Second {
		t.Errorf("%+v", got)
	}
	if got := *h.Matches[0]; !reflect.DeepEqual(got, Matching{ID: "m1", Teams: [][]string{{"q.cat"}, {"q.ann"}}, Bots: 1, Region: "eu", Gap: 5}) {
		t.Errorf("%+v", got)
	}
	// A free-for-all is one team.
	match.Seats[0].Team, match.Seats[1].Team, match.Seats[2].Team = 0, 0, 0
	match.Seats = match.Seats[:3]
	if got := OfMatch(match).Matched.Teams; !reflect.DeepEqual(got, [][]string{{"q.ann", "q.cat"}}) {
		t.Errorf("teams of a free-for-all: %q", got)
	}
	nan := queue.Entry{ID: "q.nan", Since: start, Members: []queue.Member{{Rating: math.Inf(1)}}}
	if h = history(t, logged(t, OfEntry(&nan))); h.Arrivals[0].Entry.Members[0].Rating != 0 {
		t.Errorf("a rating that is none: %+v", h.Arrivals[0])
	}
}

// TestLogsComeTogether has the parts of three leaders, out of order, one of which was
// killed while it wrote.
func TestLogsComeTogether(t *testing.T) {
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	entry := func(id string, ms int) Record {
		return OfEntry(&queue.Entry{ID: id, Since: at(ms), Members: []queue.Member{{}}})
	}
	third := logged(t, OfEnd("q.a", queue.Canceled, 3*time.Second, at(3000)), OfEnd("q.unknown", queue.Played, time.Second, at(3100)))
	first := logged(t, entry("q.b", 200), entry("q.a", 0), entry("q.d", 200))
	second := logged(t, entry("q.a", 900), entry("q.c", 100), entry("q.e", 500)) // a again, by who took over
	second = second[:len(second)-20] + ""
	h := history(t, third, first, "\n  \n"+second)
	var ids []string
	for _, a := range h.Arrivals {
		ids = append(ids, a.Entry.ID)
	}
	if got := strings.Join(ids, " "); got != "q.a q.c q.b q.d" || h.Arrivals[0].State != queue.Canceled || !h.Arrivals[0].Entry.Since.Equal(start) || h.Arrivals[1].State != "" {
		t.Errorf("%s; %+v", got, h.Arrivals[0])
	}
}

func TestLinesThatAreNoRecords(t *testing.T) {
	good := `{"at":1,"queue":"q","entered":{"id":"q.a","players":[{"rating":1500}]}}`
	in := func(players, more string) string {
		return fmt.Sprintf(`{"at":1,"queue":"q","entered":{"id":"q.a","players":[%s]%s}}`, players, more)
	}
	ended := func(state string, waited string) string {
		return fmt.Sprintf(`{"at":1,"queue":"q","ended":{"id":"q.a","state":%q,"waited":%s}}`, state, waited)
	}
	rows := []struct{ line, says string }{ // says "": it is good
		{good, ""}, {"", ""}, {" \t\r", ""}, {"{", "line 2: no record of a queue: "}, {"hello", "line 2: no record"}, {"{}", "want one of entered, ended and matched"}, {"[]", "line 2"},
		{good[:len(good)-1] + `,"ended":{"id":"q.a","state":"played","waited":1}}`, "want one of"}, {strings.Replace(good, `"at":1`, `"at":-1`, 1), "at -1: want ms"}, {strings.Replace(good, `"at":1`, `"at":32503680000000`, 1), ""}, {strings.Replace(good, `"at":1`, `"at":32503680000001`, 1), "want ms"},
		{strings.Replace(good, `"q"`, `""`, 1), "queue \"\""}, {strings.Replace(good, `"q"`, `"`+strings.Repeat("q", 32)+`"`, 1), ""}, {strings.Replace(good, `"q"`, `"`+strings.Repeat("q", 33)+`"`, 1), "want 1 to 32 bytes"},
		{strings.Replace(good, `"q.a"`, `""`, 1), "id: want"}, {in("", ""), "players: 0 of them"}, {in("{}"+strings.Repeat(",{}", 255), ""), ""}, {in("{}"+strings.Repeat(",{}", 256), ""), "257 of them"},
		{in(`{"rating":-100000}`, ""), ""}, {in(`{"rating":100001}`, ""), "rating 100001"}, {in(`{"rating":-100001}`, ""), "rating -100001"}, {in(`{"rating":"high"}`, ""), "line 2"}, {in("{}", `,"latency":{"eu":10000}`), ""}, {in("{}", `,"latency":{"eu":10001}`), `latency to "eu"`}, {in("{}", `,"latency":{"eu":-1}`), `latency to "eu"`},
		{ended("played", "0"), ""}, {ended("played", "-1"), "waited -1"}, {ended("waiting", "1"), `state "waiting"`}, {`{"at":1,"queue":"q","matched":{"id":"m","teams":[]}}`, ""}, {`{"at":1,"queue":"q","new":1}`, "want one of"},
		{good + strings.Repeat(" ", MaxLine-len(good)-1), ""}, {good + strings.Repeat(" ", MaxLine-len(good)), "line 2: longer than 1048576 bytes"},
	}
	for _, row := range rows {
		r := NewReader(strings.NewReader(good + "\n" + row.line + "\n" + good + "\n"))
		var err error
		for err == nil {
			_, err = r.Read()
		}
		if row.says == "" && !errors.Is(err, io.EOF) || row.says != "" && !strings.Contains(err.Error(), row.says) || r.Cut() {
			t.Errorf("%.120s: %v, want %q", row.line, err, row.says)
		}
	}
}

// TestALogThatIsCutAnywhere reads each beginning of a log: all whole lines are there.
func TestALogThatIsCutAnywhere(t *testing.T) {
	log := logged(t, OfEntry(&queue.Entry{ID: "q.a", Since: start, Members: []queue.Member{{}}}), OfEnd("q.a", queue.Expired, time.Second, start))
	for n := range log {
		r := NewReader(strings.NewReader(log[:n]))
		read := 0
		var err error
		for err == nil {
			if _, err = r.Read(); err == nil {
				read++
			}
		}
		// A line without its end is a record when nothing but that is missing.
		whole := strings.Count(log[:n+1], "\n")
		if !errors.Is(err, io.EOF) || read != whole || r.Cut() == (n == 0 || log[n-1] == '\n' || log[n] == '\n') {
			t.Fatalf("%d bytes: %d records, want %d, cut %v: %v", n, read, whole, r.Cut(), err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(`{"at":1,"queue":"q","entered":{"id":"q.a","players":[{"rating":1500,"roles":["t"],"recent":[1]}],"latency":{"eu":5}}}` + "\n" + `{"at":2,"queue":"q","ended":{"id":"q.a","state":"canceled","waited":1}}`)
	f.Add(`{"at":5,"queue":"q","matched":{"id":"m","teams":[["q.a"],null],"spread":1}}` + "\n{\"at")
	f.Fuzz(func(t *testing.T, text string) {
		all := Histories{}
		if err := all.Add(NewReader(strings.NewReader(text))); err != nil {
			return
		}
		all.Sort()
		for _, h := range all {
			if r := h.AsItWas(); r.Matched+r.Canceled+r.Expired+r.Other+r.Left != r.Entries {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	r := OfEntry(&queue.Entry{ID: "duel.0123456789abcdef", Since: start, Latency: map[string]int{"eu": 20}, Members: []queue.Member{{Rating: 1512.5, Number: 1 << 60}}})
	w := NewWriter(io.Discard)
	for b.Loop() {
		_ = w.Write(r)
	}
}
