package session

import (
	"context"
	"testing"
	"time"

	"github.com/netver/netver_exporter/dialogue"
)

// A panic underway leaves no connection, no shell and no goroutine behind.
func TestPanicLeavesNothingBehind(t *testing.T) {
	d := simulated(nil)
	client := clientFor(t, startLab(t, d), nil)
	for name, spoil := range map[string]func(*dialogue.Dialogue){
		"at the prompt":    func(s *dialogue.Dialogue) { s.Prompt = append(s.Prompt[:0:0], nil) },
		"after the answer": func(s *dialogue.Dialogue) { s.Context = append(s.Context, nil) },
	} {
		script := scriptOf(d.Platform, dialogue.Shell, "show version")
		spoil(&script.Dialogue)
		for how, run := range map[string]func() error{
			"Run": func() error {
				_, err := Run(t.Context(), client, targetOf(d), script)
				return err
			},
			"Open and Ask": func() error {
				c, _, err := Open(t.Context(), client, targetOf(d), script)
				if err != nil {
					return err
				}
				defer c.Close(t.Context())
				_, err = c.Ask(t.Context())
				return err
			},
		} {
			t.Run(how+" "+name, func(t *testing.T) {
				defer func() {
					if recover() == nil {
						t.Error("no panic: the test tests nothing")
					}
					waitFor(t, func() bool { return d.Stats().Connections == 0 })
				}()
				_ = run()
			})
		}
	}
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("waited for a minute")
		}
	}
}
