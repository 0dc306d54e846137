package server

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// envPrefix begins the environment variables of flags.
const envPrefix = "METRONOME_"

// variable is a flag's environment variable.
func variable(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// env returns an environment variable; "" when there is none.
func (p *program) env(name string) string {
	for _, v := range p.environ {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// ofPlatforms are variables with our prefix that are not ours: Kubernetes gives
// every container the addresses of services, and one may be named metronome.
var ofPlatforms = regexp.MustCompile(`^METRONOME_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// ofTools are those of this project's scripts and tests.
var ofTools = []string{envPrefix + "BIN", envPrefix + "COUNTS", envPrefix + "SEED", envPrefix + "URL"}

// checkEnvironment returns an error for each variable with our prefix that no
// flag of any command has: it would be without effect.
func (p *program) checkEnvironment() error {
	var known []string
	var faults []error
	for _, v := range p.environ {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, envPrefix) || ofPlatforms.MatchString(name) || slices.Contains(ofTools, name) {
			continue
		}
		if known == nil {
			known = p.variables()
		}
		if !slices.Contains(known, name) {
			faults = append(faults, fmt.Errorf("%s is not a variable of this program; did you mean %s?", name, nearest(name, known)))
		}
	}
	return errors.Join(faults...)
}

// errCollected ends a command that was only asked for its flags.
var errCollected = errors.New("flags collected")

// variables lists those of all commands' flags: one environment may serve several
// commands, as a container's does its server and its health check.
func (p *program) variables() []string {
	var all []string
	for _, c := range commands() {
		q := &program{ctx: p.ctx, games: p.games, stdout: io.Discard, stderr: io.Discard, collect: func(f *pflag.FlagSet) {
			f.VisitAll(func(flag *pflag.Flag) { all = append(all, variable(flag.Name)) })
		}}
		_ = c.run(q, nil) // errCollected
	}
	return all
}

// nearest returns the name that takes the fewest changed letters.
func nearest(name string, names []string) string {
	return slices.MinFunc(names, func(a, b string) int { return distance(name, a) - distance(name, b) })
}

// distance is how many letters have to be added, taken away or changed (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
