package lobby

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var luaFiles embed.FS

var (
	leaseScript   = loadScript("lease")
	leaveScript   = loadScript("leave")
	nodesScript   = loadScript("nodes")
	claimScript   = loadScript("claim")
	playScript    = loadScript("play")
	reserveScript = loadScript("reserve")
	assertScript  = loadScript("assert")
	removeScript  = loadScript("remove")
	ownedScript   = loadScript("owned")
	changesScript = loadScript("changes")
	keepScript    = loadScript("keep")
	shelfScript   = loadScript("shelf")
	fetchScript   = loadScript("fetch")
	outboxScript  = loadScript("outbox")
	journalScript = loadScript("journal")
)

// loadScript puts lib.lua in front of the named script. A missing file is a
// fault of the build, so it panics as the program starts.
func loadScript(name string) *redis.Script {
	var src string
	for _, file := range []string{"lib", name} {
		text, err := luaFiles.ReadFile("lua/" + file + ".lua")
		if err != nil {
			panic(err)
		}
		src += string(text)
	}
	return redis.NewScript(src)
}

// redisDirectory is a directory in Redis: each step is a script.
type redisDirectory struct {
	client  redis.UniversalClient
	keys    keys
	timeout time.Duration
	clock   func() time.Time

	mu     sync.Mutex
	offset time.Duration // Redis's clock minus ours
	within time.Duration // and how far that may be wrong
	at     time.Time     // ours, when it was measured

	asked latency

	writes atomic.Int64 // the highest number of a write of this node
}

// openRedis connects to Redis and measures its clock.
func openRedis(ctx context.Context, cfg Config) (*redisDirectory, error) {
	client, err := newClient(cfg.URL, cfg.Timeout)
	if err != nil {
		return nil, err
	}
	d := &redisDirectory{client: client, keys: newKeys(cfg.Prefix), timeout: cfg.Timeout, clock: cfg.Clock}
	asked := d.clock()
	now, err := client.Time(ctx).Result()
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	d.sync(asked, now)
	return d, nil
}

func (d *redisDirectory) close() error { return d.client.Close() }

// clockDrift is how far two clocks part, at most: what an old measurement is
// distrusted by, so that a newer one takes its place.
const clockDrift = 1.0 / 1000

// sync notes how far Redis's clock is from ours, given when it was asked: the
// answer was written between then and now. It keeps the best measurement, unless
// the new one contradicts it.
func (d *redisDirectory) sync(asked, theirs time.Time) {
	now := d.clock()
	within := now.Sub(asked)/2 + time.Millisecond
	offset := theirs.Sub(asked.Add(within))
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.within + time.Duration(float64(now.Sub(d.at))*clockDrift)
	if apart := (offset - d.offset).Abs(); within <= old || apart > old+within {
		d.offset, d.within, d.at = offset, within, now
	}
}

func (d *redisDirectory) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clock().Add(d.offset)
}

// run asks Redis and returns what follows status and time in the answer. The
// script does nothing after the deadline of ctx, judged by Redis's clock.
func (d *redisDirectory) run(ctx context.Context, s *redis.Script, args ...any) (rows []any, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	ends, _ := ctx.Deadline()
	d.mu.Lock()
	deadline := d.clock().Add(time.Until(ends) + d.offset - d.within)
	d.mu.Unlock()
	args = append([]any{d.keys.prefix, deadline.UnixMilli(), fence.Milliseconds()}, args...)
	asked := d.clock()
	defer d.asked.measure(time.Now(), &err)
	got, err := s.Run(ctx, d.client, d.keys.slot(), args...).Result()
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	answer, ok := got.([]any)
	if !ok || len(answer) < 2 {
		return nil, malformed("answer", got)
	}
	if ms, ok := number(answer[1]); ok {
		d.sync(asked, time.UnixMilli(ms))
	}
	status, _ := answer[0].(string)
	switch status {
	case "ok":
		return answer[2:], nil
	case "late":
		return nil, unavailable(ctx, errLate)
	}
	if refusal := refusals[status]; refusal != nil {
		return nil, refusal
	}
	return nil, malformed("status", answer[0])
}

// unavailable wraps what kept the store from answering. A caller who gave up
// gets its own context's error alone.
func unavailable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func malformed(what string, got any) error {
	return fmt.Errorf("%w: unexpected %s %.100v", ErrUnavailable, what, got)
}

// number reads an integer that a script sent as one or as text.
func number(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case string:
		i, err := strconv.ParseInt(n, 10, 64)
		return i, err == nil
	}
	return 0, false
}

// wrote notes the number of a write, the answer's first.
func (d *redisDirectory) wrote(v any) {
	n, _ := number(v)
	for {
		known := d.writes.Load()
		if n <= known || d.writes.CompareAndSwap(known, n) {
			return
		}
	}
}

