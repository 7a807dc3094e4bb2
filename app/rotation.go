package app

import (
	"context"
	"time"
)

// rereadPause is how often the secrets of a credential are read again at most.
const rereadPause = time.Minute

// rotation has secrets read again when a device refuses them, so that a rotation of passwords needs no hand.
type rotation struct {
	refused chan string // names of credentials
}

func newRotation() *rotation { return &rotation{refused: make(chan string, 16)} }

// tell notes a refusal. It never blocks: a refusal more or less makes no difference.
func (r *rotation) tell(credential string) {
	select {
	case r.refused <- credential:
	default:
	}
}

// run looks at the secrets of credentials that were refused, each at most once in a while, and reloads the configuration
// if one of them is another one now.
func (r *rotation) run(ctx context.Context, changed func(credential string) bool, reload func() error) {
	looked := map[string]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case name := <-r.refused:
			now := time.Now()
			if last, ok := looked[name]; ok && now.Sub(last) < rereadPause {
				continue
			}
			looked[name] = now
			if changed(name) {
				_ = reload() // it says how it went
			}
		}
	}
}
