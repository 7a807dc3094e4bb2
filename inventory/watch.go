package inventory

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settled is how long a folder must be quiet before its files are read: editors and copies write in steps.
const settled = 200 * time.Millisecond

// watcher tells feeds that something in a folder has changed. It watches folders, not files: a file that is replaced by
// renaming is another one.
type watcher struct {
	notify *fsnotify.Watcher // nil: there is none, or none to be had

	mu    sync.Mutex
	feeds map[string]map[chan struct{}]bool // by folder
}

func newWatcher(warn func(error)) *watcher {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		warn(err)
	}
	return &watcher{notify: notify, feeds: map[string]map[chan struct{}]bool{}}
}

// add has changes told of what happens in the folders. A folder that does not exist yet is added when it is named again.
func (w *watcher) add(folders []string, changes chan struct{}) {
	if w.notify == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range folders {
		if w.notify.Add(name) != nil {
			continue
		}
		if w.feeds[name] == nil {
			w.feeds[name] = map[chan struct{}]bool{}
		}
		w.feeds[name][changes] = true
	}
}

// run passes events on until the context ends.
func (w *watcher) run(ctx context.Context) {
	if w.notify == nil {
		return
	}
	defer w.notify.Close()
	touched := map[chan struct{}]bool{}
	quiet := time.NewTimer(time.Hour)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.notify.Errors: //nolint:errcheck // events were lost; the next refresh makes up for it
		case event := <-w.notify.Events:
			if event.Op == fsnotify.Chmod {
				continue
			}
			w.collect(event.Name, touched)
			quiet.Reset(settled)
		case <-quiet.C:
			for changes := range touched {
				select {
				case changes <- struct{}{}:
				default:
				}
			}
			clear(touched)
		}
	}
}

// collect finds the feeds that an event concerns.
func (w *watcher) collect(path string, touched map[chan struct{}]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, folder := range []string{path, filepath.Dir(path)} {
		for changes := range w.feeds[folder] {
			touched[changes] = true
		}
	}
}
