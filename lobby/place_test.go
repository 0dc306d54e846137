package lobby

import (
	"strings"
	"testing"
	"time"
)

// TestPlaces walks the order in which nodes are asked for a room.
func TestPlaces(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a", func(c *Config) { c.Region = "eu" })
	at := a.dir.now()
	node := func(id, region string, seats int, change ...func(*Node)) Node {
		n := Node{ID: id, Region: region, At: at, Capacity: Capacity{Modes: map[string]string{"ffa": "f1"}, FreeRooms: 10, FreeSeats: seats}}
		for _, c := range change {
			c(&n)
		}
		return n
	}
	a.peers.nodes = []Node{
		node("far", "us", 900), node("a", "eu", 100), node("big", "eu", 200), node("twin", "eu", 100),
		node("hot", "eu", 400, func(n *Node) { n.Load = 0.99 }), node("full", "eu", 3), node("norooms", "eu", 900, func(n *Node) { n.FreeRooms = 0 }),
		node("leaving", "eu", 900, func(n *Node) { n.Draining = true }), node("old", "eu", 900, func(n *Node) { n.Modes = map[string]string{"ffa": "f0"} }),
	}
	order := func(p Place) (list []string) {
		for _, n := range a.Places(p) {
			list = append(list, n.ID)
		}
		return list
	}
	wanted := Place{Mode: "ffa", Fingerprint: "f1", Seats: 8}
	if got := strings.Join(order(wanted), " "); got != "big a twin hot far" {
		t.Errorf("asked: %s", got)
	}
	wanted.Region = "us"
	if got := order(wanted); got[0] != "far" {
		t.Errorf("for somebody in us: %v", got)
	}
	wanted.Region = ""
	a.Take("big", 120)
	if got := order(wanted); got[0] != "a" {
		t.Errorf("while big is asked for 120 seats: %v", got)
	}
	a.Heard("big", Capacity{FreeRooms: 1, FreeSeats: 500})
	if got := order(wanted); got[0] != "big" {
		t.Errorf("when big said what is left: %v", got)
	}
	wanted.NewerBuild = true
	for i := range a.peers.nodes {
		if n := &a.peers.nodes[i]; n.ID != "old" {
			n.Began = a.began.Add(time.Second)
		}
	}
	if got := order(wanted); len(got) != 0 {
		t.Errorf("with another build, and none is newer: %v", got)
	}
	newer := wanted
	newer.Fingerprint = "f2"
	if strings.Join(order(newer), " ") != "big a twin hot far" {
		t.Errorf("of a newer build: %v", order(newer))
	}
	if newer.Mode = "duel"; len(order(newer)) != 0 {
		t.Errorf("without the mode: %v", order(newer))
	}
	wanted.NewerBuild = false
	a.Heard("big", Capacity{})
	if got := order(wanted); got[0] != "a" {
		t.Errorf("when big did not answer: %v", got)
	}
}
