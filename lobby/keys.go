package lobby

// All keys in Redis. {p} is Config.Prefix with its braces: the hash tag puts
// every key into one slot of a Redis Cluster, so that a script may touch several.
// No key holds a secret. What is of nodes and rooms ends within the fence, an hour,
// once nobody renews it; what stands on a shelf, when it is good no more; the
// outbox stays.
//
//	key               type    written by            lives
//	{p}:nodes         zset    each node's lease     fence; members: node -> end of its lease
//	{p}:node:<node>   hash    each node's lease     the lease; record, number of writes
//	{p}:owned:<node>  set     claim, assert         fence; ids of its rooms
//	{p}:room:<id>     hash    claim, assert, seats  fence, or until the room ends
//	{p}:code:<code>   string  claim, assert         fence, or until the room ends
//	{p}:held:<id>     zset    seats                 fence; members: reservation -> until when it is counted
//	{p}:fence:<id>    string  remove                fence; the epoch of an ended room whose id others know
//	{p}:journal:<id>  string  Journals              fence; the room's checkpoint and the ticks since
//	{p}:journal:<id>:new  string  Journals          fence; the one that takes its place when all of it is there
//	{p}:journal:<id>:name string  Journals          fence; which of the room's journals it is
//	{p}:beats         hash    Journals              fence; node -> when it last wrote journals
//	{p}:rev           string  whatever changes      fence; number of the newest change
//	{p}:changed       zset    a room                fence; members: room -> number of its newest change
//	{p}:gone          zset    the end of a room     fence; the newest changesKept of them
//	{p}:floor         string  the end of a room     fence; up to where the stream of changes has gaps
//	{p}:shelf:<name>       hash    keep        a fence longer than its last document; key -> document
//	{p}:shelf:<name>:ends  zset    keep        the same; key -> until when the document is good
//	{p}:shelf:<name>:rev   string  keep        the same; number of the newest change
//	{p}:outbox        stream  OutboxStream          for ever; the newest of its messages
//	{p}:sent:<id>:<e> hash    OutboxStream          sentLife; tick and n of the last message of a room under epoch <e>
//
// The scripts (lua/lib.lua) build the names the same way.
type keys struct {
	prefix string
}

func newKeys(prefix string) keys { return keys{"{" + prefix + "}:"} }

// slot are KEYS of every script.
func (k keys) slot() []string { return []string{k.prefix + "nodes"} }
