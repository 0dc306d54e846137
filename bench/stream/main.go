// Command stream plays the arena without sockets and writes what one seat's
// connection would carry, with a hash of what a mirror of it holds every so
// often. Decoders in other languages are tested against it: they must come to
// the same hashes.
//
// DIR/frames.bin has the ServerFrames, each behind its length as 32 bits, little
// endian. A frame with a welcome begins a new connection. DIR/hashes.txt has
// lines "FRAME TICK ROWS WORLD EVENTS": the frame's number from 0, its tick, the
// rows in view, and two hashes as 16 hexadecimal digits; see hash.go.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	minutes := flag.Float64("minutes", 10, "game time, half of it in mode ffa and half in open")
	players := flag.Int("players", 24, "players in the room, 2 to 50")
	seed := flag.Uint64("seed", 1, "seed of the matches, the players and the network")
	every := flag.Int("every", 30, "frames from one hash to the next")
	out := flag.String("out", "", "folder to write to")
	flag.Parse()
	if err := write(*out, *minutes, *players, *seed, *every); err != nil {
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(1)
	}
}

func write(out string, minutes float64, players int, seed uint64, every int) error {
	if out == "" || players < 2 || players > 50 || every < 1 || !(minutes > 0 && minutes <= 1000) {
		return fmt.Errorf("want --out DIR, --players 2 to 50, --minutes up to 1000 and --every from 1")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	r := &recording{every: every}
	for _, mode := range []string{"ffa", "open"} {
		if err := r.play(mode, minutes/2, players, seed); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(out, "frames.bin"), r.frames, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "hashes.txt"), r.hashes, 0o644); err != nil {
		return err
	}
	fmt.Printf("%d frames, %d bytes, %d hashes, %d keyframes, %d ticks skipped, %d connections, %d views changed\n",
		r.count, len(r.frames)-4*r.count, r.marks, r.keys, r.skipped, r.welcomes, r.unseen)
	return nil
}
