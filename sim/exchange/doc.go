// Package exchange is a trading floor: players buy and sell shares of a few
// companies in call auctions, and the wealthiest wins. [Game] has its one mode.
//
// # The rules
//
// A player comes in with cash and with shares of each symbol. By commands
// ([Command]) they place limit orders to buy or to sell and cancel them. Every
// [Params].Period tenths of a second there is an auction of each symbol: one
// price at which everything trades.
//
// The price is the one at which most shares change hands. Of several it is one
// that leaves the fewest shares over on the side that has more, and of these the
// one that is nearest to the last price. Buyers who bid more go first, and
// sellers who ask less; of equal prices the order that came first. So the last
// order that trades may trade in part. What is left of an order rests until it
// trades or is cancelled. Who bid more than the price gets the difference back.
//
// Of orders that come in one tick, a draw says whose are first, so that no seat
// is better than another; each player's own stay in their order.
//
// What an open order may take is set aside when it is placed: cash for an order
// to buy, shares for one to sell. So nobody ever owes anything. An order is
// refused, with a reason to its owner alone, when there is too little to set
// aside, when the player has as many open orders as they may, and when it would
// trade with another order of the same player.
//
// The house hands out what players start with and takes what they leave behind:
// who leaves has their orders cancelled and their holdings go to the house. It
// has twice what all seats need, and nothing is made or lost: the sum of all
// cash, and that of the shares of a symbol, are the same at every tick. Somebody who comes
// when the house has less than a start gets what it has.
//
// A match ends with an auction, cancels all orders and places players by wealth:
// cash, and shares at the last price. A room that was made for one match ends
// with it; in others everybody starts anew after a pause.
//
// # For the author of a client
//
// Prices are whole units of cash per share. Times are ticks, ten a second.
//
//	table    row                   what to know
//	match    [Match], one row      phase, when it ends, when the next auction is
//	market   [Market] per symbol   last price, best prices, traded volume; row 1 is symbol 0
//	level    [Level]               the depth: what is open at one price of a side
//	account  [Account] per seat    private: cash, shares, what is set aside
//	order    [Order]               the own open orders; nobody else's are seen
//	house    [House], one row      what the house has
//
//	event    fields                when
//	trade    [Trade]               an auction traded
//	fill     [Fill]                an own order traded
//	refused  [Refused]             an own command was refused
//
// Between two auctions the best bid may be above the best ask: the next auction
// trades them.
package exchange
