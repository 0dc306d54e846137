package lobby

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func pairs(n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		m[fmt.Sprint("k", i)] = "v"
	}
	return m
}

var badRooms = map[string]func(*Room){
	"no id":           func(r *Room) { r.ID = "" },
	"id too long":     func(r *Room) { r.ID = strings.Repeat("x", MaxID+1) },
	"id with colon":   func(r *Room) { r.ID = "a:b" },
	"id with brace":   func(r *Room) { r.ID = "a}b" },
	"no mode":         func(r *Room) { r.Mode = "" },
	"mode with slash": func(r *Room) { r.Mode = "a/b" },
	"no seats":        func(r *Room) { r.Seats = 0 },
	"too many seats":  func(r *Room) { r.Seats = MaxSeats + 1 },
	"taken below 0":   func(r *Room) { r.Taken = -1 },
	"bots below 0":    func(r *Room) { r.Bots = -1 },
	"unknown state":   func(r *Room) { r.State = "ajar" },
	"9 pairs":         func(r *Room) { r.Metadata = pairs(MaxMetadata + 1) },
	"empty key":       func(r *Room) { r.Metadata = map[string]string{"": "v"} },
	"key too long":    func(r *Room) { r.Metadata = map[string]string{strings.Repeat("k", MaxMetadataKey+1): "v"} },
	"value too long":  func(r *Room) { r.Metadata = map[string]string{"k": strings.Repeat("v", MaxMetadataValue+1)} },
	"value not UTF-8": func(r *Room) { r.Metadata = map[string]string{"k": "\xff"} },
	"value unseen":    func(r *Room) { r.Metadata = map[string]string{"k": "a\u202eb"} },
}

var goodRooms = map[string]func(*Room){
	"longest id":     func(r *Room) { r.ID = strings.Repeat("x", MaxID) },
	"every sign":     func(r *Room) { r.ID = "aZ09-_." },
	"one seat":       func(r *Room) { r.Seats = 1 },
	"most seats":     func(r *Room) { r.Seats = MaxSeats },
	"8 pairs":        func(r *Room) { r.Metadata = pairs(MaxMetadata) },
	"longest key":    func(r *Room) { r.Metadata = map[string]string{strings.Repeat("k", MaxMetadataKey): "v"} },
	"longest value":  func(r *Room) { r.Metadata = map[string]string{"k": strings.Repeat("v", MaxMetadataValue)} },
	"empty value":    func(r *Room) { r.Metadata = map[string]string{"k": ""} },
	"value in Greek": func(r *Room) { r.Metadata = map[string]string{"k": "Ελλάδα"} },
}

func TestRoomLimits(t *testing.T) {
	for what, change := range goodRooms {
		r := Room{ID: "r", Mode: "ffa", Seats: 4}
		change(&r)
		if err := r.check(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, change := range badRooms {
		r := Room{ID: "r", Mode: "ffa", Seats: 4}
		change(&r)
		if err := r.check(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestRoomFaultsAreJoined(t *testing.T) {
	err := Room{ID: "a b", Mode: "", Seats: 0}.check()
	for _, want := range []string{"room id", "mode", "seats"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
}

func TestReadRowRefusesDamage(t *testing.T) {
	for _, row := range []any{
		nil, "x", []any{}, []any{"id", []any{}},
		[]any{"", []any{}, []any{}},
		[]any{"id", []any{}, []any{"epoch", "x", "seats", "4", "taken", "0", "bots", "0", "created", "0", "hz", "0", "making", "0", "rev", "1", "meta", "{}"}},
		[]any{"id", []any{}, []any{"epoch", "1", "seats", "4", "taken", "0", "bots", "0", "created", "0", "hz", "0", "making", "0", "rev", "1", "meta", "["}},
	} {
		if _, err := readRow(row); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%v: %v", row, err)
		}
	}
}
