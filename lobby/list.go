package lobby

import (
	"context"
	"encoding/base64"
	"strings"
)

// Query says which public rooms List returns. The zero value: the first page of
// all of them.
type Query struct {
	Mode         string            // "": all
	Metadata     map[string]string // rooms that have all of these
	WithFreeSeat bool
	PageSize     int    // 0: 50; at most 200, more is taken as 200
	Page         string // from the last answer; "": begin
}

const (
	defaultPage = 50
	maxPage     = 200
	// listBudget is how many rooms one script looks at: about 2 ms of Redis.
	listBudget = 1000
	// listRounds is how many scripts one call runs before it returns a short page.
	listRounds = 8
)

// List returns public rooms, fullest first, and the next page ("": no more).
// A room whose fullness does not change between pages is on exactly one of
// them; others may be missed or come twice. A page may be short and still have
// a next one. Errors: ErrInvalid, ErrUnavailable.
func (l *Lobby) List(ctx context.Context, q Query) (rooms []Room, next string, err error) {
	from, err := q.check()
	if err != nil {
		return nil, "", err
	}
	size := min(q.PageSize, maxPage)
	if size <= 0 {
		size = defaultPage
	}
	for range listRounds {
		answer, err := l.run(ctx, listScript, q.Mode, wantJSON(q.Metadata), flag(q.WithFreeSeat), from, size-len(rooms), listBudget)
		if err != nil {
			return nil, "", err
		}
		if len(answer) != 2 {
			return nil, "", malformed("list", answer)
		}
		if rooms, err = appendRooms(rooms, answer[1]); err != nil {
			return nil, "", err
		}
		from, _ = answer[0].(string)
		if from == "" || len(rooms) >= size {
			break
		}
	}
	return rooms, base64.RawURLEncoding.EncodeToString([]byte(from)), nil
}

func appendRooms(rooms []Room, v any) ([]Room, error) {
	rows, _ := v.([]any)
	for _, row := range rows {
		r, err := readRoom(row)
		if err != nil {
			return nil, err
		}
		rooms = append(rooms, r)
	}
	return rooms, nil
}

// check returns where the last page ended: four digits of rank, a colon, an id.
func (q Query) check() (from string, err error) {
	if q.Mode != "" {
		if err = checkName("mode", q.Mode, MaxID); err != nil {
			return "", err
		}
	}
	if err = checkMetadata(q.Metadata); err != nil || q.Page == "" {
		return "", err
	}
	raw, err := base64.RawURLEncoding.DecodeString(cut(q.Page, 2*MaxID))
	rank, id, found := strings.Cut(string(raw), ":")
	good := err == nil && found && len(rank) == 4 && strings.Trim(rank, "0123456789") == "" && checkName("id", id, MaxID) == nil
	return string(raw), check(good, "page %.40q", q.Page)
}

// Room returns one living room, private ones too: whoever shows it to a client
// leaves out Code unless the client has it. Errors: ErrRoomNotFound, ErrUnavailable.
func (l *Lobby) Room(ctx context.Context, id string) (Room, error) {
	if checkName("room id", id, MaxID) != nil {
		return Room{}, ErrRoomNotFound
	}
	return l.find(ctx, "id", id)
}

// RoomByCode is Room for who has only the code, in any case, with or without
// hyphens.
func (l *Lobby) RoomByCode(ctx context.Context, code string) (Room, error) {
	code, ok := cleanCode(code)
	if !ok {
		return Room{}, ErrRoomNotFound
	}
	return l.find(ctx, "code", code)
}

func (l *Lobby) find(ctx context.Context, by, value string) (Room, error) {
	answer, err := l.run(ctx, findScript, by, value)
	if err != nil {
		return Room{}, err
	}
	if len(answer) != 1 {
		return Room{}, malformed("find", answer)
	}
	return readRoom(answer[0])
}
