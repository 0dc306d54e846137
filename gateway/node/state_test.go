package node

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestStatesAreThoseOfThePage compares moves with docs/STATES.md and walks
// every move there is and is not.
func TestStatesAreThoseOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/STATES.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Node\n")
	_, table, _ := strings.Cut(section, "\n| from | to | when |\n|---|---|---|\n")
	var listed []string
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			listed = append(listed, strings.TrimSpace(cells[1])+" to "+strings.TrimSpace(cells[2]))
		}
	}
	if len(listed) == 0 {
		t.Fatal("no moves in docs/STATES.md")
	}
	for from := Starting; from <= Gone; from++ {
		for to := Starting; to <= Gone; to++ {
			n := &Node{}
			n.state.Store(int32(from))
			move := from.String() + " to " + to.String()
			if moved, want := n.Become(to), slices.Contains(listed, move); moved != want || moved != (n.State() == to && from != to) {
				t.Errorf("%s: moved %v, the page says %v; now %v", move, moved, want, n.State())
			}
		}
	}
}
