package arena

import (
	"math/bits"
	"runtime"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestConfigLimits(t *testing.T) {
	type field struct {
		name   string
		at     func(c *Config) *int
		lo, hi int
	}
	for _, f := range []field{
		{"Hz", func(c *Config) *int { return &c.Hz }, 1, 240},
		{"Seats", func(c *Config) *int { return &c.Seats }, 1, 10000},
		{"Teams", func(c *Config) *int { return &c.Teams }, 2, 4},
		{"Ship.Radius", func(c *Config) *int { return &c.Ship.Radius }, 4, 64},
		{"Ship.Speed", func(c *Config) *int { return &c.Ship.Speed }, 1, 900}, // a dash is no slower
		{"Ship.Accel", func(c *Config) *int { return &c.Ship.Accel }, 1, 1_000_000},
		{"Ship.Health", func(c *Config) *int { return &c.Ship.Health }, 1, 255},
		{"Ship.RespawnMS", func(c *Config) *int { return &c.Ship.RespawnMS }, 0, 60_000},
		{"Ship.SafeMS", func(c *Config) *int { return &c.Ship.SafeMS }, 0, 60_000},
		{"Ship.DashSpeed", func(c *Config) *int { return &c.Ship.DashSpeed }, 300, 3000},
		{"Ship.DashMS", func(c *Config) *int { return &c.Ship.DashMS }, 1, 1000},
		{"Ship.DashReloadMS", func(c *Config) *int { return &c.Ship.DashReloadMS }, 1, 60_000},
		{"Blaster.Damage", func(c *Config) *int { return &c.Blaster.Damage }, 1, 255},
		{"Blaster.Speed", func(c *Config) *int { return &c.Blaster.Speed }, 1, 4000},
		{"Blaster.LifeMS", func(c *Config) *int { return &c.Blaster.LifeMS }, 1, 10_000},
		{"Blaster.ReloadMS", func(c *Config) *int { return &c.Blaster.ReloadMS }, 1, 10_000},
		{"Blaster.Radius", func(c *Config) *int { return &c.Blaster.Radius }, 0, 16},
		{"Rail.Damage", func(c *Config) *int { return &c.Rail.Damage }, 1, 255},
		{"Rail.Range", func(c *Config) *int { return &c.Rail.Range }, 1, 4096},
		{"Rail.ReloadMS", func(c *Config) *int { return &c.Rail.ReloadMS }, 1, 10_000},
		{"Rail.Ammo", func(c *Config) *int { return &c.Rail.Ammo }, 0, 10}, // MaxAmmo
		{"Rail.MaxAmmo", func(c *Config) *int { return &c.Rail.MaxAmmo }, 3, 255},
		{"Rail.RewindMS", func(c *Config) *int { return &c.Rail.RewindMS }, 0, 200},
		{"Shield.Full", func(c *Config) *int { return &c.Shield.Full }, 0, 255},
		{"Shield.DelayMS", func(c *Config) *int { return &c.Shield.DelayMS }, 0, 60_000},
		{"Shield.Step", func(c *Config) *int { return &c.Shield.Step }, 0, 255},
		{"Shield.StepMS", func(c *Config) *int { return &c.Shield.StepMS }, 1, 10_000},
		{"Pickup.Health", func(c *Config) *int { return &c.Pickup.Health }, 0, 255},
		{"Pickup.Shield", func(c *Config) *int { return &c.Pickup.Shield }, 0, 255},
		{"Pickup.Ammo", func(c *Config) *int { return &c.Pickup.Ammo }, 0, 255},
		{"Pickup.ReturnMS", func(c *Config) *int { return &c.Pickup.ReturnMS }, 1, 600_000},
		{"Pickup.Radius", func(c *Config) *int { return &c.Pickup.Radius }, 1, 128},
		{"Match.Seconds", func(c *Config) *int { return &c.Match.Seconds }, 0, 7200},
		{"Match.PauseSeconds", func(c *Config) *int { return &c.Match.PauseSeconds }, 1, 600},
		{"Match.Kills", func(c *Config) *int { return &c.Match.Kills }, 0, 65_000},
		{"Match.MinPlayers", func(c *Config) *int { return &c.Match.MinPlayers }, 1, 50},
		{"Match.Leaders", func(c *Config) *int { return &c.Match.Leaders }, 0, 20},
	} {
		for _, row := range []struct {
			v  int
			ok bool
		}{{f.lo, true}, {f.hi, true}, {f.lo - 1, false}, {f.hi + 1, false}} {
			c := Default()
			*f.at(&c) = row.v
			err := c.Validate()
			if row.ok && err != nil && strings.Contains(err.Error(), f.name+" is") {
				t.Errorf("%s = %d: %v", f.name, row.v, err)
			}
			// A limit that is another field may be reported as that one's.
			part, _, _ := strings.Cut(f.name, ".")
			if !row.ok && (err == nil || !strings.Contains(err.Error(), part)) {
				t.Errorf("%s = %d: %v", f.name, row.v, err)
			}
		}
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	c := Default()
	c.Hz, c.Cells, c.Blaster.Damage = 0, true, 0 // Cells: the range of 1500 is too long
	err := c.Validate()
	for _, want := range []string{"Hz is 0", "Rail.Range is 1500", "Blaster.Damage is 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %q", err, want)
		}
	}
	c.Hz = 30
	if _, err := sim.Start(Mode("bad", "Bad", c), 1); err == nil || !strings.Contains(err.Error(), "Rail.Range") {
		t.Errorf("a match with bad rules starts: %v", err)
	}
}

