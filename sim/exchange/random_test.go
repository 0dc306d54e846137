package exchange

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// million is how many random orders the book is tried with.
const million = 1_000_000

// TestAMillionRandomOrders looks at every tick whether the match is sound, and
// holds an auction on paper beside each whose tick has no commands.
func TestAMillionRandomOrders(t *testing.T) {
	if raceDetector {
		withoutRaceDetector(t)
		return
	}
	orders := million
	if testing.Short() {
		orders /= 20
	}
	r := random(t)
	var reasons [RefusedNoOrder + 1]int
	for _, kind := range []struct {
		name   string
		params []sim.Param
	}{
		{"long", []sim.Param{param("seconds", "0"), param("period", "3")}},
		{"short", []sim.Param{param("seconds", "20"), param("period", "2"), param("symbols", "2"), param("orders", "5")}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			m := &market{floor: play(t, 40, kind.params...), r: r}
			for m.given-m.cancels < orders/2 {
				m.tick()
				if t.Failed() {
					return
				}
			}
			t.Logf("%d commands, %d of them cancels, %d refused (by reason: %d), %d shares traded in %d auctions, of which %d on paper too; %d came and went",
				m.given, m.cancels, m.refused, m.reasons, m.volume, m.auctions, m.onPaper, m.moved)
			for i, n := range m.reasons {
				reasons[i] += n
			}
			if m.refused > m.given/2 || m.volume < m.given/10 || m.onPaper < m.auctions/4 || m.moved == 0 {
				t.Error("that is not what the test is meant for")
			}
		})
	}
	for reason, n := range reasons {
		if (n == 0) != (reason == 0) {
			t.Errorf("%d commands were refused for reason %d", n, reason)
		}
	}
}

// withoutRaceDetector runs a test in a program of its own: the detector makes it
// 80 times slower, and rules have one goroutine.
func withoutRaceDetector(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-v", "-count=1", "-run", "^"+t.Name()+"$", fmt.Sprint("-short=", testing.Short()), ".")
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Error(err)
	}
}

// market is a match with random players.
type market struct {
	*floor
	r                                                         *rand.Rand
	given, cancels, refused, volume, auctions, onPaper, moved int
	reasons                                                   [RefusedNoOrder + 1]int
	mid                                                       [MaxSymbols]int // about which players bid
}

// tick gives commands, steps and looks at what came of them.
func (m *market) tick() {
	if m.r.IntN(20) == 0 {
		m.comeOrGo()
	}
	open := m.x.match.Get().Phase == PhaseOpen
	due := open && m.w.Tick()+1 >= m.x.match.Get().AuctionAt
	quiet := due && m.r.IntN(2) == 0
	m.move()
	for _, seat := range m.w.Seats() {
		for range m.r.IntN(8) {
			if !quiet && (open || m.r.IntN(16) == 0) {
				c := m.command(seat)
				m.give(seat, c)
				if m.given++; c.Kind == Cancel {
					m.cancels++
				}
			}
		}
	}
	var books [MaxSymbols]paper
	for s := range m.x.params.Symbols {
		books[s] = m.copyBook(s)
	}
	m.w.Step()
	for _, e := range m.events("refused") {
		m.refused++
		m.reasons[e[3]]++
	}
	if err := m.sound(); err != nil {
		m.t.Errorf("tick %d: %v", m.w.Tick(), err)
	}
	ended := m.x.match.Get().Phase != PhaseOpen // with an auction and without open orders
	if !due || ended {
		return
	}
	m.auctions++
	if err := m.crossed(); err != nil {
		m.t.Errorf("tick %d: %v", m.w.Tick(), err)
	}
	if quiet {
		m.onPaper++
		m.compare(books)
	}
}

// move moves the prices about which players bid.
func (m *market) move() {
	for s := range m.mid {
		m.mid[s] = min(max(m.mid[s]+m.r.IntN(11)-5, 60), MaxPrice-60)
	}
}

// compare holds the auctions on paper.
func (m *market) compare(books [MaxSymbols]paper) {
	trades, fills := m.events("trade"), m.events("fill")
	for s := range m.x.params.Symbols {
		price, volume, all := books[s].auction()
		m.volume += volume
		var got []uint32
		if i := slices.IndexFunc(trades, func(e []uint32) bool { return e[1] == uint32(s) }); i >= 0 {
			got = trades[i][2:]
		}
		if volume > 0 && !slices.Equal(got, []uint32{uint32(price), uint32(volume)}) || volume == 0 && got != nil {
			m.t.Errorf("tick %d, symbol %d: price and volume are %d, on paper %d and %d", m.w.Tick(), s, got, price, volume)
		}
		var filled []traded
		for _, e := range fills {
			if e[2] == uint32(s) {
				filled = append(filled, traded{sim.Seat(e[0]), uint8(e[1]), uint16(e[5])})
			}
		}
		if !slices.Equal(filled, all) {
			m.t.Errorf("tick %d, symbol %d: filled were %v, on paper %v", m.w.Tick(), s, filled, all)
		}
	}
}

func (m *market) comeOrGo() {
	seat := sim.Seat(1 + m.r.IntN(50))
	if m.x.accounts.Of(seat) == nil {
		m.join(seat)
	} else {
		m.w.Leave(seat)
	}
	m.moved++
}

// command is a random one about a price that moves, and now and then any other:
// of a tag that is in use, mostly to cancel.
func (m *market) command(seat sim.Seat) Command {
	c := Command{Kind: uint8(m.r.IntN(2)), Tag: uint8(m.r.IntN(int(m.x.params.Orders))), Symbol: uint8(m.r.IntN(int(m.x.params.Symbols)))}
	c.Price, c.Quantity = uint16(m.mid[c.Symbol]+m.r.IntN(41)-20), uint16(1+m.r.IntN(MaxQuantity/5))
	switch {
	case m.r.IntN(50) == 0:
		return Command{uint8(m.any(Cancel)), uint8(m.any(MaxOrders - 1)), uint8(m.any(MaxSymbols - 1)), uint16(m.any(MaxPrice)), uint16(m.any(MaxQuantity))}
	case m.x.accounts.Of(seat).Orders[c.Tag] != 0 && m.r.IntN(8) > 0:
		c.Kind = Cancel
	}
	return c
}

// any returns a number from 0 to most, often one of these two.
func (m *market) any(most int) int {
	switch m.r.IntN(8) {
	case 0:
		return 0
	case 1:
		return most
	}
	return m.r.IntN(most + 1)
}
