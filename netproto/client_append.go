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
	return appendBool(b, clientLeave, f.Leave)
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
