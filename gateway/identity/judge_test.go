package identity_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/lobby"
)

func judging(t *testing.T, judge identity.Judge, anonymous bool) *identity.Users {
	t.Helper()
	u, err := identity.New(t.Context(), identity.Config{Judge: judge, Anonymous: anonymous, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func withToken(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}}
}

func TestAGameTellsWhoseTokenItIs(t *testing.T) {
	u := judging(t, func(_ context.Context, token, name string) (lobby.Player, error) {
		switch token {
		case "ann":
			return lobby.Player{UserID: "u1", Name: "Ann", Rating: 1700, Data: []byte{7}}, nil
		case "nameless":
			return lobby.Player{UserID: "u2"}, nil
		case "panics":
			panic("no such row")
		case "large":
			return lobby.Player{UserID: "u3", Data: make([]byte, 5000)}, nil
		}
		return lobby.Player{}, errors.New("log in again")
	}, false)
	if p, err := u.Of(t.Context(), withToken("ann"), "x"); err != nil || p.UserID != "u1" || p.Name != "Ann" || p.Rating != 1700 || len(p.Data) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := u.Of(t.Context(), withToken("nameless"), "bo"); err != nil || p.Name != "bo" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := u.Of(t.Context(), withToken("old"), "x"); !errors.Is(err, identity.ErrToken) || !strings.Contains(err.Error(), "log in again") {
		t.Errorf("%v", err)
	}
	for _, token := range []string{"panics", "large"} {
		if _, err := u.Of(t.Context(), withToken(token), "x"); !errors.Is(err, identity.ErrNoJudge) {
			t.Errorf("%s: %v", token, err)
		}
	}
	if _, err := u.Of(t.Context(), http.Header{}, "x"); !errors.Is(err, identity.ErrNeeded) {
		t.Errorf("without a token: %v", err)
	}
	if p, err := judging(t, nobody, true).Of(t.Context(), http.Header{}, "guest"); err != nil || p.UserID != "" || p.Name != "guest" {
		t.Errorf("anonymous: %+v, %v", p, err)
	}
}

func nobody(context.Context, string, string) (lobby.Player, error) { panic("nobody is asked") }

// A judge that hangs costs its callers five seconds, and others nothing but their turn.
func TestAJudgeThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		u := judging(t, func(_ context.Context, token, _ string) (lobby.Player, error) {
			if token == "hangs" {
				<-release
			}
			return lobby.Player{UserID: token}, nil
		}, false)
		began := time.Now()
		answers := make(chan error)
		for range 255 {
			go func() {
				_, err := u.Of(context.Background(), withToken("hangs"), "x")
				answers <- err
			}()
		}
		synctest.Wait()
		if p, err := u.Of(context.Background(), withToken("ann"), "x"); err != nil || p.UserID != "ann" || time.Since(began) != 0 {
			t.Errorf("%+v, %v, after %s", p, err, time.Since(began))
		}
		for range 255 {
			if err := <-answers; !errors.Is(err, identity.ErrNoJudge) {
				t.Errorf("who is not answered: %v", err)
			}
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it took %s", took)
		}
		go func() {
			_, err := u.Of(context.Background(), withToken("hangs"), "x")
			answers <- err
		}()
		synctest.Wait()
		if _, err := u.Of(context.Background(), withToken("ann"), "x"); !errors.Is(err, identity.ErrNoJudge) {
			t.Errorf("the 257th: %v", err)
		}
		<-answers
		close(release)
	})
}
