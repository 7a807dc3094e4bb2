package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/netver/netver_exporter/poll"
)

// loadState gives the engine what the last run has left in the state file. In a cluster, which devices are this process's is known later: until then
// what is known of them is kept aside.
func (x *exporter) loadState() error {
	if x.stateFile == "" {
		return nil
	}
	warning, err := poll.LoadState(x.stateFile, x.engine)
	if err == nil && warning == nil && x.membership != nil {
		x.membership.stored, err = stored(x.stateFile)
	}
	if warning != nil {
		x.log.Warn("starting without the state of the last run", "err", warning)
	}
	return err
}

// stored is what a state file has of devices; a file that is not there has nothing.
func stored(file string) (*poll.Known, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return &poll.Known{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	defer f.Close()
	return poll.ReadKnown(f)
}

// pollWithState runs the engine and keeps its state, if there is a file for it.
func (x *exporter) pollWithState(ctx context.Context) error {
	if x.stateFile == "" {
		return x.engine.Run(ctx)
	}
	ctx, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { poll.KeepState(ctx, x.stateFile, time.Minute, x.engine, x.membership.holdsShare) })
	err := x.engine.Run(ctx)
	stop()
	keeper.Wait()
	if x.membership != nil { // its devices are others' by now; it was saved before
		return err
	}
	return errors.Join(err, poll.SaveState(x.stateFile, x.engine))
}

// holdsShare reports that the engine has the devices that are this process's: while it has no share, what is in the state file is worth more. Without a cluster
// (nil) it always has.
func (m *membership) holdsShare() bool { return m == nil || m.holds.Load() }

// saveBeforeLeaving saves the state while the devices are still there.
func (m *membership) saveBeforeLeaving() {
	x := m.exporter
	if x.stateFile == "" || !m.holdsShare() {
		return
	}
	if err := poll.SaveState(x.stateFile, x.engine); err != nil {
		x.log.Warn("state is not saved", "file", x.stateFile, "err", err)
	}
}
