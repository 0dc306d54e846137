package netproto

import "google.golang.org/protobuf/encoding/protowire"

// AppendClientFrame appends f as a client sends it.
func AppendClientFrame(b []byte, f *ClientFrame) []byte {
	for i := range f.Inputs {
		b = appendInput(b, &f.Inputs[i])
	}
	if f.Chat != "" {
		b = appendBytes(b, clientChat, f.Chat)
	}
	b = appendUint(b, clientPing, f.Ping)
	b = appendBool(b, clientResync, f.Resync)
	b = appendUint(b, clientNoticeAck, uint64(f.NoticeAck))
	b = appendBool(b, clientLeave, f.Leave)
	for i := range f.Commands {
		b = appendBytes(b, clientCommand, appendCommand(nil, &f.Commands[i]))
	}
	if f.Watches { // 0 says something too
		b = protowire.AppendVarint(appendTag(b, clientWatch, protowire.VarintType), uint64(f.Watch))
	}
	return b
}

// appendCommand appends a command's fields. A list keeps its zeros.
func appendCommand(b []byte, c *Command) []byte {
	n := c.Count
	for n > 0 && c.Values[n-1] == 0 {
		n--
	}
	b = appendUint(b, commandNumber, uint64(c.Number))
	b = appendSigned(b, commandValue, c.Values[:n])
	return appendSigned(b, commandList, c.List[:c.ListCount])
}

// CommandSize returns how many bytes a command takes; more than MaxCommand is
// refused.
func CommandSize(c *Command) int { return len(appendCommand(nil, c)) }

func appendSigned(b []byte, field int, values []int32) []byte {
	var body []byte
	for _, v := range values {
		body = protowire.AppendVarint(body, uint64(zigzag(uint32(v))))
	}
	return appendPacked(b, field, body)
}

func appendInput(b []byte, in *Input) []byte {
	n := in.Count
	for n > 0 && in.Values[n-1] == 0 {
		n--
	}
	values := 0
	for _, v := range in.Values[:n] {
		values += protowire.SizeVarint(uint64(zigzag(uint32(v))))
	}
	size := sizeUint(uint64(in.Tick)) + sizeUint(uint64(in.Seen))
	size += sizePacked(values)
	b = protowire.AppendVarint(appendTag(b, clientInput, protowire.BytesType), uint64(size))
	b = appendUint(b, inputTick, uint64(in.Tick))
	b = appendUint(b, inputSeen, uint64(in.Seen))
	if n > 0 {
		b = protowire.AppendVarint(appendTag(b, inputValue, protowire.BytesType), uint64(values))
		for _, v := range in.Values[:n] {
			b = protowire.AppendVarint(b, uint64(zigzag(uint32(v))))
		}
	}
	return b
}
