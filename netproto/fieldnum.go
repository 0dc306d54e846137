package netproto

// Field numbers of proto/metronome/v1/play.proto; TestFieldNumbers compares.
const (
	clientInput     = 1
	clientChat      = 2
	clientPing      = 3
	clientResync    = 4
	clientNoticeAck = 5
	clientLeave     = 6
	clientCommand   = 7
	clientWatch     = 8

	commandNumber = 1
	commandValue  = 2
	commandList   = 3

	inputTick  = 1
	inputSeen  = 2
	inputValue = 3

	serverTick       = 1
	serverInputAge   = 2
	serverSlack      = 3
	serverSkipped    = 4
	serverChunk      = 5
	serverOwn        = 6
	serverUnsee      = 7
	serverWelcome    = 8
	serverNotice     = 9
	serverPong       = 10
	serverDropped    = 11
	serverKey        = 12
	serverCommandAck = 13
	serverWatched    = 14

	chunkGroup = 1
	chunkAge   = 2
	chunkKey   = 3
	chunkRows  = 4
	chunkEvent = 5
)

// Sections of Chunk.rows, in the low 2 bits of a section's head; the table is
// above them. docs/PROTOCOL.md has them.
const (
	sectionLeave  = 0 // count, positions
	sectionChange = 1 // columns with their row sets and residuals
	sectionEnter  = 2 // count, rows in full
	sectionMoved  = 3 // count, ids: rows that come from another group in view
)

func sectionHead(table, section int) uint64 { return uint64(table)<<2 | uint64(section) }
