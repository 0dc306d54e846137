package server

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// TestArenaTypesAreFresh compares the page's types with the game's tables.
func TestArenaTypesAreFresh(t *testing.T) {
	file := filepath.Join("..", "web", "app", "src", "play", "arena.gen.ts")
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	code, got, stderr := run(t.Context(), nil, "schema", "--ts", "--mode", "ffa")
	if code != 0 || got != string(want) {
		t.Errorf("%s is stale (go run ./cmd/metronome schema --ts --mode ffa > %s): exit %d, %s\n%s", file, file, code, stderr, got)
	}
}

func TestSchemaAsJSON(t *testing.T) {
	code, out, stderr := run(t.Context(), nil, "schema", "--mode", "open")
	var got struct {
		Table []struct{ Name string }
		Input []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || len(got.Table) == 0 || len(got.Input) == 0 {
		t.Errorf("exit %d, %v, %s\n%s", code, err, stderr, out)
	}
}

func TestSchemaOfAnUnknownMode(t *testing.T) {
	code, _, stderr := run(t.Context(), nil, "schema", "--mode", "chess")
	if code != 1 || !strings.Contains(stderr, "chess") || !strings.Contains(stderr, "ffa") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// TestTypesOfCommandsParamsAndOutcomes writes the types of a schema that has all.
func TestTypesOfCommandsParamsAndOutcomes(t *testing.T) {
	got := typescript("cards", "duel", &pb.Schema{
		Command: []*pb.CommandField{{Name: "what"}, {Name: "cards", List: 5}},
		Param:   []*pb.ParamField{{Name: "deck", Option: []string{"full", "sh\"ort"}}, {Name: "blind", Kind: pb.Kind_KIND_BOOL}, {Name: "stake", Kind: pb.Kind_KIND_UINT16}},
		Outcome: []*pb.Column{{Name: "won", Kind: pb.Kind_KIND_INT64}},
	})
	for _, want := range []string{
		`command: { "what": number; "cards": readonly number[]; };`,
		`params: { "deck": "full" | "sh\"ort"; "blind": boolean; "stake": number; };`,
		`outcome: { "won": number; };`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the types have no %s:\n%s", want, got)
		}
	}
}

func TestTypeNames(t *testing.T) {
	for game, want := range map[string]string{"arena": "Arena", "my-game": "MyGame", "4x": "Game4x", "": "Game", "–": "Game"} {
		if got := typeName(game); got != want {
			t.Errorf("%q: %q, want %q", game, got, want)
		}
	}
}
