package app

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// Gather reads every source once, all at the same time, and puts their devices into the plan. Entries that are left out are
// among the warnings. The error names each source that cannot be read; the plan has the devices of the others then.
func (p *Plan) Gather(ctx context.Context) error {
	feeds := p.Inventory.Feeds()
	errs := make([]error, len(feeds))
	var reading sync.WaitGroup
	for i, f := range feeds {
		f.Explain = true
		reading.Go(func() { _, errs[i] = f.Load(ctx) })
	}
	reading.Wait()
	groups, problems := p.Inventory.merge()
	p.Groups = groups
	if feeds != nil {
		p.warnOfPolicy()
	}
	var failed []string
	for i, f := range feeds {
		p.Warnings = append(p.Warnings, firstProblems(problems[f])...)
		if errs[i] != nil {
			failed = append(failed, sourceError(f, errs[i]).Error())
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%s", strings.Join(failed, "\n"))
	}
	if feeds != nil && p.Devices() == 0 {
		p.Warnings = append(p.Warnings, "no source lists a device, so there is nothing to poll; netver_exporter inventory shows what they give")
	}
	return nil
}

// warnOfPolicy adds what the policy matches in vain, now that all devices are known.
func (p *Plan) warnOfPolicy() {
	told := slices.Concat(p.Warnings, p.Config.Document.Warnings())
	_, doubts := policy(p.Config, p.Platforms, p.Groups)
	for _, w := range append(p.Config.Document.Warnings(), doubts...) {
		if !slices.Contains(told, w) {
			p.Warnings = append(p.Warnings, w)
		}
	}
}

func sourceError(f *inventory.Feed, err error) error {
	return fmt.Errorf("group %q: source %s: %w", f.Group, f.Name, err)
}

// mostProblems is how many problems of a source are told: more than that have few causes.
const mostProblems = 50

func firstProblems(problems []string) []string {
	if len(problems) <= mostProblems {
		return problems
	}
	return append(slices.Clone(problems[:mostProblems]), fmt.Sprintf("and %d more problems", len(problems)-mostProblems))
}

// readSources reads the sources of the plan in force until the context ends, and begins anew with those of the next plan. It
// waits for the goroutines that it starts.
func (x *exporter) readSources(ctx context.Context) {
	changed := make(chan struct{}, 1)
	for ctx.Err() == nil {
		reading, stop := context.WithCancel(ctx)
		select {
		case <-x.replaced: // by the inventory that is taken now
		default:
		}
		feeds := x.inventory.Load().Feeds()
		log := newSourceLog(x.log)
		var running sync.WaitGroup
		running.Go(func() {
			inventory.Run(reading, feeds, func(l inventory.Loaded) {
				log.told(l)
				if l.Changed {
					wake(changed)
				}
			}, func(err error) { x.log.Warn("files of sources are not watched, but read at each refresh", "err", err) })
		})
		for replaced := false; !replaced && ctx.Err() == nil; {
			select {
			case <-ctx.Done():
			case <-x.replaced:
				replaced = true
			case <-changed:
				x.listsChanged()
			}
		}
		stop()
		running.Wait()
	}
}

// listsChanged puts the inventory into force as its sources list it now.
func (x *exporter) listsChanged() {
	problems, err := x.takeLists()
	if err != nil {
		x.log.Error("inventory not applied, the old one stays", "err", err)
		return
	}
	x.logProblems(problems)
	x.remember()
}

// takeLists does it, and returns what keeps entries out.
func (x *exporter) takeLists() (map[*inventory.Feed][]string, error) {
	x.swapping.Lock()
	defer x.swapping.Unlock()
	groups, problems := x.inventory.Load().merge()
	news := changes(x.plan.Groups, groups)
	x.plan.Groups = groups
	if err := x.apply(x.plan); err != nil {
		return nil, err
	}
	if news != nil {
		x.log.Info("inventory changed", append([]any{"devices", x.plan.Devices()}, news...)...)
	}
	return problems, nil
}

// logProblems logs what is wrong with the entries of a source, when that changes.
func (x *exporter) logProblems(problems map[*inventory.Feed][]string) {
	for f, list := range problems {
		text := strings.Join(list, "\n")
		key := f.Group + "\x00" + f.Name
		if x.told[key] == text {
			continue
		}
		x.told[key] = text
		for _, problem := range firstProblems(list) {
			x.log.Warn("problem in an inventory source", "group", f.Group, "inventory", f.Name, "problem", problem)
		}
	}
}

// remember keeps the lists over a restart, if there is a file for the state.
func (x *exporter) remember() {
	if x.stateFile == "" {
		return
	}
	if err := inventory.Remember(listsFile(x.stateFile), x.inventory.Load().Feeds()); err != nil {
		x.log.Warn("lists of sources are not saved", "err", err)
	}
}

// listsFile is the file beside the state that remembers what sources list.
func listsFile(stateFile string) string { return stateFile + ".sources" }

// ready reports that every source has been read once, or has failed once.
func (x *exporter) ready() bool {
	for _, f := range x.inventory.Load().Feeds() {
		if !f.Tried() {
			return false
		}
	}
	return true
}

// Snapshot is the engine's, with its share of the inventory and how the sources fare.
func (x *exporter) Snapshot() poll.Snapshot {
	s := x.engine.Snapshot()
	s.Share = x.partition.figures()
	if x.membership != nil {
		s.Share.Cluster = x.membership.figures()
	}
	for _, f := range x.inventory.Load().Feeds() {
		s.Sources = append(s.Sources, f.Status())
	}
	return s
}

// wake puts a notice into a channel that holds one, unless there is one.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sourceLog tells of a source when its outcome changes.
type sourceLog struct {
	log *slog.Logger

	mu    sync.Mutex
	state map[*inventory.Feed]string // the latest error, "" after a success
}

// kindOfError is an error's text without what changes from one reading to the next: ports, times and counts.
func kindOfError(text string) string { return numbers.ReplaceAllString(text, "") }

var numbers = regexp.MustCompile(`[0-9]+[smh0-9.]*`)

func newSourceLog(log *slog.Logger) *sourceLog {
	return &sourceLog{log: log, state: map[*inventory.Feed]string{}}
}

func (s *sourceLog) told(l inventory.Loaded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := ""
	if l.Err != nil {
		now = l.Err.Error()
	}
	before := s.state[l.Feed]
	s.state[l.Feed] = now
	about := s.log.With("group", l.Feed.Group, "inventory", l.Feed.Name, "devices", l.Feed.Status().Devices)
	switch {
	case now != "" && before != "" && kindOfError(now) != kindOfError(before):
		about.Warn("inventory source still fails, for another reason", "err", now)
	case now != "" && before != "":
		about.Debug("inventory source still fails", "err", now)
	case now != "":
		about.Warn("inventory source failed, its last list stays", "err", now)
	case before != "":
		about.Info("inventory source is back")
	case l.Changed:
		about.Info("inventory source read")
	}
}
