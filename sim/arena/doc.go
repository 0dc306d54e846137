// Package arena is the reference game: ships that hunt each other between
// walls, in four modes. [Game] has them all; [Mode] makes one from a [Config]
// of your own. Names are resolved by [ConfigOf] and [Map].
//
//	ffa    50 players, everyone against everyone, 30 Hz
//	teams  32 players in two teams, 30 Hz
//	duel   2 players, 60 Hz
//	open   5,000 players in one endless world, 20 Hz
//
// # For the author of a client
//
// Lengths on the wire are 1/256 unit. X grows to the right and Y downwards; a
// direction grows from X towards Y. Ticks are the room's. The field BackAt is
// the column "backat" of the schema; an array's columns are "score.0", "score.1".
//
//	table    row                  what to know
//	match    [Match], one row     phase, when it ends, the last winner, the best
//	                              moments of the match that is over
//	player   [Player] per seat    team, kills, deaths; private: respawn tick,
//	                              figures of the last match
//	ship     [Ship] per living    place, aim, health, shield, safe until tick;
//	                              private: ammo, when weapons and dash are ready
//	shot     [Shot]               blaster projectiles: place and who fired
//	wall     [Wall]               rectangles; they never change
//	pickup   [Pickup]             kind, place, from which tick it is there
//	leader   [Leader]             the best of a large world, best first
//
//	event    fields               when
//	hit      [Hit]                a ship took damage
//	kill     [Kill]               a ship exploded
//	beam     [Beam]               a rail was fired: draw a line
//	taken    [Taken]              somebody took a pickup
//
// Feedback needs no more than these: who shot knows by hit.by that it was a hit,
// who was hit where from by the ship of hit.by, and a streak is the kills of a
// seat since it was last a victim. Only what nobody could count who came late is
// in the tables, when a match is over.
//
// A new ship appears where another is in the picture of every page, 380 units
// off or more, in nobody's way and out of sight of enemies where it can be: in
// the middle of the ground when there are few players, with teams in the own
// half, or beside a friend. It takes no damage until its safe tick or its first
// shot.
//
// A player's ship is the row of ship whose seat is the own one; without one
// the player is dead until the private respawn tick. A ship that comes back is
// another row, even where its id is the same: the old one left before it
// entered, so draw no line between them. Times are ticks at which something ends or is ready, so a client
// counts down by itself and nothing is sent meanwhile: a pickup lies there
// when the tick is BackAt or later.
//
// In ffa, teams and duel everything is in group 0. In open the map is cut into
// cells of [CellSide] units, a group each, counted from 1 row by row; match and
// leader are in group 0, all else in the cell where it is; a player's row where
// the ship is or was, a projectile where it was fired. A seat sees its own cell and the eight around it, a
// little longer than it must.
//
// # To predict the own ship
//
// The speed of a ship or projectile is the last change of its X and Y, in
// 1/256 unit per tick. One step is, in this order: everyone fires from where
// they stand; ships turn and move; projectiles move (new ones too) and hit;
// the dead are removed; pickups; shields; the match; respawns.
//
// The speed that a stick (DX, DY) asks for is full speed times its length over
// 127, and exactly full from a length of 126 on; each part is rounded to
// nearest. In each tick the speed moves towards it by at most Ship.Accel. The
// ship then moves along X up to the first wall or the edge, then along Y, as a
// square of twice Ship.Radius; what was blocked is lost to the speed.
//
// A blaster's projectile starts at the middle of the ship and flies straight
// until it hits, meets a wall or has lived Blaster.LifeMS. A rail hits at once:
// up to the first wall, the first enemy within Ship.Radius of the line, where
// it was Input.seen sixteenths of a tick ago, at most Rail.RewindMS. So aim at
// what is on the screen, and say truly how old that is.
//
// A player who is away, or sends nothing, has a ship that stops and stays.
package arena
