// Package cards is a game of turns: crazy eights for 2 to 6 players, in one mode,
// cards, whose rooms rest between turns. [Game] has it, [Mode] makes it.
//
// # The rules
//
// The deck has 52 cards. Two players get seven each, more get five. A card that is
// no eight is turned up: it begins the pile. The player after the dealer begins,
// and turns go by seat.
//
// In a turn a player plays a card of the suit to follow or of the top card's rank,
// and with it, if they like, more cards of the same rank; the last becomes the top
// one. An eight fits on everything, and who plays it names the suit to follow. Or
// they draw one card, and then play or pass. When the deck is used up, the pile but
// its top card is shuffled and becomes the deck; who has nothing to draw may pass.
//
// Who plays their last card has won. A deal also ends when all have passed in a row
// with nothing to draw, and after Params.Turns turns. Cards that are left count
// against their player: an eight 50, a jack, queen or king 10, others their rank.
// Who has the fewest points is first; equal points are an equal place.
//
// # The clock
//
// A turn has Params.Turn seconds. When they are over, a card is drawn and the turn
// is passed. Who lets Params.Lapses turns in a row lapse is absent: either kicked,
// or played for until they give an order that is obeyed, for which there is the
// order [OrderReturn]. They are played for to the end of the deal, and are not dealt
// in to another before they return.
//
// # Coming and going
//
// A deal begins Params.Pause seconds after Params.Players are there, and at once
// when all seats of the room are taken by players who are present. While it goes
// on the room is locked, so that nobody comes in to watch; between deals it is
// not. Who leaves during a deal is last of those who take part, with the points of
// their hand, which is shuffled into the deck. The last one who remains has won
// and has no points.
//
// A room that was made for one match ends with its first deal. In others the
// result is shown for Params.Pause seconds, and those who are there are dealt in
// again. The outcome is a line for each player of the deal: place, [Result].
//
// # What is hidden
//
// A hand is private: its seat alone gets it. Deck and pile are local: nobody gets
// them. Everybody sees how many cards each player and the deck have, the top card
// and the suit to follow. Orders that are refused change nothing, and tell the
// reason to their seat alone. The deck is shuffled by the world's random generator,
// so that a match plays again exactly; that is not for secrets which are worth
// money, as who could draw from it often enough could compute it.
//
// # For the author of a client
//
//	table    row                  what to know
//	match    [Match], one row     phase, whose turn, until when, top card
//	player   [Player] per seat    counts, place, points; private: the hand
//
//	event    fields               when
//	played   [Played]             a card was played
//	drew     [Drew]               a card was drawn
//	passed   [Passed]             a turn was passed, or has lapsed
//	refused  [Refused]            an order of the own seat was refused
//
// A command is an [Order]. A card on the wire is a [Card], 1 to 52 by suit: clubs,
// diamonds, hearts, spades, each from the ace to the king. A hand is four columns,
// hand.0 to hand.3, one for each suit, with a bit for each rank.
package cards
