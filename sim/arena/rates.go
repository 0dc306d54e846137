package arena

import "github.com/metronome-server/metronome/sim"

// perTick returns a speed in units per second as 1/256 unit per tick, rounded
// to nearest. 300 units/s is a whole number at 1, 10, 20, 30, 60, 120 and 240 Hz.
func (c *Config) perTick(speed int) sim.Fixed { return sim.Fixed(quotient(speed*256, c.Hz)) }

// perTick2 returns units per second squared as 1/256 unit per tick squared.
func (c *Config) perTick2(accel int) sim.Fixed {
	return sim.Fixed(max(1, quotient(accel*256, c.Hz*c.Hz)))
}

// ticks returns milliseconds as ticks, rounded to nearest, at least 1.
func (c *Config) ticks(ms int) int { return max(1, quotient(ms*c.Hz, 1000)) }

func quotient(a, b int) int { return (a + b/2) / b }

func unit(n int) sim.Fixed { return sim.Int(int32(n)) }
