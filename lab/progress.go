package lab

import "sync"

// progress follows a dialogue: which of a poll's commands have been answered. It belongs to the device rather than to
// the connection, because some devices answer a single command on each.
type progress struct {
	mu       sync.Mutex
	answered uint64 // bit i: required command i
}

// done notes an answered command and reports whether it completes the list; then the next poll begins.
func (p *progress) done(required []string, command string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, name := range required {
		if sameCommand(name, command) {
			p.answered |= 1 << i
			if p.answered == 1<<len(required)-1 {
				p.answered = 0
				return true
			}
		}
	}
	return false
}
