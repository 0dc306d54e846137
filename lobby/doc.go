// Package lobby is how players find a room and get a seat: the directory of
// nodes and rooms, reservations, and signed tickets. Its truth is in Redis, or
// in an embedded store with the same scripts when no Redis is configured.
//
// Every node runs one Lobby. A room's owner claims it and gets an epoch, and
// re-asserts its listing at each beat: a listing that the store lost heals, and
// an owner that stalled past its lease is told when somebody with a higher epoch
// has taken over. Leases are judged by the store's clock alone.
//
// All methods may be called from any goroutine and take at most Config.Timeout
// per question to the store. None belongs in a room's tick.
package lobby
