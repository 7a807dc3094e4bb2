package poll

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
)

func TestLogTellsChangesOnly(t *testing.T) {
	const day = 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		answers := says(
			facts("1", "A", day), facts("1", "A", 2*day), failed(failure.Timeout), failed(failure.Timeout),
			failed(failure.Connect), facts("2", "A", time.Minute), facts("2", "A", day), Outcome{},
		)
		f := newFleet(func(d *inventory.Device, n int) (time.Duration, Outcome) {
			if n >= 8 {
				panic("a bug")
			}
			return answers(d, n)
		})
		var text bytes.Buffer
		log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, "boot_time":
				return slog.Attr{}
			case "stack":
				return slog.Bool("stack", strings.Contains(a.Value.String(), "goroutine"))
			}
			return a
		}}))
		e, err := New(oneGroup(settings, f, time.Hour, 1), log, nil)
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, e)
		time.Sleep(10*time.Hour - time.Minute)
		synctest.Wait()
		stop()
		want := []string{
			`level=WARN msg="device is down" device=lab-g-00000 platform=cisco_ios reason=timeout err=try`,
			`level=WARN msg="device is down for another reason" device=lab-g-00000 platform=cisco_ios reason=connect before=timeout err=try`,
			`level=INFO msg="device is up again" device=lab-g-00000 platform=cisco_ios after=connect`,
			`level=WARN msg="device has rebooted" device=lab-g-00000 platform=cisco_ios reboots=1`,
			`level=INFO msg="device has changed its version" device=lab-g-00000 platform=cisco_ios before=1 version=2`,
			`level=WARN msg="device is down" device=lab-g-00000 platform=cisco_ios reason=internal err="panic: a bug" stack=true`,
		}
		if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(text.String()), "\n")); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// TestOurOwnLimitIsToldOnce has every poll fail at a limit of this process: no device is blamed, and the log tells once.
func TestOurOwnLimitIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var short atomic.Bool
		short.Store(true)
		f := newFleet(func(*inventory.Device, int) (time.Duration, Outcome) {
			if short.Load() {
				return 0, Outcome{Err: &failure.Error{Reason: failure.Internal, Doing: "connect", Err: syscall.EMFILE, Transient: true}}
			}
			return 0, good()
		})
		var log bytes.Buffer
		e, err := New(oneGroup(settings, f, time.Minute, 50), slog.New(slog.NewTextHandler(&log, nil)), nil)
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, e)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if s := e.Snapshot(); s.Failures[failure.Internal] == 0 || s.Retries != s.Polls {
			t.Errorf("%d polls, %d retries, failures %v", s.Polls, s.Retries, s.Failures)
		}
		short.Store(false)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		for _, d := range e.Snapshot().Devices {
			if !d.Up() {
				t.Errorf("%s: %s", d.Device.Name, d.Reason)
			}
		}
		stop()
		if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "limit") {
			t.Errorf("%d lines in the log, want one about the limit:\n%s", n, log.String())
		}
	})
}

// TestTrace wants one line a poll at the level debug, with what each part of it took, and none above that level.
func TestTrace(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(func(_ *inventory.Device, n int) (time.Duration, Outcome) {
				o := Outcome{Phases: []Phase{
					{Name: "connect", Duration: 1234567}, {Name: "command", Command: "show version", Duration: 35 * time.Millisecond},
				}}
				if n > 1 {
					o.Phases[1].Failed = true
					o.Err = &failure.Error{Reason: failure.Timeout, Doing: "ask", Err: context.DeadlineExceeded}
				}
				return 40 * time.Millisecond, o
			})
			var text bytes.Buffer
			log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			}}))
			e, err := New(oneGroup(settings, f, time.Hour, 1), log, nil)
			if err != nil {
				t.Fatal(err)
			}
			stop := run(t, e)
			time.Sleep(90 * time.Minute)
			synctest.Wait()
			stop()
			const about = `level=DEBUG msg=polled device=lab-g-00000 platform=cisco_ios group=g lag=0s took=40ms phases="connect 1.23ms, show version 35ms`
			want := []string{about + `"`, about + ` (failed)" reason=timeout err="ask: context deadline exceeded"`}
			if level > slog.LevelDebug {
				want = nil
			}
			var got []string
			for line := range strings.Lines(text.String()) {
				if strings.Contains(line, "msg=polled") {
					got = append(got, strings.TrimSpace(line))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("at level %v (-want +got):\n%s", level, diff)
			}
		})
	}
}
