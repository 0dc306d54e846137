//go:build linux

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/bench/local"
	"github.com/metronome-server/metronome/gateway/peer"
	"github.com/metronome-server/metronome/netproto"
)

// call is one HTTP request of an attacker.
type call struct {
	method, path string
	body         []byte
	header       map[string]string
}

// get is a call without a body.
func get(path string) func(*assault) call {
	return func(*assault) call { return call{method: http.MethodGet, path: path} }
}

// lobby is a call of the lobby's API with JSON.
func lobby(method, body string) func(*assault) call {
	return func(*assault) call { return lobbyCall(method, []byte(body)) }
}

func lobbyCall(method string, body []byte) call {
	return call{http.MethodPost, "/metronome.v1.LobbyService/" + method, body, map[string]string{"Content-Type": "application/json"}}
}

// handshake asks for a WebSocket at a path.
func handshake(path string) call {
	return call{http.MethodGet, path, nil, map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": netproto.Subprotocol,
		"Sec-WebSocket-Key": base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%016x", rand.Uint64())),
	}}
}

// zeros is how long a body of zeros is that gzip makes a thousand times
// smaller, bytes.
const zeros = 8 << 20

var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(make([]byte, zeros)) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
})

// gzipBomb is a small body that wants to be a large one.
func gzipBomb(*assault) call {
	c := lobbyCall("QuickPlay", bomb())
	c.header["Content-Encoding"] = "gzip"
	return c
}

var large = sync.OnceValue(func() []byte { return bytes.Repeat([]byte(" "), 1<<20) })

// flood sends calls one after the other.
func flood(next func(*assault) call) func(context.Context, *assault, int) {
	return func(ctx context.Context, a *assault, i int) {
		client := a.http(i)
		defer client.CloseIdleConnections()
		for a.may(ctx) {
			status, err := a.send(ctx, client, next(a), io.Discard)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				a.closed.Add(1)
			case status < http.StatusBadRequest:
				a.served.Add(1)
			default:
				a.refused.Add(1)
			}
		}
	}
}

// maxAnswer is what is read of an answer, bytes.
const maxAnswer = 4 << 20

// send sends one call. An upgrade that succeeds is closed at once.
func (a *assault) send(ctx context.Context, client *http.Client, c call, answer io.Writer) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, c.method, "http://"+a.address+c.path, bytes.NewReader(c.body))
	if err != nil {
		return 0, err
	}
	for name, value := range c.header {
		req.Header.Set(name, value)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		_, err = io.Copy(answer, io.LimitReader(res.Body, maxAnswer))
	}
	return res.StatusCode, errors.Join(err, res.Body.Close())
}

// openRoom makes a room of 5,000 seats to attack.
func openRoom(ctx context.Context, a *assault) error {
	client := a.http(0)
	defer client.CloseIdleConnections()
	var answer bytes.Buffer
	status, err := a.send(ctx, client, lobbyCall("CreateRoom", []byte(`{"mode":"open"}`)), &answer)
	switch {
	case err != nil:
		return fmt.Errorf("making a room: %w", err)
	case status != http.StatusOK:
		return fmt.Errorf("making a room: status %d: %s", status, answer.String())
	}
	var made struct {
		Join struct{ Room struct{ ID string } }
	}
	if err = json.Unmarshal(answer.Bytes(), &made); err != nil {
		return err
	}
	a.room = made.Join.Room.ID
	return nil
}

// reserve asks for seats in the room and never comes.
func reserve(a *assault) call {
	return lobbyCall("JoinRoom", fmt.Appendf(nil, `{"id":%q}`, a.room))
}

// letters are what guesses are made of.
const letters = "abcdefghjkmnpqrstuvwxyz23456789"

func guess(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(letters[rand.IntN(len(letters))])
	}
	return b.String()
}

// writeUserKeys writes a file with a key that no attacker knows.
func writeUserKeys() (file string, err error) {
	f, err := os.CreateTemp("", "users-*.json")
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(f, `{"keys":[{"kty":"oct","kid":"game","alg":"HS256","k":%q}]}`, base64.RawURLEncoding.EncodeToString([]byte(guess(48))))
	return f.Name(), errors.Join(err, f.Close())
}

// forgedUser asks as a user, with a token that has everything but the right signature.
func forgedUser(*assault) call {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	c := lobbyCall("QuickPlay", []byte(`{}`))
	c.header["Authorization"] = "Bearer " + part(`{"alg":"HS256","kid":"game","typ":"JWT"}`) + "." + part(`{"sub":"ann","exp":4000000000}`) + "." + part(guess(32))
	return c
}

// forgedNode asks as another node would, with a call of the largest size.
func forgedNode(*assault) call {
	return call{http.MethodPost, "/metronome.v1.NodeService/OpenRoom", make([]byte, peer.MaxRequest), map[string]string{
		"Content-Type": "application/proto", "Metronome-Node": guess(120),
	}}
}

func watch(*assault) call { return handshake(home + "?watch") }

func wrongCode(*assault) call {
	return lobbyCall("JoinRoom", fmt.Appendf(nil, `{"code":%q}`, strings.ToUpper(guess(6))))
}

func wrongKey(*assault) call {
	return call{http.MethodPost, "/metronome.v1.ConsoleService/KickSeat", []byte(`{}`), map[string]string{
		"Content-Type": "application/json", "Authorization": "Bearer " + guess(12),
	}}
}

// pagePaths are the pages and one answer that is made for each request.
var pagePaths = []string{"/", "/play", "/console", "/info", "/nowhere"}

func anyPage(*assault) call {
	return call{method: http.MethodGet, path: pagePaths[rand.IntN(len(pagePaths))]}
}

// hold opens a connection, sends something that is no whole request, and keeps
// it for as long as the server does. What was closed is opened again.
func hold(begin string) func(context.Context, *assault, int) {
	return func(ctx context.Context, a *assault, i int) {
		for a.may(ctx) {
			conn, err := a.dial(ctx, i)
			if err != nil {
				a.refused.Add(1)
				continue
			}
			a.open.Add(1)
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			answered := int64(0)
			if _, err = conn.Write([]byte(begin)); err == nil {
				answered, _ = io.Copy(io.Discard, conn)
			}
			stop()
			_ = conn.Close()
			a.open.Add(-1)
			switch {
			case ctx.Err() != nil:
			case answered > 0:
				a.refused.Add(1)
			default:
				a.closed.Add(1)
			}
		}
	}
}

// unread sends many requests at once and reads no answer.
func unread(path string) func(context.Context, *assault, int) {
	const requests = 200
	begin := []byte(strings.Repeat("GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n", requests))
	return func(ctx context.Context, a *assault, i int) {
		for a.may(ctx) {
			conn, err := a.dial(ctx, i)
			if err != nil {
				a.refused.Add(1)
				continue
			}
			a.open.Add(1)
			_ = conn.SetReadBuffer(4 << 10)
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = conn.Write(begin)
			// That the server has closed shows when something more is sent.
			for local.Pause(ctx, time.Second) == nil {
				_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
				if _, err = conn.Write([]byte("\r\n")); err != nil && !timedOut(err) {
					a.closed.Add(1)
					break
				}
			}
			_ = conn.Close()
			a.open.Add(-1)
		}
	}
}
