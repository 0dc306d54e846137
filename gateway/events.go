package gateway

import "github.com/lxzan/gws"

// session leads from a gws connection to ours without a lookup. gws only stores
// it; the embedded storage is never used.
type session struct {
	gws.SessionStorage
	conn *Conn
}

// events hands what gws reads to the connection's link.
type events struct{ gws.BuiltinEventHandler }

func of(socket *gws.Conn) *Conn { return socket.Session().(*session).conn }

// OnMessage implements gws.Event.
func (events) OnMessage(socket *gws.Conn, message *gws.Message) {
	of(socket).take(message.Opcode, message.Bytes())
	_ = message.Close() // back to gws's pool
}

// OnPing implements gws.Event.
func (events) OnPing(socket *gws.Conn, payload []byte) {
	of(socket).take(gws.OpcodePing, payload)
}

// OnPong implements gws.Event.
func (events) OnPong(socket *gws.Conn, payload []byte) {
	of(socket).take(gws.OpcodePong, payload)
}

// OnClose implements gws.Event.
func (events) OnClose(socket *gws.Conn, err error) { of(socket).wire.cause = err }

// take runs on the goroutine that reads.
func (c *Conn) take(opcode gws.Opcode, data []byte) {
	c.wire.pending = 0
	c.link.receive(opcode, data)
}
