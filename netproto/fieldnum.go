package netproto

// Field numbers of proto/metronome/v1/play.proto; TestFieldNumbers compares.
const (
	clientInput     = 1
	clientChat      = 2
	clientPing      = 3
	clientResync    = 4
	clientNoticeAck = 5
	clientLeave     = 6

	inputTick  = 1
	inputSeen  = 2
	inputValue = 3

	serverTick     = 1
	serverInputAge = 2
	serverSlack    = 3
	serverSkipped  = 4
	serverChunk    = 5
	serverOwn      = 6
	serverUnsee    = 7
	serverWelcome  = 8
	serverNotice   = 9
	serverPong     = 10
	serverDropped  = 11
	serverKey      = 12

	chunkGroup = 1
	chunkAge   = 2
	chunkKey   = 3
	chunkTable = 4
	chunkEvent = 5

	changeTable  = 1
	changeLeave  = 2
	changeEnter  = 3
	changeChange = 4
	changeMoved  = 5
)
