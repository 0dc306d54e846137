package gateway

import "github.com/lxzan/gws"

// session leads from a gws connection to its link without a lookup. gws only
// stores it; the embedded storage is never used.
type session struct {
	gws.SessionStorage
	link *portableLink
}

// events hands what gws reads to a portable connection's link.
type events struct{ gws.BuiltinEventHandler }

func of(socket *gws.Conn) *portableLink { return socket.Session().(*session).link }

// OnMessage implements gws.Event.
func (events) OnMessage(socket *gws.Conn, message *gws.Message) {
	of(socket).receive(message.Opcode, message.Bytes())
	_ = message.Close() // back to gws's pool
}

// OnPing implements gws.Event.
func (events) OnPing(socket *gws.Conn, payload []byte) {
	of(socket).receive(gws.OpcodePing, payload)
}

// OnPong implements gws.Event.
func (events) OnPong(socket *gws.Conn, payload []byte) {
	of(socket).receive(gws.OpcodePong, payload)
}

// OnClose implements gws.Event.
func (events) OnClose(socket *gws.Conn, err error) { of(socket).conn.wire.cause = err }
