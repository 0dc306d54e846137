package netproto

import "google.golang.org/protobuf/encoding/protowire"

func zigzag(v uint32) uint32   { return v<<1 ^ uint32(int32(v)>>31) }
func unzigzag(v uint32) uint32 { return v>>1 ^ -(v & 1) }

// appendTag writes a field's tag; the fields here are all below 16: one byte.
func appendTag(b []byte, field int, t protowire.Type) []byte {
	return append(b, byte(field<<3|int(t)))
}

// appendUint writes a scalar field, or nothing when it is 0, as proto3 does.
func appendUint(b []byte, field int, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(appendTag(b, field, protowire.VarintType), v)
}

func appendBool(b []byte, field int, v bool) []byte {
	if !v {
		return b
	}
	return appendUint(b, field, 1)
}

// appendBytes writes a length-delimited field, empty ones included.
func appendBytes[T string | []byte](b []byte, field int, v T) []byte {
	b = protowire.AppendVarint(appendTag(b, field, protowire.BytesType), uint64(len(v)))
	return append(b, v...)
}

// appendPacked writes a packed field that is already encoded, or nothing.
func appendPacked(b []byte, field int, v []byte) []byte {
	if len(v) == 0 {
		return b
	}
	return appendBytes(b, field, v)
}

// sizeUint is the size of what appendUint writes.
func sizeUint(v uint64) int {
	if v == 0 {
		return 0
	}
	return 1 + protowire.SizeVarint(v)
}

// sizePacked is the size of what appendPacked writes for n bytes.
func sizePacked(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + protowire.SizeBytes(n)
}
