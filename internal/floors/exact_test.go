package floors

import "testing"

func TestSimIsExact(t *testing.T) {
	holds(t, Exact)
}

func TestInexact(t *testing.T) {
	judge(t, Exact, []verdict{
		{"sim/a.go", "package sim\nconst half = 0.5\nvar x = int(half * 4)", ""},
		{"sim/a.go", "package sim\nimport \"math\"\nvar x int32 = math.MaxInt32", ""},
		{"sim/a.go", "package sim\nfunc f(m map[int]int) int { return m[1] }", ""},
		{"sim/simtest/a.go", "package simtest\nvar x float64", ""},
		{"room/a.go", "package room\nvar x float64", ""},
		{"sim/a.go", "package sim\nvar x float32", "sim/a.go:2:7: a float"},
		{"sim/a.go", "package sim\nfunc f() int { x := 0.5; return int(x) }", "a float"},
		{"sim/a.go", "package sim\nfunc f(x float64) {}", "a float"},
		{"sim/a.go", "package sim\nimport \"math\"\nvar x = int(math.Sin(1))", "a float"},
		{"sim/a.go", "package sim\nvar x complex64", "a float"},
		{"sim/a.go", "package sim\ntype speed float64\nvar x speed", "a float"},
		{"sim/arena/a.go", "package arena\nfunc f(m map[int]int) { for range m {} }", "sim/arena/a.go:2:25: a range over a map"},
		{"sim/arena/a.go", "package arena\ntype t map[int]int\nfunc f(m t) { for range m {} }", "a range over a map"},
		{"sim/a.go", "package sim\nvar x = unknown", "undefined: unknown"},
	})
}

func TestInexactAcrossPackages(t *testing.T) {
	src, err := Load(fstestModule(map[string]string{
		"sim/a.go":       "package sim\nvar Rows map[int]int",
		"sim/arena/a.go": "package arena\nimport \"" + module + "/sim\"\nfunc f() { for range sim.Rows {} }",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if faults := Exact(src); len(faults) != 1 {
		t.Errorf("got %q, want the one range over a map", faults)
	}
}
