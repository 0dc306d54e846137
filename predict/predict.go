// Package predict is what a game is built with to run in browsers: a module of
// WebAssembly (wasip1, a reactor) in which the rules predict what one seat does,
// ahead of the room. 'metronome wasm' builds it; nodes serve it; the TypeScript SDK
// loads it. Native programs have no use for it.
package predict

import "github.com/metronome-server/metronome/sim"

// modes are those of the games of this module.
var modes []sim.Mode

// Serve says which games this module has. The main package that 'metronome wasm' makes
// calls it in an init function, as a reactor runs no main.
func Serve(games ...sim.Game) { modes = sim.ModesOf(games) }
