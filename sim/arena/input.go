package arena

import "github.com/metronome-server/metronome/sim"

// Buttons of [Input.Buttons].
const (
	ButtonBlaster = 1 << iota
	ButtonRail
	ButtonDash
)

// Input is what one seat asks for at one tick.
type Input struct {
	// DX, DY is the stick: direction and throttle, 127 for full. At 126 or
	// longer the ship flies at exactly full speed, so that rounding the
	// direction to whole numbers costs none.
	DX int8 `input:"min=-127,max=127"`
	DY int8 `input:"min=-127,max=127"`
	// Aim is where the weapons point.
	Aim sim.Angle
	// Buttons are held down: ButtonBlaster, ButtonRail, ButtonDash.
	Buttons uint8 `input:"buttons"`
}
