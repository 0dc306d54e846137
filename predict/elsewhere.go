//go:build !wasip1

package predict

import "github.com/metronome-server/metronome/sim"

// Serve says which games this module has; here there is none.
func Serve(...sim.Game) {}
