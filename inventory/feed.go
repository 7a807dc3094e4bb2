package inventory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Feed keeps the latest good list of one source. Its methods may be called by any number of goroutines at once.
type Feed struct {
	Config
	loading sync.Mutex // one Load at a time

	mu       sync.Mutex
	list     List
	read     digest    // of the reading that list was made of; zero: there is none
	doubted  digest    // of the latest reading that was not believed
	doubt    time.Time // since when such readings come; zero: they do not
	success  time.Time // of the latest reading that was believed; zero: never
	failures uint64
	tried    bool
	wrong    string // with the latest reading; "": nothing
}

// Config is what a feed is made of.
type Config struct {
	Group   string
	Name    string // of the source, unique in its group: "netbox:https://netbox.example"
	Source  Source
	Relabel Relabeling
	Refresh time.Duration // from the end of one reading to the next
	Keep    time.Duration // how long a list that is suddenly empty, or lost more than half, is not believed
	Explain bool          // the list shall tell what relabelling drops, which may be much
}

// List is what a source lists, after relabelling.
type List struct {
	Devices  []Listed
	Dropped  []Dropped // if the feed shall explain
	Problems []string  // entries that are no devices, one line each
}

// Dropped is a target that relabelling drops.
type Dropped struct {
	Target
	Why string // the rule
}

// NewFeed makes a feed that has read nothing yet.
func NewFeed(c Config) *Feed { return &Feed{Config: c} }

// Status is how a feed fares.
type Status struct {
	Group, Source string
	Devices       int
	LastSuccess   time.Time // zero: never
	Failures      uint64
	Err           string // what is wrong with the latest reading; "": nothing
}

// Status returns how the feed fares.
func (f *Feed) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Status{f.Group, f.Name, len(f.list.Devices), f.success, f.failures, f.wrong}
}

// List returns the latest list that was believed. It must not be changed.
func (f *Feed) List() List {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.list
}

// Tried reports that a reading has ended, well or badly.
func (f *Feed) Tried() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tried
}

// Inherit takes over what another feed of the same source knows, from before a reload.
func (f *Feed) Inherit(old *Feed) {
	old.mu.Lock()
	defer old.mu.Unlock()
	f.list, f.success, f.failures, f.tried = old.list, old.success, old.failures, old.tried
	f.doubt, f.wrong = old.doubt, old.wrong
}

// Load reads the source. changed reports that there is a new list. With an error the list before stays: the source could not
// be read, or its list cannot be believed yet.
func (f *Feed) Load(ctx context.Context) (changed bool, err error) {
	f.loading.Lock()
	defer f.loading.Unlock()
	ctx, cancel := context.WithTimeout(ctx, max(f.Refresh, time.Minute))
	defer cancel()
	changed, err = f.load(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tried, f.wrong = true, ""
	if err != nil {
		f.failures++
		f.wrong = err.Error()
	} else {
		f.success = time.Now()
	}
	return changed, err
}

func (f *Feed) load(ctx context.Context) (changed bool, err error) {
	documents, err := f.Source.Read(ctx)
	if err != nil {
		return false, err
	}
	now, sum := time.Now(), digestOf(documents)
	f.mu.Lock()
	before, believed := len(f.list.Devices), f.read == sum
	if believed {
		f.doubt, f.doubted = time.Time{}, digest{}
	}
	waits := f.doubted == sum && now.Sub(f.doubt) < f.Keep
	f.mu.Unlock()
	switch {
	case believed:
		return false, nil
	case waits:
		return false, errDoubted
	}
	targets, problems, err := f.Source.Parse(documents)
	if err != nil {
		return false, err
	}
	list := f.relabel(targets, problems)
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := len(list.Devices); now*2 < before && f.Keep > 0 {
		if f.doubt.IsZero() {
			f.doubt = time.Now()
		}
		if left := f.Keep - time.Since(f.doubt); left > 0 {
			f.doubted = sum
			return false, fmt.Errorf("%w: it lists %d devices, and listed %d before; the old list stays for %s (keep)", errDoubted, now, before, left.Round(time.Second))
		}
	}
	f.list, f.read, f.doubt, f.doubted = list, sum, time.Time{}, digest{}
	return true, nil
}

// errDoubted means that a list is suddenly much shorter.
var errDoubted = errors.New("the list has shrunk suddenly")

// relabel makes the list of what a source yields.
func (f *Feed) relabel(targets []Target, problems []string) List {
	list := List{Problems: problems, Devices: make([]Listed, 0, len(targets))}
	var silent []string // have no address
	dropped := 0
	for i := range targets {
		t := &targets[i]
		if rule := f.Relabel.apply(t); rule > 0 {
			if dropped++; f.Explain {
				list.Dropped = append(list.Dropped, Dropped{*t, f.Relabel.String(rule)})
			}
			continue
		}
		device, err := t.listed()
		if err != nil {
			list.Problems = append(list.Problems, fmt.Sprintf("%s: %v", t.Place, err))
			continue
		}
		if device.Entry.Address == "" {
			silent = append(silent, device.Entry.Name)
			continue
		}
		list.Devices = append(list.Devices, device)
	}
	if len(silent) > 0 {
		list.Problems = append(list.Problems, fmt.Sprintf("devices without an address are left out: %d, the first is %s", len(silent), silent[0]))
	}
	if dropped > 0 && dropped == len(targets) {
		list.Problems = append(list.Problems, fmt.Sprintf("relabel_configs drop all %d devices; netver_exporter inventory --dropped shows which rule does", dropped))
	}
	return list
}
