// Package matchmaker runs a node's part of the queues: it takes entries in, leads
// the queues whose lease the node has, has matches opened, and tells those who
// watch. All nodes of a store together make one matchmaker.
package matchmaker
