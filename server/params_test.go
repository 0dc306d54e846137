package server

import (
	"encoding/json"
	"strings"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// paramsOf enters a room and returns what its welcome says that it was made with.
func paramsOf(t *testing.T, n *Node, room string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, p := range join(t, n, room).frame.Welcome.GetParam() {
		got[p.GetName()] = p.GetValue()
	}
	return got
}

func TestTheRoomThatIsAlwaysThereHasParams(t *testing.T) {
	n := startTestNode(t, func(c *Config) { c.Params = []string{"seconds=60", "weapons=rail"} })
	if got := paramsOf(t, n, "ffa?name=ann"); got["seconds"] != "60" || got["weapons"] != "rail" || got["kills"] != "30" {
		t.Errorf("made with %v", got)
	}
}

func TestBadParamsAreExplained(t *testing.T) {
	n := startTestNode(t, nil)
	serve := []string{"serve", "--bots", "0", "--listen", "127.0.0.1:0"}
	create := []string{"rooms", "create", "--server", n.LocalURL(), "--mode", "duel"}
	for _, row := range []struct {
		params []string
		says   []string
	}{
		{[]string{"size=3"}, []string{`param "size": there is none of this name; there are seconds, kills, weapons`}},
		{[]string{"seconds=9000"}, []string{`param seconds: "9000", want a number from 0 to 7200`}},
		{[]string{"seconds="}, []string{`param seconds: "", want a number`}},
		{[]string{"weapons=bow"}, []string{`param weapons: "bow" is none of all, blaster, rail`}},
		{[]string{"seconds=60", "seconds=60"}, []string{"--param seconds: given twice"}},
		{[]string{"seconds", "=3"}, []string{`--param "seconds": want NAME=VALUE`, `--param "=3": want NAME=VALUE`}},
		{[]string{"seconds=x", "kills=-1"}, []string{`param seconds: "x"`, `param kills: "-1"`}},
	} {
		for _, command := range [][]string{serve, create} {
			args := command
			for _, p := range row.params {
				args = append(args[:len(args):len(args)], "--param", p)
			}
			code, out, says := run(t.Context(), nil, args...)
			for _, want := range row.says {
				if code != 1 || !strings.Contains(says, want) {
					t.Errorf("%v: code %d, want 1 and %q\n%s%s", args, code, want, out, says)
				}
			}
		}
	}
}

func TestAParamMayHaveAnEqualsSign(t *testing.T) {
	params, err := parseParams([]string{"a=b=c"})
	if err != nil || len(params) != 1 || params[0].Value != "b=c" {
		t.Fatal(params, err)
	}
}

func TestRoomsCreate(t *testing.T) {
	n := startTestNode(t, nil)
	code, out, says := run(t.Context(), nil, "rooms", "create", "--server", n.LocalURL(), "--mode", "duel", "--private", "--param", "seconds=90,kills=3")
	if code != 0 || !strings.Contains(out, "mode duel, 2 seats") || !strings.Contains(out, "\ncode  ") || !strings.Contains(out, "\nurl   ws://") {
		t.Fatalf("code %d\n%s%s", code, out, says)
	}
	code, out, says = run(t.Context(), map[string]string{"METRONOME_PARAM": "kills=4"}, "rooms", "create", "--server", n.LocalURL(), "--json", "--seats", "3")
	var made pb.Join
	if err := json.Unmarshal([]byte(out), &made); code != 0 || err != nil || made.GetRoom().GetSeats() != 3 {
		t.Fatalf("code %d, %v\n%s%s", code, err, out, says)
	}
	if got := paramsOf(t, n, made.GetRoom().GetId()+"?name=ann"); got["kills"] != "4" {
		t.Errorf("made with %v", got)
	}
}
