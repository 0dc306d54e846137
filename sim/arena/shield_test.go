package arena

import "testing"

func TestShieldRecharges(t *testing.T) {
	b := play(t, empty(2048), 2)
	b.steps(1, nil)
	s := b.put(1, 500, 500)
	b.a.hurt(s, attack{2, b.ship(2).Player, WeaponBlaster, 20})
	for _, row := range []struct {
		ticks int
		want  uint8
	}{
		{89, 40}, {1, 46}, // 3000 ms are 90 ticks
		{8, 46}, {1, 52}, // 300 ms are 9
		{9, 58}, {9, 60}, // full
		{50, 60},
	} {
		if b.steps(row.ticks, nil); s.Shield != row.want {
			t.Fatalf("tick %d: shield %d, want %d", b.w.Tick(), s.Shield, row.want)
		}
	}
	b.a.hurt(s, attack{2, b.ship(2).Player, WeaponBlaster, 70})
	b.steps(95, nil)
	b.a.hurt(s, attack{2, b.ship(2).Player, WeaponBlaster, 1})
	if shield := s.Shield; shield != 5 {
		t.Errorf("shield %d, want 5", shield)
	}
	if b.steps(89, nil); s.Shield != 5 {
		t.Error("damage does not stop the recharge")
	}
}