// listArgs are a list as scripts read it: its length, then its members.
func listArgs[T any](args []any, members []T) []any {
	args = append(args, len(members))
	for _, m := range members {
		args = append(args, m)
	}
	return args
}

func (s seat) args(args []any) []any {
	return append(args, s.id, s.ttl.Milliseconds(), s.grace.Milliseconds())
}

func (c claimArgs) args(args []any) []any {
	args = append(args, c.room.ID, c.node, c.lease.Milliseconds(), c.making.Milliseconds(), c.nonce, c.instead, c.silent.Milliseconds(), flag(c.fenced), flag(c.room.Private))
	return listArgs(listArgs(args, c.codes), c.room.fields())
}

// sweepRooms is how many rooms of dead nodes one lease clears away.
const sweepRooms = 32

func (d *redisDirectory) lease(ctx context.Context, a leaseArgs) (complete bool, err error) {
	answer, err := d.run(ctx, leaseScript, a.node, a.lease.Milliseconds(), a.record, d.writes.Load(), sweepRooms)
	if err != nil {
		return false, err
	}
	if len(answer) != 2 {
		return false, malformed("lease", answer)
	}
	d.wrote(answer[1])
	return answer[0] == "1", nil
}

func (d *redisDirectory) leave(ctx context.Context, node string) error {
	_, err := d.run(ctx, leaveScript, node)
	return err
}

func (d *redisDirectory) nodes(ctx context.Context) ([]string, error) {
	answer, err := d.run(ctx, nodesScript, maxNodes)
	if err != nil {
		return nil, err
	}
	if len(answer) != 1 {
		return nil, malformed("nodes", answer)
	}
	return texts(answer[0]), nil
}

func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, m := range list {
		text, _ := m.(string)
		out = append(out, text)
	}
	return out
}

func (d *redisDirectory) claim(ctx context.Context, c claimArgs, s seat) (seated, error) {
	return d.seated(d.run(ctx, claimScript, s.args(c.args(nil))...))
}

func (d *redisDirectory) play(ctx context.Context, a playArgs) (seated, error) {
	args := a.seat.args([]any{a.mode, wantJSON(a.want)})
	args = append(args, a.since, changesLooked, flag(a.all))
	args = listArgs(listArgs(args, a.candidates), a.avoid)
	args = append(args, flag(a.make != nil))
	if a.make != nil {
		args = a.make.args(args)
	}
	return d.seated(d.run(ctx, playScript, args...))
}

func (d *redisDirectory) reserve(ctx context.Context, a reserveArgs) (seated, error) {
	return d.seated(d.run(ctx, reserveScript, a.seat.args([]any{a.by, a.value})...))
}

// seated reads an answer of lib.lua's seated.
func (d *redisDirectory) seated(answer []any, err error) (seated, error) {
	if err != nil {
		return seated{}, err
	}
	if len(answer) != 4 {
		return seated{}, malformed("seat", answer)
	}
	d.wrote(answer[2])
	expires, ok := number(answer[0])
	r, err := readRow(answer[3])
	if err != nil || !ok || r.gone {
		return seated{}, malformed("seat", answer)
	}
	return seated{row: r, expires: time.UnixMilli(expires), made: answer[1] == "1"}, nil
}

