package sim

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// tags are the words of a struct tag like "min=1,max=5,public".
type tags map[string]string

// parseTags takes a struct tag of a kind apart. Errors: a word that is not among
// known, or twice.
func parseTags(tag reflect.StructTag, kind string, known ...string) (tags, error) {
	t := tags{}
	for word := range strings.SplitSeq(tag.Get(kind), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		switch {
		case key == "":
		case !slices.Contains(known, key):
			return nil, fmt.Errorf("unknown %s tag %q; there are %s", kind, key, strings.Join(known, ", "))
		default:
			if _, twice := t[key]; twice {
				return nil, fmt.Errorf("tag %s is given twice", key)
			}
			t[key] = value
		}
	}
	return t, nil
}

// number returns the number of a key, or def where it is not said. Errors: it is
// none, or outside of span.
func (t tags) number(key string, def int64, span [2]int64) (int32, error) {
	text, ok := t[key]
	if !ok {
		return int32(def), nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < span[0] || n > span[1] {
		return 0, fmt.Errorf("%s=%s is no number from %d to %d", key, text, span[0], span[1])
	}
	return int32(n), nil
}

// span returns min and max, which lie within what a kind holds.
func (t tags) span(of [2]int64) (low, high int32, err error) {
	if low, err = t.number("min", of[0], of); err != nil {
		return 0, 0, err
	}
	if high, err = t.number("max", of[1], of); err != nil {
		return 0, 0, err
	}
	if low > high {
		return 0, 0, fmt.Errorf("min %d is above max %d", low, high)
	}
	return low, high, nil
}
