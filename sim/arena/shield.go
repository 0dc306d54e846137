package arena

// ShieldRules is how shields take damage and come back.
type ShieldRules struct {
	// Full is a new ship's shield and the most there is, 0 to 255.
	Full int
	// DelayMS without damage start the recharge, 0 to 60,000.
	DelayMS int
	// Step is added every StepMS (1 to 10,000): coarse, because each step is
	// sent to everyone.
	Step   int
	StepMS int
}

func defaultShield() ShieldRules {
	return ShieldRules{Full: 60, DelayMS: 3000, Step: 6, StepMS: 300}
}

func (r ShieldRules) validate(f *faults) {
	f.between("Shield.Full", r.Full, 0, 255)
	f.between("Shield.DelayMS", r.DelayMS, 0, 60_000)
	f.between("Shield.Step", r.Step, 0, 255)
	f.between("Shield.StepMS", r.StepMS, 1, 10_000)
}

// mend recharges the shields that were left in peace for long enough.
func (a *rules) mend() {
	now, full := a.w.Tick(), uint8(a.cfg.Shield.Full)
	for _, s := range a.ships.All {
		if s.Shield < full && uint32(now) >= s.ShieldAt {
			s.Shield = uint8(min(int(s.Shield)+a.cfg.Shield.Step, int(full)))
			s.ShieldAt = uint32(now.Add(a.cfg.ticks(a.cfg.Shield.StepMS)))
		}
	}
}
