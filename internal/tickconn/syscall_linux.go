package tickconn

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls below are raw: the descriptor never blocks, so the scheduler need
// not be told, which also keeps it from moving the room's work to another
// thread in the middle of a tick.

// read reads once. again means that nothing is there yet.
func read(fd int, b []byte) (n int, again bool, err error) {
	if len(b) == 0 {
		return 0, false, nil
	}
	// recv and not read: it goes straight to the socket, past the file layer.
	r, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_DONTWAIT, 0, 0)
	return result(r, errno)
}

// smallWrite is up to how many bytes a write in two pieces is copied together:
// sending one piece costs the kernel less than gathering two.
const smallWrite = 1024

// writev writes head and body once, as one piece. again means that the kernel
// takes nothing now.
func writev(fd int, head, body []byte) (n int, again bool, err error) {
	if size := len(head) + len(body); size <= smallWrite {
		var whole [smallWrite]byte
		copy(whole[copy(whole[:], head):], body)
		r, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&whole)), uintptr(size), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
		return result(r, errno)
	}
	var pieces [2]unix.Iovec
	count := 0
	for _, piece := range [2][]byte{head, body} {
		if len(piece) > 0 {
			pieces[count].Base = unsafe.SliceData(piece)
			pieces[count].SetLen(len(piece))
			count++
		}
	}
	r, _, errno := unix.RawSyscall(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&pieces)), uintptr(count))
	return result(r, errno)
}

// unsent asks how many bytes the kernel holds that were never sent.
func unsent(fd int) (int, error) {
	var n int32
	_, _, errno := unix.RawSyscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCOUTQNSD, uintptr(unsafe.Pointer(&n)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func result(r uintptr, errno syscall.Errno) (n int, again bool, err error) {
	switch errno {
	case 0:
		return int(r), false, nil
	case unix.EAGAIN, unix.EINTR:
		return 0, true, nil
	}
	return 0, false, errno
}
