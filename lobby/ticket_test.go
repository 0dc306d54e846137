package lobby

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/sim"
)

func TestVerify(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a", func(c *Config) { c.Secret = []byte("this deployment's") })
		other := s.node(t, "b", func(c *Config) { c.Secret = []byte("another deployment's") })
		r := claim(t, a, "r")
		good := reserve(t, a, "r", "ann").Ticket
		cases := []struct {
			what   string
			ticket string
			room   Room
			want   error
		}{
			{"good", good, r, nil},
			{"empty", "", r, ErrTicketForged},
			{"no base64", "%%%", r, ErrTicketForged},
			{"padding", good + "=", r, ErrTicketForged},
			{"cut", good[:len(good)-4], r, ErrTicketForged},
			{"longer", good + "AAAA", r, ErrTicketForged},
			{"endless", strings.Repeat("A", maxToken+1), r, ErrTicketForged},
			{"another key", other.seal(Ticket{Room: "r", Epoch: r.Epoch, Expires: a.dir.now().Add(time.Hour)}), r, ErrTicketForged},
			{"another purpose", a.sign("resume", mustPayload(t, a, good)), r, ErrTicketForged},
			{"another room", good, Room{ID: "r2", Epoch: r.Epoch}, ErrTicketForeign},
			{"an earlier epoch", good, Room{ID: "r", Epoch: r.Epoch + 1}, ErrTicketForeign},
			{"late", a.seal(Ticket{Room: "r", Epoch: r.Epoch, Expires: a.dir.now().Add(-time.Second)}), r, ErrTicketExpired},
			{"not yet late", a.seal(Ticket{Room: "r", Epoch: r.Epoch, Expires: a.dir.now().Add(time.Minute)}), r, nil},
		}
		for _, c := range cases {
			if _, err := a.Verify(t.Context(), c.ticket, c.room.ID, c.room.Epoch); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.what, err, c.want)
			}
		}
	})
}

func mustPayload(t *testing.T, l *Lobby, token string) []byte {
	t.Helper()
	b, err := l.check(t.Context(), ticketPurpose, token)
	must(t, err)
	return b
}

func TestEveryFlippedBitIsForged(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a")
	r := claim(t, a, "r")
	raw, err := base64.RawURLEncoding.DecodeString(reserve(t, a, "r", "ann").Ticket)
	must(t, err)
	for i := range 8 * len(raw) {
		raw[i/8] ^= 1 << (i % 8)
		if _, err := a.Verify(t.Context(), base64.RawURLEncoding.EncodeToString(raw), "r", r.Epoch); !errors.Is(err, ErrTicketForged) {
			t.Fatalf("bit %d flipped: %v", i, err)
		}
		raw[i/8] ^= 1 << (i % 8)
	}
}

// One token, one spelling: the bits that base64 leaves over must be zero.
func TestTokensHaveOneSpelling(t *testing.T) {
	l := memoryStore().node(t, "a")
	for n := range 3 {
		token := []byte(l.sign("resume", make([]byte, n)))
		if _, err := l.check(t.Context(), "resume", string(token)); err != nil {
			t.Fatal(err)
		}
		token[len(token)-1]++
		if _, err := l.check(t.Context(), "resume", string(token)); n != 0 && !errors.Is(err, ErrTicketForged) {
			t.Errorf("%d bytes, other spelling: %v", n, err)
		}
	}
}

func TestTicketIsCompactAndURLSafe(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a")
	claim(t, a, "0123456789abcdef")
	ticket := reserve(t, a, "0123456789abcdef", strings.Repeat("ü", 40)).Ticket
	if len(ticket) > 240 {
		t.Errorf("%d characters", len(ticket))
	}
	if strings.Trim(ticket, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("not URL-safe: %s", ticket)
	}
}

// The most that a player can be makes a ticket that is read, and that fits a URL.
func TestLongestTicketIsTaken(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a", func(c *Config) { c.NodeURL = "wss://" + strings.Repeat("h", maxURL-6) })
	r := claim(t, a, strings.Repeat("r", MaxID))
	who := Player{
		UserID: strings.Repeat("u", MaxUserID), Name: strings.Repeat("n", MaxName), Team: sim.MaxTeam, Rating: math.MinInt32, Bot: true, Filler: true,
		Data: make([]byte, sim.MaxEntrantData),
	}
	j, err := a.Reserve(t.Context(), r.ID, who)
	must(t, err)
	if len(j.Ticket) > 1600 || len(j.Ticket) > maxToken {
		t.Errorf("%d characters", len(j.Ticket))
	}
	got, err := a.Verify(t.Context(), j.Ticket, r.ID, r.Epoch)
	must(t, err)
	if !reflect.DeepEqual(got.Player, who) {
		t.Errorf("promised to %+v, the ticket says %+v", who, got.Player)
	}
}

func TestPlayersWhoCannotBe(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		claim(t, a, "r")
		for what, who := range map[string]Player{
			"a long id":     {UserID: strings.Repeat("u", MaxUserID+1)},
			"no text":       {UserID: "\xff"},
			"a line break":  {UserID: "a\nb"},
			"too much data": {Data: make([]byte, sim.MaxEntrantData+1)},
		} {
			_, errReserve := a.Reserve(t.Context(), "r", who)
			_, errPlay := a.Play(t.Context(), Wanted{Mode: "ffa"}, nil, who)
			_, errCreate := a.Create(t.Context(), *fresh(2, nil), who)
			for _, err := range []error{errReserve, errPlay, errCreate} {
				if !errors.Is(err, ErrInvalid) {
					t.Errorf("%s: %v", what, err)
				}
			}
		}
		if got := room(t, a, "r"); got.Taken != 0 {
			t.Errorf("%d seats are promised", got.Taken)
		}
	})
}

// What backends were told about a user must stay true.
func TestUserNumbersNeverChange(t *testing.T) {
	if got := UserNumber("ann"); got != 1306331878637742834 {
		t.Errorf("ann is %d", got)
	}
	if got := UserNumber(""); got != 0 {
		t.Errorf("nobody is %d", got)
	}
}

func FuzzReadTicket(f *testing.F) {
	l, err := openOn(f.Context(), Config{Log: slog.New(slog.DiscardHandler)}.withDefaults(), newMemory(time.Now), &latency{})
	if err != nil {
		f.Fatal(err)
	}
	whole := Ticket{Room: "room", Epoch: 1 << 60, URL: "wss://a", Expires: time.UnixMilli(1), reservation: newReservation(), Player: Player{
		UserID: "u-1", Name: "ann", Team: 2, Rating: -5, Bot: true, Filler: true, Data: []byte{1, 2},
	}}
	payload, err := l.check(f.Context(), ticketPurpose, l.seal(whole))
	if err != nil {
		f.Fatal(err)
	}
	for n := range len(payload) + 1 {
		f.Add(payload[:n])
	}
	f.Add(append(payload, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := readTicket(b)
		if !ok {
			return
		}
		again, err := l.check(t.Context(), ticketPurpose, l.seal(got))
		must(t, err)
		if same, ok := readTicket(again); !ok || !reflect.DeepEqual(same, got) {
			t.Fatalf("read %+v, sealed and read again %+v", got, same)
		}
	})
}
