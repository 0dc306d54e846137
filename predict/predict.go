// Package predict is what a game is built with to run in browsers: a module of
// WebAssembly (wasip1, a reactor) in which the rules predict what one seat does,
// ahead of the room. 'metronome wasm' builds it; nodes serve it; the TypeScript SDK
// loads it. Native programs have no use for it.
package predict
