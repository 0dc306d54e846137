package lobby

// All keys in the store. {p} is Config.Prefix with its braces: the hash tag puts
// every key into one slot of a Redis Cluster, so that a script may touch several.
// What is renewed at each beat lives at most an hour (fence) without one.
//
//	key                  type    owner              lives
//	{p}:secret           string  first node         for ever; put back by every beat
//	{p}:nodes            zset    each node's beat   fence; members until their lease ends
//	{p}:node:<id>        string  the node's beat    lease
//	{p}:rooms            zset    each owner's beat  fence; members until their lease ends
//	{p}:public           zset    claim, beat, seats fence; members until their lease ends
//	{p}:public:<mode>    zset    the same           the same
//	{p}:room:<id>        hash    the room's owner   fence; then its epoch is forgotten
//	{p}:code:<code>      string  the room's owner   fence, or until the room is removed
//	{p}:held:<room id>   zset    reserve, redeem    fence; members: reservation, then hold
//	{p}:spent:<room id>  zset    redeem             fence; members until the ticket expires
//
// The scripts (lua/lib.lua) build the names of a room's keys the same way.
type keys struct {
	prefix, secret, nodes, rooms, public string
}

func newKeys(prefix string) keys {
	p := "{" + prefix + "}:"
	return keys{prefix: p, secret: p + "secret", nodes: p + "nodes", rooms: p + "rooms", public: p + "public"}
}

// fixed are KEYS of every script, in the order that lib.lua names.
func (k keys) fixed() []string { return []string{k.nodes, k.rooms, k.public} }
