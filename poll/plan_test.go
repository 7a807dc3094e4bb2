package poll

import (
	"log/slog"
	"testing"
	"time"
)

func TestBadPlans(t *testing.T) {
	ok := oneGroup(settings, newFleet(after(0)), time.Minute, 2)
	for name, spoil := range map[string]func(*Plan){
		"no poller":        func(p *Plan) { p.Poller = nil },
		"no workers":       func(p *Plan) { p.Settings.Concurrency = 0 },
		"no timeout":       func(p *Plan) { p.Settings.Timeout = 0 },
		"spread too large": func(p *Plan) { p.Settings.Spread = 1.1 },
		"negative rate":    func(p *Plan) { p.Settings.LoginRate = -1 },
		"no interval":      func(p *Plan) { p.Groups = []Group{{Name: "a"}} },
		"group twice":      func(p *Plan) { p.Groups = append(p.Groups, p.Groups[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			p := ok
			spoil(&p)
			if _, err := New(p, slog.New(slog.DiscardHandler), nil); err == nil {
				t.Error("accepted")
			}
		})
	}
	e, err := New(ok, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Apply(Plan{}); err == nil {
		t.Error("Apply took an empty plan")
	}
	if got := len(e.Snapshot().Devices); got != 2 {
		t.Errorf("%d devices after a bad Apply, want 2", got)
	}
}
