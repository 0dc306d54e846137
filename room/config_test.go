package room

import (
	"strings"
	"testing"
	"time"
)

func TestConfigValidate(t *testing.T) {
	for _, row := range []struct {
		set  func(c *Config, v time.Duration)
		name string
		good []time.Duration
		bad  []time.Duration
	}{
		{func(c *Config, v time.Duration) { c.ResumeWindow = v }, "ResumeWindow", []time.Duration{time.Second, time.Hour}, []time.Duration{time.Second - 1, time.Hour + 1}},
		{func(c *Config, v time.Duration) { c.SilentAfter = v }, "SilentAfter", []time.Duration{2 * time.Second, time.Hour}, []time.Duration{2*time.Second - 1, time.Hour + 1}},
		{func(c *Config, v time.Duration) { c.SlowAfter = v }, "SlowAfter", []time.Duration{time.Second, time.Hour}, []time.Duration{time.Second - 1, time.Hour + 1}},
		{func(c *Config, v time.Duration) { c.FloodAfter = v }, "FloodAfter", []time.Duration{time.Second, time.Minute}, []time.Duration{time.Second - 1, time.Minute + 1}},
		{func(c *Config, v time.Duration) { c.EmptyAfter = v }, "EmptyAfter", []time.Duration{0, 168 * time.Hour}, []time.Duration{-1, 168*time.Hour + 1}},
		{func(c *Config, v time.Duration) { c.Quiet = v }, "Quiet", []time.Duration{0, 10 * time.Second}, []time.Duration{-1, 10*time.Second + 1}},
		{func(c *Config, v time.Duration) { c.Hold = v }, "Hold", []time.Duration{0, 2 * time.Second}, []time.Duration{-1, 2*time.Second + 1}},
		{func(c *Config, v time.Duration) { c.Workers = int(v) }, "Workers", []time.Duration{1, 64}, []time.Duration{0, 65}},
		{func(c *Config, v time.Duration) { c.CatchUp = v }, "CatchUp", []time.Duration{10 * time.Millisecond, 2 * time.Second}, []time.Duration{0, 2*time.Second + 1}},
	} {
		for _, v := range row.good {
			c := Default()
			if row.set(&c, v); c.Validate() != nil {
				t.Errorf("%s %d: %v", row.name, v, c.Validate())
			}
		}
		for _, v := range row.bad {
			c := Default()
			if row.set(&c, v); c.Validate() == nil || !strings.Contains(c.Validate().Error(), row.name) {
				t.Errorf("%s %d: %v", row.name, v, c.Validate())
			}
		}
	}
	if err := (Config{Hold: -1, EmptyAfter: -1}).Validate(); err == nil || strings.Count(err.Error(), "\n") != 7 {
		t.Errorf("all faults: %v", err)
	}
	if _, err := New(Options{}); err == nil {
		t.Error("a room without a configuration")
	}
}

func TestTicks(t *testing.T) {
	for _, row := range []struct {
		d    time.Duration
		hz   int
		want int
	}{{0, 30, 0}, {1, 30, 1}, {time.Second, 30, 30}, {time.Second + 1, 30, 31}, {time.Hour, 240, 864_000}, {168 * time.Hour, 240, 145_152_000}} {
		if got := ticks(row.d, row.hz); got != row.want {
			t.Errorf("%v at %d Hz: %d, want %d", row.d, row.hz, got, row.want)
		}
	}
}
