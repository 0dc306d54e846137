// Command hashes prints the hashes of the suites of scripted matches that it
// is told. The tests of simtest run it on several machines.
package main

import (
	"fmt"
	"os"

	"github.com/metronome-server/metronome/sim/simtest/internal/runs"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

func main() {
	for _, suite := range os.Args[1:] {
		if err := write(suite); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func write(suite string) error {
	if suite == "floats" {
		return script.Run{Mode: floats(), Players: 1, Ticks: 100, Every: 10}.Hashes(os.Stdout)
	}
	return runs.Write(suite, os.Stdout)
}
