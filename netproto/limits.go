package netproto

import "time"

// Every bound on what the other side may claim, with its threat.
// docs/PROTOCOL.md lists them; a test compares.
const (
	// MaxClientMessage is the longest message a client may send, bytes.
	// Threat: memory per connection. 1024 holds MaxInputs inputs of ten small
	// values, a line of chat and the rest.
	MaxClientMessage = 1024
	// MaxInputs is how many inputs one ClientFrame may hold.
	// Threat: one frame that costs as much as a second of play.
	MaxInputs = 32
	// MaxInputValues is how many fields a game's input may have.
	// Threat: a count that makes the reader allocate.
	MaxInputValues = 32
	// MaxCommands is how many commands of a seat may wait, and how many one
	// ClientFrame may hold. Threat: a client that sends faster than the game takes
	// them.
	MaxCommands = 16
	// MaxCommand is the longest command, bytes. Threat: the same, in few.
	MaxCommand = 256
	// LeadTime is how far ahead of the room an input may be; MaxLead says it in
	// ticks. Threat: an input buffer as deep as a client pleases.
	LeadTime = time.Second
	// SeenTime is how old the world that an input saw may be. Threat: shooting at
	// where somebody was a minute ago. Games bound it further.
	SeenTime = 2 * time.Second
	// MaxSeen is the largest Input.seen that is told from larger ones, 1/16 tick:
	// SeenTime at 240 Hz. Threat: a number that overflows what it is added to.
	MaxSeen = 16 * 512
	// MaxChat is the longest line of chat, bytes of UTF-8.
	// Threat: one client filling everyone's snapshots.
	MaxChat = 240
	// MaxName is the longest player name, bytes of UTF-8.
	MaxName = 32
	// MaxTail is how many bytes a connection keeps that the socket did not take.
	// Threat: memory per client that does not read.
	MaxTail = 64 << 10
	// ReadBudget is how many bytes one Poll reads from one connection.
	// Threat: a flooding client that holds the tick.
	ReadBudget = 8 << 10
	// MaxMessagesPerPoll is how many messages one Poll handles.
	// Threat: the same, in many small frames.
	MaxMessagesPerPoll = 64

	// MaxServerMessage is the longest message a client accepts, bytes.
	// Threat: a wrong server that makes a client allocate. 4 MB holds the
	// keyframe of 100,000 rows.
	MaxServerMessage = 4 << 20
	// MaxNotices is how many notices one ServerFrame may hold; the rest comes
	// with the next. Threat: two bytes that cost a client a hundred.
	MaxNotices = 64
	// MaxGroups is how many groups a seat may see at once. A view that names
	// more is cut off. Threat: four bytes that cost a client a thousand.
	MaxGroups = 4096
	// MaxSchema is the longest schema of a game, bytes. Threat: a welcome that no
	// connection takes. The rest of it, with the roster, is below 12 KB, and
	// leaves the first frame MinSnapshot.
	MaxSchema = 20 << 10
	// MaxReason is the longest reason in a close frame, bytes of UTF-8: a
	// control frame holds 125 bytes and the code takes 2 (RFC 6455, 5.5).
	MaxReason = 123
)

// MaxLead is how many ticks ahead of the room an input may be, as the Welcome
// says it: LeadTime, and two ticks for an input that arrives between two.
func MaxLead(hz int) int { return ticksOf(LeadTime, hz) + 2 }

// ticksOf turns a duration into ticks, rounded up.
func ticksOf(d time.Duration, hz int) int {
	return int((int64(d)*int64(hz) + int64(time.Second) - 1) / int64(time.Second))
}

// Subprotocol is the WebSocket subprotocol that a client must offer; it is the
// version of everything in this package.
const Subprotocol = "metronome.v1"

// HandshakeTimeout is how long a client may take to send its upgrade request.
// Threat: connections that cost memory and never become players.
const HandshakeTimeout = 5 * time.Second
