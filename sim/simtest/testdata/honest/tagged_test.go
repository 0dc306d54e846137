//go:build race

package honest

// Files of tests are not looked at, whatever they are built for.
var sum float64
