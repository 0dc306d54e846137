package bots

import (
	"strings"
	"testing"
	"time"
)

func TestConfigLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		fault  string // empty: fine
	}{
		{"default", func(*Config) {}, ""},
		{"server", func(c *Config) { c.Server = "host" }, "server URL"},
		{"no server", func(c *Config) { c.Server = "" }, "server URL"},
		{"no server, but a room", func(c *Config) { c.Server, c.Room = "", "ws://h/rooms/x" }, ""},
		{"no server, but a room's id", func(c *Config) { c.Server, c.Room = "", "x" }, "server URL"},
		{"players 0", func(c *Config) { c.Players = 0 }, "players is 0"},
		{"players 1", func(c *Config) { c.Players = 1 }, ""},
		{"players most", func(c *Config) { c.Players = 20_000 }, ""},
		{"players more", func(c *Config) { c.Players = 20_001 }, "players is 20001"},
		{"room size -1", func(c *Config) { c.RoomSize = -1 }, "room size is -1"},
		{"room size 0", func(c *Config) { c.RoomSize = 0 }, ""},
		{"room size most", func(c *Config) { c.RoomSize = 10_000 }, ""},
		{"room size more", func(c *Config) { c.RoomSize = 10_001 }, "room size is 10001"},
		{"behaviour", func(c *Config) { c.Behaviour = "dance" }, `behaviour is "dance", want one of cards, fighter, idle, random, wander`},
		{"own behaviour", func(c *Config) { c.Behaviour, c.Behaviours = "dance", map[string]Maker{"dance": newIdle} }, ""},
		{"other behaviour", func(c *Config) { c.Otherwise = "dance" }, `other behaviour is "dance"`},
		{"arrivals", func(c *Config) { c.Arrivals = "odd" }, `arrivals is "odd"`},
		{"aligned", func(c *Config) { c.Arrivals = Aligned }, ""},
		{"dispersed", func(c *Config) { c.Arrivals = Dispersed }, ""},
		{"mirrors less", func(c *Config) { c.Mirrors = -1 }, "mirrors is -1"},
		{"mirrors", func(c *Config) { c.Mirrors = 1 }, ""},
		{"blind fighters", func(c *Config) { c.Mirrors, c.Behaviour = 1, "fighter" }, "not with fighters"},
		{"fighters", func(c *Config) { c.Behaviour = "fighter" }, ""},
		{"duration least", func(c *Config) { c.Duration = time.Second }, ""},
		{"duration less", func(c *Config) { c.Duration = time.Second - 1 }, "duration is"},
		{"duration most", func(c *Config) { c.Duration = 24 * time.Hour }, ""},
		{"duration more", func(c *Config) { c.Duration = 24*time.Hour + 1 }, "duration is"},
		{"warmup none", func(c *Config) { c.Warmup = 0 }, ""},
		{"warmup less", func(c *Config) { c.Warmup = -1 }, "warmup is"},
		{"warmup more", func(c *Config) { c.Warmup = 10*time.Minute + 1 }, "warmup is"},
		{"join timeout less", func(c *Config) { c.JoinTimeout = 0 }, "join timeout is"},
		{"join timeout more", func(c *Config) { c.JoinTimeout = time.Hour + 1 }, "join timeout is"},
		{"name", func(c *Config) { c.Names = []string{"Ada", ""} }, `name "" has 0 bytes`},
		{"long name", func(c *Config) { c.Names = []string{strings.Repeat("x", 33)} }, "has 33 bytes"},
		{"longest name", func(c *Config) { c.Names = []string{strings.Repeat("x", 32)} }, ""},
	} {
		config := Default()
		c.change(&config)
		err := config.Validate()
		switch {
		case err != nil && (c.fault == "" || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: %v", c.name, err)
		case err == nil && c.fault != "":
			t.Errorf("%s was accepted", c.name)
		}
	}
	err := Config{Server: "x", Behaviour: "dance"}.Validate()
	if n := len(strings.Split(err.Error(), "\n")); n != 6 {
		t.Errorf("%d faults reported: %v", n, err)
	}
}

func TestNames(t *testing.T) {
	c := Default()
	if c.name(0) != "bot 1" || c.name(41) != "bot 42" {
		t.Errorf("%q, %q", c.name(0), c.name(41))
	}
	c.Names = []string{"Ada", "Bob"}
	if c.name(0) != "Ada" || c.name(3) != "Bob" {
		t.Errorf("%q, %q", c.name(0), c.name(3))
	}
}

// TestMirrorsAreSpread: as many as asked for, and not all in one room.
func TestMirrorsAreSpread(t *testing.T) {
	for _, row := range []struct{ players, mirrors, sight, gap int }{
		{100, 0, 100, 1}, {100, 4, 4, 25}, {100, 1, 1, 100}, {7, 3, 3, 3}, {5, 5, 5, 1}, {5, 9, 5, 1},
	} {
		c := Config{Players: row.players, Mirrors: row.mirrors}
		sight, gap, longest := 0, 0, 0
		for i := range row.players {
			gap++
			if !c.blind(i) {
				sight, longest, gap = sight+1, max(longest, gap), 0
			}
		}
		if sight != row.sight || longest != row.gap {
			t.Errorf("%d of %d: %d see, at most %d apart", row.mirrors, row.players, sight, longest)
		}
	}
}
