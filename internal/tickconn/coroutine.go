package tickconn

import (
	"fmt"
	"iter"
	"runtime/debug"
)

// Coroutine runs a function that is suspended at every Yield and goes on at the
// next Resume, on the goroutine of whoever resumes it. One goroutine at a time
// may resume or stop it. It must be resumed under the same runtime.LockOSThread
// state as it was made under, or the runtime ends the process; lock nothing.
type Coroutine struct {
	next    func() (struct{}, bool)
	stop    func()
	yield   func(struct{}) bool
	err     error
	running bool
	done    bool
}

// PanicError is a panic that ended a coroutine or was contained.
type PanicError struct {
	Value any
	Stack []byte
}

// Error implements error; the stack is left out.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// NewCoroutine makes a coroutine of fn. Nothing of fn runs before the first
// Resume. Resume it to its end or call Stop: otherwise its stack stays.
func NewCoroutine(fn func(*Coroutine) error) *Coroutine {
	c := &Coroutine{}
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		c.err = Contain(func() error { return fn(c) })
	})
	return c
}

// Contain runs fn and turns its panic into a *PanicError, so that one
// connection's fault cannot end the tick or the process.
func Contain(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return fn()
}

// Resume runs the function to its next Yield and reports whether it yielded;
// false: it has ended, and Err says how.
func (c *Coroutine) Resume() bool {
	if c.done {
		return false
	}
	c.running = true
	_, more := c.next()
	c.running = false
	c.done = !more
	return more
}

// Yield suspends the function until the next Resume. False: the coroutine is
// being stopped and the function must return. Only the function itself calls it.
func (c *Coroutine) Yield() bool { return c.yield(struct{}{}) }

// Stop makes the pending Yield return false and waits until the function has
// ended. Called from inside the function it does nothing: the function is
// running and has to return by itself.
func (c *Coroutine) Stop() {
	if c.running || c.done {
		return
	}
	c.running = true
	c.stop()
	c.running = false
	c.done = true
}

// Err is what the function returned, or its panic as a *PanicError; nil before
// it has ended, and when it was stopped before its first Resume.
func (c *Coroutine) Err() error { return c.err }
