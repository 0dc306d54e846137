//go:build linux

package main

import (
	"github.com/metronome-server/metronome/netproto"
)

// undisturbed is the row that the others are held against: it comes first and
// last.
const undisturbed = "undisturbed"

// attacks are the rows, in the order of the table. The rates keep an attacker
// below a quarter of the load's core; before there were limits, each of the HTTP
// ones took most of the server's.
var attacks = []attack{
	{name: undisturbed, about: "nobody attacks"},

	{name: "create-room", about: "CreateRoom, never to come", clients: 4, rate: 400,
		client: flood(lobby("CreateRoom", `{"mode":"open","seats":1}`))},
	{name: "reserve", about: "JoinRoom of one room of 5,000 seats, never to come", clients: 4, rate: 1000,
		setup: openRoom, client: flood(reserve)},
	{name: "quick-play", about: "QuickPlay, never to come", clients: 4, rate: 500, client: flood(lobby("QuickPlay", `{"mode":"duel"}`))},
	{name: "list-rooms", about: "ListRooms", clients: 4, rate: 1500, client: flood(lobby("ListRooms", `{"pageSize":200}`))},
	{name: "list-filter", about: "ListRooms with a filter that nothing matches, over a real Redis", clients: 4, rate: 1500, redis: true,
		client: flood(lobby("ListRooms", `{"metadata":{"map":"none"},"pageSize":200}`))},
	{name: "gzip", about: "8 KB that unpack to 8 MB", clients: 4, rate: 200, client: flood(gzipBomb)},
	{name: "large-body", about: "bodies of 1 MB", clients: 4, rate: 200,
		client: flood(func(*assault) call { return lobbyCall("QuickPlay", large()) })},
	{name: "wrong-code", about: "guesses of private codes", clients: 4, rate: 2000, client: flood(wrongCode)},
	{name: "wrong-key", about: "guesses of the console's key", clients: 4, rate: 1000,
		serve: []string{"--admin-key", "correct-horse-battery"}, client: flood(wrongKey)},
	{name: "metrics", about: "GET /metrics", clients: 4, rate: 1000, client: flood(get("/metrics"))},
	{name: "stats", about: "GET /stats", clients: 4, rate: 1000, client: flood(get("/stats"))},
	{name: "pages", about: "pages, /info and what is not there", clients: 4, rate: 1500, client: flood(anyPage)},
	{name: "explain", about: "GET of a room's URL, to be told why", clients: 4, rate: 1500, client: flood(explain)},

	{name: "slow-headers", about: "requests that stop within the header", clients: 1000, rate: 500, client: hold("GET / HTTP/1.1\r\nHost: lo")},
	{name: "slow-bodies", about: "POSTs that stop after one byte", clients: 3000, rate: 1000,
		client: hold("POST /metronome.v1.LobbyService/QuickPlay HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")},
	{name: "descriptors", about: "more connections than the server has descriptors", clients: 300, rate: 300, descriptors: 150, askAlone: true,
		client: hold("GET / HTTP/1.1\r\nHost: lo")},
	{name: "unread", about: "200 requests on each connection, no answer read", clients: 120, rate: 60, client: unread("/metrics"), askAlone: true},

	{name: "handshakes", about: "enters the home room and is gone", clients: 4, rate: 500, client: flood(knock)},
	{name: "wrong-token", about: "guesses of resume tokens", clients: 4, rate: 1000, client: flood(wrongToken)},
	{name: "forged-user", about: "user tokens that nobody signed", clients: 4, rate: 1000, users: true, client: flood(forgedUser)},
	{name: "forged-node", about: "node calls that no node signed", clients: 4, rate: 1000, redis: true, client: flood(forgedNode)},
	{name: "wrong-ticket", about: "guesses of tickets", clients: 4, rate: 1000, client: flood(wrongTicket)},
	{name: "ws-pings", about: "WebSocket pings", clients: 20, rate: 400, batch: 100, client: messages(repeated(100, masked(pingFrame, nil)))},
	{name: "ws-fragments", about: "messages in endless pieces", clients: 20, rate: 400, batch: 500, client: messages(fragments(500))},
	{name: "ws-garbage", about: "messages of random bytes", clients: 20, rate: 1000, client: messages(garbage)},
	{name: "ws-inputs", about: "messages full of inputs", clients: 20, rate: 1000, batch: netproto.MaxInputs, client: messages(inputs)},
	{name: "spectators", about: "watch, and want all of another seat's view again and again", clients: 100, rate: 3000, query: "?watch", client: messages(resyncs)},
	{name: "watch", about: "comes to watch and is gone", clients: 4, rate: 500, client: flood(watch)},
	{name: "ws-chat", about: "chat lines", clients: 20, rate: 1000, client: messages(chat)},

	{name: "redis-stands", about: "Redis is stopped for half of the time", redis: true, chaos: redisStands},
	{name: "redis-dies", about: "Redis is killed", redis: true, chaos: redisDies},
	{name: "step-hangs", about: "a step of another room does not return", hang: true, serve: []string{"--stop-timeout", "2s"}, chaos: stepHangs},
	{name: "server-stops", about: "the server is stopped for 2 s", chaos: serverStops},

	{name: undisturbed, about: "nobody attacks"},
}
