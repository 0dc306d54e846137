package match

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/party"
	"github.com/metronome-server/metronome/lobby/queue"
)

const (
	// maxMemberToken is the longest that is looked at, bytes.
	maxMemberToken = 64
	// maxRoles is how many roles a player may name, maxRole how long each is, bytes.
	maxRoles, maxRole = 8, 32
	// maxRegions is how many regions a client may have measured, maxRegion how long each
	// name is, bytes.
	maxRegions, maxRegion = 32, 32
	// maxEntry is the longest id of an entry, bytes.
	maxEntry = queue.MaxName + 64
)

// proofBytes is how much of a token's digest is kept: nobody finds another token of
// the same.
const proofBytes = 16

// proofOf is what the store keeps of a member token: whoever reads the store cannot
// act as the member.
func proofOf(token string) []byte {
	sum := sha256.Sum256(append([]byte("metronome member\x00"), token...))
	return sum[:proofBytes]
}

// newcomer is who asks to be enqueued or to be of a party, and the secret that they
// are given.
func (s *Service) newcomer(ctx context.Context, h http.Header, name string) (m queue.Member, token string, err error) {
	who, err := s.Users.Of(ctx, h, name)
	if err == nil {
		err = s.Lobby.CheckBans(who.UserID, door.CallerOf(ctx).Address)
	}
	if err != nil {
		return queue.Member{}, "", err
	}
	token = id.Unique()
	return queue.Member{
		User: who.UserID, Known: who.UserID != "", Name: lobby.CleanName(who.Name), Rating: float64(who.Rating), Data: who.Data, Proof: proofOf(token),
	}, token, nil
}

// whoAsks is by what the caller of something that is there already is known. A user
// token that is not good any more does no harm beside a member token. Errors: errWhose,
// those of identity.Users.Of.
func (s *Service) whoAsks(ctx context.Context, h http.Header, token string) (party.Who, error) {
	if len(token) > maxMemberToken {
		return party.Who{}, invalid("member_token has %d bytes, want at most %d", len(token), maxMemberToken)
	}
	var who party.Who
	if token != "" {
		who.Proof = proofOf(token)
	}
	if len(h.Values("Authorization")) > 0 {
		player, err := s.Users.Of(ctx, h, "")
		if err != nil && token == "" {
			return party.Who{}, err
		}
		who.User = player.UserID
	}
	if who.Proof == nil && who.User == "" {
		return party.Who{}, errWhose
	}
	return who, nil
}

// checkEntry bounds an entry's id.
func checkEntry(entry string) error {
	if entry == "" || len(entry) > maxEntry {
		return invalid("entry has %d bytes, want 1 to %d: the id that Enqueue answered", len(entry), maxEntry)
	}
	return nil
}

// stand reads what a player says of themselves.
func stand(roles []string, latency map[string]uint32) (party.Stand, error) {
	if len(roles) > maxRoles {
		return party.Stand{}, invalid("%d roles, at most %d", len(roles), maxRoles)
	}
	for i, role := range roles {
		if role == "" || len(role) > maxRole {
			return party.Stand{}, invalid("a role's name has %d bytes, want 1 to %d", len(role), maxRole)
		}
		if slices.Contains(roles[:i], role) {
			return party.Stand{}, invalid("role %q is named twice", role)
		}
	}
	if len(latency) > maxRegions {
		return party.Stand{}, invalid("latency to %d regions, at most %d", len(latency), maxRegions)
	}
	measured := make(map[string]int, len(latency))
	for region, ms := range latency {
		if region == "" || len(region) > maxRegion {
			return party.Stand{}, invalid("a region's name has %d bytes, want 1 to %d", len(region), maxRegion)
		}
		if ms > queue.MaxLatency {
			return party.Stand{}, invalid("latency to %q is %d ms, want at most %d: leave out what does not answer", region, ms, queue.MaxLatency)
		}
		measured[region] = int(ms)
	}
	return party.Stand{Roles: roles, Latency: measured}, nil
}

func invalid(format string, args ...any) error {
	return connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(format, args...))
}
