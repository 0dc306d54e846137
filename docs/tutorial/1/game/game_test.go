package game

import (
	"testing"

	"github.com/metronome-server/metronome/sim/simtest"
)

// TestRules plays matches with random inputs and commands, restores them at random
// ticks, and names the first row that came out differently.
func TestRules(t *testing.T) { simtest.Check(t, Mode()) }

// TestPrediction has a client predict a player who is alone, and compares it with what
// comes.
func TestPrediction(t *testing.T) { simtest.Predict(t, Mode(), nil) }

// TestSource reads the rules for what another machine would compute otherwise.
func TestSource(t *testing.T) { simtest.CheckSource(t, ".") }