func TestConfigBoundsProjectiles(t *testing.T) {
	c := Default()
	c.Seats, c.Blaster.LifeMS, c.Blaster.ReloadMS = 1980, 10_000, 100 // 101 each
	if err := c.Validate(); err != nil {
		t.Errorf("199,980 projectiles: %v", err)
	}
	c.Seats = 1981
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "projectiles") {
		t.Errorf("200,081 projectiles: %v", err)
	}
}

func TestCellsBoundWeapons(t *testing.T) {
	for _, row := range []struct {
		lifeMS, rail int
		want         string
	}{
		{1100, 1000, ""},                   // 33 steps of 30 units, 20 of radii
		{1117, 1008, "reaches 1041 units"}, // 34
		{1100, 1008, ""},                   // 1024 less the radius
		{1100, 1009, "Rail.Range is 1009"},
	} {
		c := empty(4096)
		c.Cells, c.Blaster.LifeMS, c.Rail.Range = true, row.lifeMS, row.rail
		err := c.Validate()
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%+v: %v", row, err)
		}
	}
}

func TestRates(t *testing.T) {
	for _, row := range []struct {
		hz, speed int
		want      sim.Fixed
	}{{30, 300, 2560}, {60, 300, 1280}, {20, 300, 3840}, {30, 1, 9}, {30, 900, 7680}, {1, 300, 76800}, {240, 300, 320}, {240, 1, 1}} {
		c := Config{Hz: row.hz}
		if got := c.perTick(row.speed); got != row.want {
			t.Errorf("%d units/s at %d Hz: %d, want %d", row.speed, row.hz, got, row.want)
		}
	}
	for _, row := range []struct{ hz, ms, want int }{
		{30, 0, 1}, {30, 16, 1}, {30, 49, 1}, {30, 50, 2}, {30, 167, 5}, {20, 167, 3}, {60, 1000, 60},
		{1, 167, 1}, {1, 1499, 1}, {1, 1500, 2}, {240, 167, 40}, {240, 600_000, 144_000},
	} {
		c := Config{Hz: row.hz}
		if got := c.ticks(row.ms); got != row.want {
			t.Errorf("%d ms at %d Hz: %d ticks, want %d", row.ms, row.hz, got, row.want)
		}
	}
}

// TestARoomOfFewerSeatsIsSmaller is about what a room for one costs that is
// made of the mode for 5,000.
func TestARoomOfFewerSeatsIsSmaller(t *testing.T) {
	for _, mode := range Game().Modes {
		for _, seats := range []int{1, 2, mode.Seats/2 + 1, mode.Seats} {
			if seats > mode.Seats {
				continue
			}
			small := mode.WithSeats(seats)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w, err := sim.Start(small, 1)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatalf("%s for %d: %v", mode.Name, seats, err)
			}
			rows := 0
			for _, table := range w.Tables() {
				rows += table.Cap()
			}
			bytes := after.TotalAlloc - before.TotalAlloc
			t.Logf("%s for %d: %d rows, %d bytes", mode.Name, seats, rows, bytes)
			if bytes > uint64(100_000+3000*seats) || rows > 500+20*seats {
				t.Errorf("%s for %d: %d rows, %d bytes", mode.Name, seats, rows, bytes)
			}
			for seat := 1; seat <= min(seats, 60); seat++ {
				if err := w.Join(sim.Seat(seat), sim.Entrant{}); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 * mode.Hz {
				w.Step()
			}
			if n := countShips(w); n != min(seats, 60) {
				t.Errorf("%s for %d: %d ships of %d", mode.Name, seats, n, min(seats, 60))
			}
		}
	}
}

// countShips returns how many rows the table ship has.
func countShips(w *sim.World) (n int) {
	for _, table := range w.Tables() {
		for word := 0; table.Name() == "ship" && word*64 < table.High(); word++ {
			n += bits.OnesCount64(table.Alive(word))
		}
	}
	return n
}
