package floors

import (
	"fmt"
	"strings"
)

// floors says how high each part of the project stands. An import may only
// lead to a lower floor, or stay within its own part.
var floors = map[string]int{
	"sim":   0,
	"proto": 0,
	"web":   0, // built files to embed
	// Helpers that know nothing of the project, but for the two named below.
	"internal": 0,

	"netproto":          1,
	"predict":           1,
	"journal":           1,
	"outbox":            1,
	"internal/tickconn": 1,

	"room":       2,
	"replay":     2,
	"lobby":      2,
	"client":     2,
	"gateway/ws": 2,

	"gateway": 3,
	"bots":    3,

	"server": 4,

	// Whole programs: nobody imports them.
	"cmd":      5,
	"examples": 5,
	"bench":    5,
	"deploy":   5,
	// Programs that games begin as.
	"server/kit/templates": 5,
	"internal/floors":      5,
}

// part is the longest entry of floors that a folder belongs to, or "".
func part(dir string) string {
	longest := ""
	for name := range floors {
		if under(dir, name) && len(name) > len(longest) {
			longest = name
		}
	}
	return longest
}

// Arrows lists every import that leads up or sideways, and every package that
// has no floor.
func Arrows(src *Source) []string {
	var faults []string
	for _, f := range src.Files {
		from := part(f.Dir)
		if from == "" {
			faults = append(faults, fmt.Sprintf("%s: %s has no floor: give it one in internal/floors", f.Path, f.Dir))
			continue
		}
		for _, path := range f.Imports() {
			dir, ours := strings.CutPrefix(path, module+"/")
			if !ours {
				continue
			}
			to := part(dir)
			if to != from && (to == "" || floors[to] >= floors[from]) {
				faults = append(faults, fmt.Sprintf("%s: %s (floor %d) may not import %s (floor %d)",
					f.Path, from, floors[from], dir, floors[to]))
			}
		}
	}
	return faults
}

// guests are foreign modules that only some parts may know.
var guests = []struct {
	module string
	known  []string // to these parts
}{
	{"github.com/lxzan/gws", []string{"gateway/ws", "client"}},
	{"github.com/redis/go-redis", []string{"lobby", "internal/redistest", "bench/queues", "bench/survival"}},
	{"go.yaml.in/yaml", []string{"lobby/queue/queuefile"}},
	{"github.com/fsnotify/fsnotify", []string{"lobby/queue/queuefile"}},
}

// Guests lists every import of a foreign module by a part that should not
// know it.
func Guests(src *Source) []string {
	var faults []string
	for _, f := range src.Files {
		for _, path := range f.Imports() {
			for _, guest := range guests {
				if under(path, guest.module) && !under(f.Dir, guest.known...) {
					faults = append(faults, fmt.Sprintf("%s: only %s may import %s",
						f.Path, strings.Join(guest.known, " and "), path))
				}
			}
		}
	}
	return faults
}
