// Package lobby is how players find a room and get a seat: the directory of
// nodes and rooms, reservations, and signed tickets. Its truth is in Redis, or,
// when none is configured, in this process's memory, behind the same interface.
//
// Every node runs one Lobby. A room's owner claims it and gets an epoch, and
// asserts its listing when it has changed: a listing that the store lost heals, and
// an owner that stalled past its lease is told when somebody with a higher epoch
// has taken over. Leases are judged by the store's clock alone.
//
// All methods may be called from any goroutine and take at most Config.Timeout
// per question to the store. None belongs in a room's tick.
package lobby