func (d *redisDirectory) assert(ctx context.Context, node string, rooms []assertion) ([]verdict, error) {
	args := []any{node, len(rooms)}
	for _, a := range rooms {
		args = append(args, a.room.ID, a.room.Epoch, flag(a.room.Private), a.room.Code, flag(a.fenced))
		args = listArgs(listArgs(args, a.settled), a.room.fields())
	}
	answer, err := d.run(ctx, assertScript, args...)
	if err != nil {
		return nil, err
	}
	if len(answer) != 3 {
		return nil, malformed("assertion", answer)
	}
	d.wrote(answer[0])
	results := texts(answer[1])
	rows, _ := answer[2].([]any)
	if len(results) != len(rooms) || len(rows) != len(rooms) {
		return nil, malformed("assertion", answer)
	}
	verdicts := make([]verdict, len(rooms))
	for i, result := range results {
		verdicts[i] = verdict{lost: result == "lost", nocode: result == "nocode"}
		if verdicts[i].lost {
			continue
		}
		if verdicts[i].row, err = readRow(rows[i]); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

func (d *redisDirectory) remove(ctx context.Context, a removeArgs) (promised time.Time, err error) {
	args := listArgs([]any{a.node, a.id, a.epoch, flag(a.fenced)}, a.settled)
	answer, err := d.run(ctx, removeScript, append(args, flag(a.unpromised))...)
	if err != nil {
		return time.Time{}, err
	}
	if len(answer) != 2 {
		return time.Time{}, malformed("removal", answer)
	}
	d.wrote(answer[0])
	end, ok := number(answer[1])
	if !ok {
		return time.Time{}, malformed("removal", answer)
	}
	if end > 0 {
		promised = time.UnixMilli(end)
	}
	return promised, nil
}

func (d *redisDirectory) owned(ctx context.Context, node, cursor string) (map[string]uint64, string, error) {
	if cursor == "" {
		cursor = "0"
	}
	answer, err := d.run(ctx, ownedScript, node, cursor, ownedPage)
	if err != nil {
		return nil, "", err
	}
	if len(answer) != 2 {
		return nil, "", malformed("rooms", answer)
	}
	flat := texts(answer[1])
	rooms := make(map[string]uint64, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		if rooms[flat[i]], err = strconv.ParseUint(flat[i+1], 10, 64); err != nil {
			return nil, "", malformed("rooms", answer)
		}
	}
	next, _ := answer[0].(string)
	if next == "0" {
		next = ""
	}
	return rooms, next, nil
}

func (d *redisDirectory) changes(ctx context.Context, since, whole uint64) (changes, error) {
	answer, err := d.run(ctx, changesScript, since, whole, changesPage, maxNodes)
	if err != nil {
		return changes{}, err
	}
	if len(answer) != 5 {
		return changes{}, malformed("changes", answer)
	}
	upTo, _ := number(answer[1])
	head, _ := number(answer[2])
	c := changes{more: answer[0] == "1", upTo: uint64(upTo), head: uint64(head), leases: map[string]time.Time{}}
	rows, _ := answer[3].([]any)
	for _, v := range rows {
		r, err := readRow(v)
		if err != nil {
			return changes{}, err
		}
		c.rows = append(c.rows, r)
	}
	leases := texts(answer[4])
	for i := 0; i+1 < len(leases); i += 2 {
		end, ok := number(leases[i+1])
		if !ok {
			return changes{}, malformed("lease", leases[i+1])
		}
		c.leases[leases[i]] = time.UnixMilli(end)
	}
	return c, nil
}

// readRow reads a script's row: id, ends of promises, {field, value, ...}.
func readRow(v any) (row, error) {
	parts, _ := v.([]any)
	if len(parts) != 3 {
		return row{}, malformed("row", v)
	}
	id, _ := parts[0].(string)
	flat := texts(parts[2])
	if len(flat) == 0 && id != "" {
		return row{Room: Room{ID: id}, gone: true}, nil
	}
	n := numbers{f: make(map[string]string, len(flat)/2)}
	for i := 0; i+1 < len(flat); i += 2 {
		n.f[flat[i]] = flat[i+1]
	}
	r := row{owner: n.f["node"], rev: uint64(n.get("rev"))}
	r.Room = Room{
		ID: id, Mode: n.f["mode"], Epoch: uint64(n.get("epoch")), Code: n.f["code"],
		Seats: int(n.get("seats")), Taken: int(n.get("taken")), Bots: int(n.get("bots")),
		Fillers: int(n.known("fillers")), Spectators: int(n.known("spectators")),
		Private: n.f["private"] == "1", State: RoomState(n.f["state"]),
		Created: time.UnixMilli(n.get("created")), TickHz: int(n.get("hz")), Kept: n.f["kept"] == "1",
		Node: nodeID(r.owner), URL: n.f["url"],
	}
	if making := n.get("making"); making > 0 {
		r.making = time.UnixMilli(making)
	}
	err := json.Unmarshal([]byte(n.f["meta"]), &r.Metadata)
	if r.ends = readPromises(texts(parts[1])); err != nil || n.bad != "" || id == "" || r.Seats > MaxSeats {
		return row{}, malformed("row", v)
	}
	return r, nil
}

// readPromises reads when promises end: "0" and each end, or how many there are
// and the last end.
func readPromises(list []string) []int64 {
	if len(list) < 2 {
		return nil
	}
	n := numbers{f: map[string]string{"n": list[0]}}
	if most := min(n.get("n"), MaxSeats); most > 0 {
		ends := make([]int64, most)
		for i := range ends {
			ends[i], _ = number(list[1])
		}
		return ends
	}
	ends := make([]int64, 0, len(list)-1)
	for _, s := range list[1:] {
		if end, ok := number(s); ok {
			ends = append(ends, end)
		}
	}
	return ends
}

// numbers reads integer fields and remembers the last that was none.
type numbers struct {
	f   map[string]string
	bad string
}

// known is get of a field that older nodes do not write; then it is 0.
func (n *numbers) known(field string) int64 {
	if n.f[field] == "" {
		return 0
	}
	return n.get(field)
}

func (n *numbers) get(field string) int64 {
	i, err := strconv.ParseInt(n.f[field], 10, 64)
	if err != nil {
		n.bad = field
	}
	return i
}
