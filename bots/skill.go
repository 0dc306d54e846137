package bots

import "math/rand/v2"

// skill is what makes one fighter another than the next. Why so: whoever has
// just come shall live for ten seconds and more, and meet somebody who is hard
// to beat all the same.
type skill struct {
	aimError float64 // standard deviation, radians
	near     float64 // units: nearer it gives way
	far      float64 // units: farther it comes nearer
	rail     float64 // chance in each thought, with a foe in sight
	reaction float64 // seconds from seeing a foe to the first shot, at most twice that
	burst    float64 // seconds that it fires at a time, at most twice that
	rest     float64 // seconds from one burst to the next, at most twice that
}

// newSkill draws one: most are middling.
func newSkill(random *rand.Rand) skill {
	s := (random.Float64() + random.Float64()) / 2 // 0: a beginner, 1: good
	between := func(beginner, good float64) float64 { return beginner + (good-beginner)*s }
	return skill{
		aimError: between(0.24, 0.09),
		near:     150 + 60*random.Float64(),
		far:      270 + 60*random.Float64(),
		rail:     between(0.01, 0.05),
		reaction: between(1.1, 0.4),
		burst:    between(0.25, 0.6),
		rest:     between(0.9, 0.4),
	}
}
