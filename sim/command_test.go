package sim

import (
	"reflect"
	"testing"
)

// wide has as many fields as a command may have, and a list.
type wide struct {
	A0, A1, A2, A3, A4, A5, A6, A7 int32
	B0, B1, B2, B3, B4, B5, B6, B7 int32
	C0, C1, C2, C3, C4, C5, C6, C7 int32
	D0, D1, D2, D3, D4, D5, D6, D7 int32
	List                           []int32
}

// hears keeps the last command of the step.
type hears struct {
	commands *Command[wide]
	last     wide
}

func (h *hears) Join(Seat, Entrant) {}
func (h *hears) Leave(Seat)         {}
func (h *hears) View(Seat, *View)   {}

func (h *hears) Step(*Inputs) {
	for _, c := range h.commands.All {
		h.last = *c
	}
}

func TestGivingACommandAllocatesNothing(t *testing.T) {
	h := &hears{}
	w, err := Start(Mode{Name: "hears", Hz: 30, Seats: 1, New: func(w *World) Rules {
		h.commands = NewCommand[wide](w)
		return h
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Join(1, Entrant{}); err != nil {
		t.Fatal(err)
	}
	values, list, number := make([]int32, maxCommandFields), []int32{7, 8}, uint32(0)
	for i := range values {
		values[i] = int32(i + 1)
	}
	give := func(values []int32) {
		number++
		if err := w.GiveCommand(1, number, values, list); err != nil {
			t.Fatal(err)
		}
		w.Step()
	}
	give(values)
	if last := h.last; last.A0 != 1 || last.D7 != maxCommandFields || !reflect.DeepEqual(last.List, list) {
		t.Errorf("given was %+v", last)
	}
	give(values[:2])
	if last := h.last; last.A1 != 2 || last.A2 != 0 || last.D7 != 0 {
		t.Errorf("given after a longer one was %+v", last)
	}
	if n := testing.AllocsPerRun(100, func() { give(values) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
