package arena

// halls is the ground of ffa and teams: 4096 x 4096 with corner halls, lanes
// between them, and a ring around an open middle.
func halls() Layout {
	const side = 4096
	l := Layout{Size: box(0, 0, side, side).Max}
	l.Walls = fourfold(side, []Rect{
		box(320, 320, 384, 832), box(384, 320, 832, 384), // corner hall
		box(1024, 640, 1088, 1152), box(512, 1216, 896, 1280), // lanes
		box(1344, 448, 1472, 576), box(448, 1600, 576, 1728), // pillars by the rim
		box(1280, 1344, 1408, 1472),                              // pillar on the diagonal
		box(1600, 1600, 1664, 1856), box(1664, 1600, 1856, 1664), // ring
	})
	l.Walls = append(l.Walls, box(1984, 1984, 2112, 2112))
	l.Spots = append(l.Spots, spots(side, PickupHealth, 512, 512)...)
	l.Spots = append(l.Spots, spots(side, PickupShield, 1200, 1200)...)
	l.Spots = append(l.Spots, spots(side, PickupRail, 1760, 1760)...)
	l.Spots = append(l.Spots, spots(side, PickupHealth, 1408, 2000)...)
	return l
}

// yard is the ground of duel: 2048 x 2048, little cover, one rail pickup pair.
func yard() Layout {
	const side = 2048
	l := Layout{Size: box(0, 0, side, side).Max}
	l.Walls = fourfold(side, []Rect{
		box(320, 320, 384, 640), box(384, 320, 576, 384),
		box(704, 768, 832, 832),
	})
	l.Walls = append(l.Walls, box(960, 960, 1088, 1088))
	l.Spots = append(l.Spots, spots(side, PickupHealth, 480, 480)...)
	l.Spots = append(l.Spots, spots(side, PickupRail, 896, 640)[:2]...)
	l.Spots = append(l.Spots, spots(side, PickupShield, 1024, 160)[1:3]...)
	return l
}
