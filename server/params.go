package server

import (
	"errors"
	"fmt"
	"strings"

	"github.com/metronome-server/metronome/sim"
)

// paramHelp is what --param takes, for a flag's help.
const paramHelp = "; NAME=VALUE, once for each, or with commas between"

// parseParams reads what --param was given. It knows no game: whether the names
// and values fit one is for [sim.CheckParams]. Errors: what is no NAME=VALUE, and
// what was given twice.
func parseParams(given []string) ([]sim.Param, error) {
	var params []sim.Param
	var faults []error
	said := map[string]bool{}
	for _, text := range given {
		name, value, ok := strings.Cut(text, "=")
		switch {
		case !ok || name == "":
			faults = append(faults, fmt.Errorf("--param %q: want NAME=VALUE, as in seconds=60", text))
		case said[name]:
			faults = append(faults, fmt.Errorf("--param %s: given twice", name))
		default:
			said[name] = true
			params = append(params, sim.Param{Name: name, Value: value})
		}
	}
	return params, errors.Join(faults...)
}
