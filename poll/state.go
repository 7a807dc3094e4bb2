package poll

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/parser"
)

// A state file is lines of JSON: a header, a line for each group and device, and a last line with their number, by which
// a torn file is known. Lines keep the memory flat however large the fleet is.
type stateLine struct {
	Header *stateHeader `json:"header,omitempty"`
	Group  *groupState  `json:"group,omitempty"`
	Device *deviceState `json:"device,omitempty"`
	End    *int         `json:"end,omitempty"`
}

type stateHeader struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

var ourHeader = stateHeader{Format: "netver_exporter state", Version: 1}

// groupState keeps a group in step with its schedule.
type groupState struct {
	Name     string        `json:"name"`
	Interval time.Duration `json:"interval"`
	Sweep    time.Time     `json:"sweep"` // start of the latest
}

// deviceState is a target's status and record.
type deviceState struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Wanted  string `json:"platform"` // the inventory's

	Platform       string         `json:"platform_used,omitempty"`
	Vendor         string         `json:"vendor,omitempty"`
	Polls          uint64         `json:"polls"`
	Failures       uint64         `json:"failures,omitempty"`
	Retries        uint64         `json:"retries,omitempty"`
	Reboots        uint64         `json:"reboots,omitempty"`
	VersionChanges uint64         `json:"version_changes,omitempty"`
	LastPoll       time.Time      `json:"last_poll"`
	LastSuccess    time.Time      `json:"last_success,omitzero"`
	Duration       time.Duration  `json:"duration"`
	Reason         failure.Reason `json:"reason,omitempty"`
	Err            string         `json:"err,omitempty"`
	Facts          parser.Facts   `json:"facts"`
	BootTime       time.Time      `json:"boot_time,omitzero"`

	Boot      bootState      `json:"boot"`
	Version   string         `json:"version,omitempty"`
	Serial    string         `json:"serial,omitempty"`
	InARow    int            `json:"in_a_row,omitempty"`
	Slow      bool           `json:"slow,omitempty"`
	Announced failure.Reason `json:"announced,omitempty"`
}

type bootState struct {
	Time       time.Time     `json:"time,omitzero"`
	Since      time.Time     `json:"since,omitzero"`
	Read       time.Time     `json:"read,omitzero"`
	Age        time.Duration `json:"age,omitempty"`
	Resolution time.Duration `json:"resolution,omitempty"`
}

// SaveState writes facts, counters, boot times and phases of the engine's devices to a file, whole or not at all.
func SaveState(path string, e *Engine) (err error) {
	// Always the same name, so that what a killed process left behind is written over.
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("save state: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("save state: %w", err)
		}
	}()
	w := bufio.NewWriterSize(f, 64<<10)
	if err := e.writeState(w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// KeepState saves again and again until the context ends. Save once more when the engine has stopped. A failure is
// logged once, until a save succeeds again.
func KeepState(ctx context.Context, path string, every time.Duration, e *Engine) {
	failing := false
	for pause(ctx, every) {
		err := SaveState(path, e)
		if err != nil && !failing {
			e.log.Warn("state is not saved", "file", path, "err", err)
		}
		failing = err != nil
	}
}

// syncDir makes a rename last.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (e *Engine) writeState(w io.Writer) error {
	r := e.current.Load()
	n := -1 // the header does not count
	write := func(l stateLine) error {
		text, err := json.Marshal(l)
		if err != nil { // a device said something that JSON cannot hold, such as the year 10000: it is left out
			return nil
		}
		n++
		_, err = w.Write(append(text, '\n'))
		return err
	}
	if err := write(stateLine{Header: &ourHeader}); err != nil {
		return err
	}
	for _, g := range r.groups {
		if err := write(stateLine{Group: g.state()}); err != nil {
			return err
		}
	}
	for _, t := range r.targets {
		if s := t.state(); s != nil {
			if err := write(stateLine{Device: s}); err != nil {
				return err
			}
		}
	}
	return write(stateLine{End: &n})
}

