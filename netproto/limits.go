package netproto

import "time"

// Every bound on what a client may claim, with its threat. docs/PROTOCOL.md
// lists them; a test compares.
const (
	// MaxClientMessage is the longest message a client may send, bytes.
	// Threat: memory per connection. 512 holds MaxInputs inputs of ten fields.
	MaxClientMessage = 1024
	// MaxInputs is how many inputs one ClientFrame may hold.
	// Threat: one frame that costs as much as a second of play.
	MaxInputs = 32
	// MaxInputValues is how many fields a game's input may have.
	// Threat: a count that makes the reader allocate.
	MaxInputValues = 32
	// MaxLead is how many ticks ahead of the room an input may be.
	// Threat: an input buffer as deep as a client pleases.
	MaxLead = 32
	// MaxSeen is how old the world that an input saw may be, in 1/16 tick.
	// Threat: shooting at where somebody was a minute ago. Games bound it further.
	MaxSeen = 16 * 64
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
)

// Subprotocol is the WebSocket subprotocol that a client must offer; it is the
// version of everything in this package.
const Subprotocol = "metronome.v1"

// HandshakeTimeout is how long a client may take to send its upgrade request.
// Threat: connections that cost memory and never become players.
const HandshakeTimeout = 5 * time.Second
