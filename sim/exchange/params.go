package exchange

// Params is what a room can be made with.
type Params struct {
	// Seconds is the length of a match; 0 is endless.
	Seconds uint16 `param:"min=0,max=7200,default=300,public" title:"Seconds of a match, 0 for no end"`
	// Period is the time from one auction to the next, in tenths of a second,
	// which are ticks.
	Period uint8 `param:"min=1,max=100,default=10,public" title:"Tenths of a second between two auctions"`
	// Symbols is how many companies there are.
	Symbols uint8 `param:"min=1,max=4,default=4,public" title:"Companies"`
	// Cash and Shares (of each symbol) are what a player starts with.
	Cash   uint32 `param:"min=0,max=1000000,default=100000,public" title:"Cash at the start"`
	Shares uint16 `param:"min=0,max=1000,default=100,public" title:"Shares of each company at the start"`
	// Price is the last price of each symbol before the first auction.
	Price uint16 `param:"min=1,max=1000,default=500,public" title:"Price at the start"`
	// Orders is how many open orders a player may have.
	Orders uint8 `param:"min=1,max=16,default=16" title:"Open orders of a player"`
}
