// Package helper is of the same module, so it is looked at too.
package helper

var Names = map[string]bool{}

var Total int

func Half(n int) int {
	return int(float32(n) / 2) // want "a float"
}
