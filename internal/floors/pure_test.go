package floors

import "testing"

func TestSimIsPure(t *testing.T) {
	holds(t, Pure)
}

func TestImportsThatAreNotPure(t *testing.T) {
	judge(t, Pure, []verdict{
		{"sim/a.go", importing("math/bits"), ""},
		{"sim/table.go", importing("reflect"), ""},
		{"sim/arena/a.go", importing(module + "/sim"), ""},
		{"sim/arena/a.go", importing(module + "/sim/geo"), ""},
		{"sim/geo/a.go", importing(module + "/sim"), ""},
		{"sim/a.go", importing(module + "/sim/geo"), "may not import"},
		{"sim/geo/a.go", importing(module + "/sim/arena"), "may not import"},
		{"sim/arena/rules/a.go", importing(module + "/sim/arena/maps"), ""},
		{"sim/simtest/a.go", importing("testing"), ""},
		{"sim/simtest/a.go", importing("math/rand/v2"), ""},
		{"room/a.go", importing("time"), ""},
		{"sim/a.go", importing("time"), "may not import time"},
		{"sim/a.go", importing("math/rand"), "may not import math/rand"},
		{"sim/a.go", importing("testing"), "may not import testing"},
		{"sim/a.go", importing("sync"), "may not import sync"},
		{"sim/a.go", importing("reflect"), "may not import reflect"},
		{"sim/a.go", importing("unsafe"), "may not import unsafe"},
		{"sim/a.go", importing(module + "/sim/arena"), "may not import"},
		{"sim/arena/table.go", importing("reflect"), "may not import reflect"},
		{"sim/arena/a.go", importing("os"), "may not import os"},
		{"sim/arena/a.go", importing(module + "/sim/race"), "may not import"},
		{"sim/arena/a.go", importing(module + "/proto/metronome/v1"), "may not import"},
		{"sim/simtest/a.go", importing("time"), ""},
		{"sim/simtest/a.go", importing("net/http"), "may not import net/http"},
	})
}

func TestConcurrencyInSim(t *testing.T) {
	judge(t, Pure, []verdict{
		{"sim/a.go", "package sim\nfunc f() { go f() }", "sim/a.go:2:12: a go statement"},
		{"sim/a.go", "package sim\nfunc f() { select {} }", "a select"},
		{"sim/arena/a.go", "package arena\nvar c chan int", "a channel type"},
		{"sim/arena/a.go", "package arena\nfunc f() { c <- 1 }", "a send"},
		{"sim/arena/a.go", "package arena\nfunc f() { <-c }", "a receive"},
		{"room/a.go", "package room\nfunc f() { go f() }", ""},
	})
}
