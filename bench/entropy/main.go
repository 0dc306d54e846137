// Command entropy plays the reference movement (workload W1) without sockets
// and prints how many bits a snapshot spends on a player per tick, beside how
// many the same run needs at the least: the code length of what the players
// decided, which is all that a receiver needs that runs the same step.
// ../README.md says how each line is counted.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	c := config{}
	flag.StringVar(&c.mode, "mode", "ffa", "mode of the arena")
	flag.IntVar(&c.players, "players", 50, "players in the room")
	flag.IntVar(&c.seconds, "seconds", 120, "game time that is counted, after one second that is not")
	flag.Uint64Var(&c.seed, "seed", 1, "seed of the match and of the players")
	flag.Parse()
	if err := report(c); err != nil {
		fmt.Fprintln(os.Stderr, "entropy:", err)
		os.Exit(1)
	}
}

func report(c config) error {
	t, err := newTable(c)
	if err != nil {
		return err
	}
	s := newScales(c.players)
	if err := t.play(s); err != nil {
		return err
	}
	fmt.Printf("arena %s, %d players who wander, %d Hz, %d s, seed %d: %d snapshots of %.1f players\n\n",
		c.mode, c.players, t.mode.Hz, c.seconds, c.seed, s.snapshots, s.visible())
	fmt.Println("| per player and tick                                    |   bits | a snapshot, bytes |")
	fmt.Println("|--------------------------------------------------------|-------:|------------------:|")
	for _, l := range s.lines() {
		fmt.Printf("| %-54s | %6.2f | %17.1f |\n", l.what, l.bits, l.bits*s.visible()/8)
	}
	return nil
}
