package poll

import (
	"bytes"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/version"
)

// wants judges: devices should run a version.
func wants(v string) Judge {
	return func(s *Status, _ time.Time) *version.Verdict {
		answer := map[bool]version.Answer{true: version.Yes, false: version.No}[s.Facts.Version == v]
		if s.Facts.Version == "" {
			answer = version.Unknown
		}
		return &version.Verdict{Rule: "all", Wanted: v, Compliant: answer}
	}
}

func compliance(e *Engine) (answers []version.Answer) {
	for _, s := range e.Snapshot().Devices {
		if s.Verdict == nil {
			return nil
		}
		answers = append(answers, s.Verdict.Compliant)
	}
	return answers
}

func expect(t *testing.T, when string, e *Engine, want ...version.Answer) {
	t.Helper()
	got := compliance(e)
	if len(got) != len(want) {
		t.Fatalf("%s: verdicts %v, want %v", when, got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: verdicts %v, want %v", when, got, want)
		}
	}
}

// TestVerdictFollowsPollReloadAndRejudge sees the verdict change with what is read, with the plan, and with what the judge goes by.
func TestVerdictFollowsPollReloadAndRejudge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := []string{"1.0", "2.0", "2.0"}
		f := newFleet(func(_ *inventory.Device, n int) (time.Duration, Outcome) {
			return time.Second, Outcome{Facts: parser.Facts{Version: read[min(n, len(read))-1]}}
		})
		plan := oneGroup(settings, f, 10*time.Minute, 1)
		var wanted atomic.Pointer[Judge]
		set := func(v string) { j := wants(v); wanted.Store(&j) }
		set("1.0")
		plan.Judge = func(s *Status, now time.Time) *version.Verdict { return (*wanted.Load())(s, now) }
		e, stop := start(t, plan, nil)
		defer stop()
		expect(t, "before the first poll", e, version.Unknown)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		expect(t, "polled", e, version.Yes)

		before := e.Snapshot().Devices[0]
		e.Rejudge()
		if e.Snapshot().Devices[0] != before {
			t.Error("a verdict that has not changed made a new status")
		}
		set("3.0")
		e.Rejudge()
		expect(t, "judged by other rules", e, version.No)
		if s := e.Snapshot().Devices[0]; s == before || s.Polls != before.Polls || before.Verdict.Compliant != version.Yes {
			t.Errorf("judged anew: %+v became %+v, want another status of the same poll", before, s)
		}

		time.Sleep(20 * time.Minute) // another version is read
		synctest.Wait()
		plan.Judge = wants("2.0")
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		expect(t, "reloaded with other rules", e, version.Yes)
		plan.Judge = nil
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		expect(t, "reloaded without rules", e)
	})
}

// TestVerdictAfterARestart is there before the first poll, on the version that the state file knows.
func TestVerdictAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := oneGroup(settings, newFleet(after(time.Second)), 10*time.Minute, 1)
		plan.Judge = wants("1.0")
		e, stop := start(t, plan, nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		stop()
		var kept bytes.Buffer
		if err := e.writeState(&kept); err != nil {
			t.Fatal(err)
		}
		state, err := readState(&kept)
		if err != nil {
			t.Fatal(err)
		}
		again, err := New(plan, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		again.restore(state)
		expect(t, "restored", again, version.Yes)
	})
}