// LoadState gives the engine, which must not run yet, what SaveState wrote. Devices that were polled recently are not
// polled at once but at their phase. A file that is not there is no error. An error is no reason not to start: one that
// cannot be understood is set aside under another name, which the error tells, and the engine is as new.
func LoadState(path string, e *Engine) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load state: %w", err)
	}
	defer f.Close()
	groups, devices, err := readState(f)
	if err != nil {
		aside := path + ".bad-" + time.Now().UTC().Format("20060102T150405Z")
		if moved := os.Rename(path, aside); moved != nil {
			return fmt.Errorf("load state: %w; it could not be set aside: %w", err, moved)
		}
		return fmt.Errorf("load state: %w; the file is set aside as %s", err, aside)
	}
	e.restore(groups, devices)
	return nil
}

func readState(r io.Reader) (groups []groupState, devices map[string]deviceState, err error) {
	in := json.NewDecoder(bufio.NewReaderSize(r, 64<<10))
	devices = make(map[string]deviceState)
	for n := 0; ; n++ {
		var l stateLine
		if err := in.Decode(&l); err != nil {
			return nil, nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		switch {
		case n == 0 && (l.Header == nil || *l.Header != ourHeader):
			return nil, nil, fmt.Errorf("it is not a state file of version %d", ourHeader.Version)
		case n == 0:
		case l.Group != nil:
			groups = append(groups, *l.Group)
		case l.Device != nil:
			devices[l.Device.Name] = *l.Device
		case l.End != nil && *l.End == n-1:
			return groups, devices, nil
		default:
			return nil, nil, fmt.Errorf("line %d: not of a state file", n+1)
		}
	}
}

// restore gives groups and targets their state, as far as they are still in the inventory.
func (e *Engine) restore(groups []groupState, devices map[string]deviceState) {
	r := e.current.Load()
	for _, s := range groups {
		if g, ok := r.groups[s.Name]; ok {
			g.restore(s)
		}
	}
	now := time.Now()
	for _, t := range r.targets {
		if s, ok := devices[t.name]; ok {
			t.restore(s, r.settings.KeepFacts, now)
		}
	}
}

func (g *group) state() *groupState {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &groupState{Name: g.name, Interval: g.interval, Sweep: g.sweep.start}
}

func (g *group) restore(s groupState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.Interval == g.interval {
		g.resume = s.Sweep
	}
}

// state returns nil for a target that has not been polled.
func (t *target) state() *deviceState {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, r := t.status.Load(), &t.record
	if t.device == nil || s.Pending() {
		return nil
	}
	return &deviceState{
		Name: t.name, Address: t.device.Address, Wanted: t.device.Platform,
		Platform: s.Platform, Vendor: s.Vendor, Polls: s.Polls, Failures: s.Failures, Retries: s.Retries,
		Reboots: s.Reboots, VersionChanges: s.VersionChanges, LastPoll: s.LastPoll, LastSuccess: s.LastSuccess,
		Duration: s.Duration, Reason: s.Reason, Err: s.Err, Facts: s.Facts, BootTime: s.BootTime,
		Boot:    bootState{r.boot.time, r.boot.since, r.boot.read, r.boot.age, r.boot.resolution},
		Version: r.version, Serial: r.serial, InARow: r.failures, Slow: r.slow, Announced: r.announced,
	}
}

func (t *target) restore(s deviceState, keepFacts time.Duration, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.LastPoll.After(now) { // our clock was set back: nothing of it can be dated
		return
	}
	if t.device.Address == s.Address && t.device.Platform == s.Wanted {
		t.polled = s.LastPoll
	}
	t.record = record{
		boot:    boot{s.Boot.Time, s.Boot.Since, s.Boot.Read, s.Boot.Age, s.Boot.Resolution},
		version: s.Version, serial: s.Serial, failures: s.InARow, slow: s.Slow, announced: s.Announced,
	}
	latest := &Status{
		Device: *t.device, Platform: s.Platform, Vendor: s.Vendor,
		Polls: s.Polls, Failures: s.Failures, Retries: s.Retries, Reboots: s.Reboots, VersionChanges: s.VersionChanges,
		LastPoll: s.LastPoll, LastSuccess: s.LastSuccess, Duration: s.Duration, Reason: s.Reason, Err: s.Err,
		Facts: s.Facts, BootTime: s.BootTime,
	}
	if now.Sub(s.LastSuccess) > keepFacts {
		latest.Facts, latest.BootTime = parser.Facts{}, time.Time{}
	}
	t.status.Store(latest)
}
