// Command tag serves the game, and is its load test: 'go run . help'.
package main

import (
	"embed"
	"io/fs"
	"os"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim"
	"tag/game"
)

//go:embed web
var files embed.FS

// pages are read from the folder while it is there, so that a reload shows what was
// changed, and else from the program.
func pages() fs.FS {
	if _, err := os.Stat("web"); err == nil {
		return os.DirFS("web")
	}
	web, err := fs.Sub(files, "web")
	if err != nil {
		panic(err) // not possible: the name is a constant and valid
	}
	return web
}

func main() {
	os.Exit(server.Main(sim.Game{Name: "tag", Modes: []sim.Mode{game.Mode()}},
		server.Pages(pages()),
		server.Bots("tag", bots.Of(player)),
		server.Alone("serve", "--bots", "8", "--state", "state"),
	))
}
