package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// Status is fleet and engine at one moment.
type Status struct {
	Version      string                    `json:"version"`            // of the exporter
	Ready        bool                      `json:"ready"`              // every source has been read once, or has failed once
	Devices      map[poll.State]int        `json:"devices"`            // by state: every state
	Verdicts     map[string]int            `json:"verdicts,omitempty"` // devices by verdict: every word; absent without a policy
	Reasons      map[string]int            `json:"reasons"`            // devices that are down, by reason
	Workers      int                       `json:"workers"`
	WorkersBusy  int                       `json:"workers_busy"`
	QueueLength  int                       `json:"poll_queue_length"`
	Polls        uint64                    `json:"polls"`
	PollRetries  uint64                    `json:"poll_retries"`
	PollFailures map[failure.Reason]uint64 `json:"poll_failures"`     // by reason: every reason
	Inventory    int                       `json:"devices_inventory"` // of the whole inventory, those of other replicas or shards among them
	Owned        int                       `json:"devices_owned"`     // of them, those that this process polls
	Cluster      *Cluster                  `json:"cluster,omitempty"` // absent without one
	Config       Load                      `json:"config"`
	Groups       []Group                   `json:"groups"`
	Credentials  []Credential              `json:"credentials"`
	Sources      []Source                  `json:"sources"`
}

// Load is how the latest load of the configuration went.
type Load struct {
	OK bool      `json:"last_reload_successful"`
	At time.Time `json:"last_reload_success"` // the latest that succeeded
}

// Cluster is the processes that share the inventory, as this one sees them.
type Cluster struct {
	Members  int    `json:"members"`
	Up       bool   `json:"up"`                // this one is a member, and knows the others
	Changes  uint64 `json:"ownership_changes"` // devices that it took and gave away
	Mismatch bool   `json:"config_mismatch"`   // a member has another configuration or inventory

	Silent []string `json:"silent,omitempty"` // members that do not tell of their devices, which are missing in all answers
}

// Group is how the sweeps of a group go.
type Group struct {
	Group    string   `json:"group"`
	Sweeps   uint64   `json:"sweeps"`
	Skipped  uint64   `json:"sweeps_skipped"`
	Duration *float64 `json:"sweep_duration_seconds,omitempty"` // of the latest; absent before the first has ended
}

// Credential is how a credential fares.
type Credential struct {
	Credential    string            `json:"credential"`
	Paused        bool              `json:"paused"`
	LoginsAllowed int               `json:"logins_allowed"`
	Next          time.Time         `json:"next_try,omitzero"` // while it is paused: no device tries it before
	Logins        map[string]uint64 `json:"logins"`            // by result: every result
}

// Source is how a source of devices fares.
type Source struct {
	Group       string    `json:"group"`
	Source      string    `json:"source"`
	Devices     int       `json:"devices"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	Failures    uint64    `json:"refresh_failures"`
	Error       string    `json:"error,omitempty"` // what is wrong with the latest reading
}

// status tells how fleet and engine are.
func status(c Config) http.Handler {
	return api(func(w http.ResponseWriter, r *http.Request, parameters url.Values) error {
		v, err := c.Views.View(r.Context())
		if err != nil {
			return err
		}
		s := newStatus(v)
		s.Version, s.Ready = c.Version, c.Ready()
		s.Config.At, s.Config.OK = c.Loaded()
		s.Config.At = s.Config.At.UTC()
		return answer(w, r, s)
	})
}

// owned counts the devices that this process polls.
func owned(v *fleet.View) (n int) {
	for _, s := range v.Devices {
		if s.Owner == "" {
			n++
		}
	}
	return n
}

func newStatus(v *fleet.View) Status {
	s := Status{
		Devices: map[poll.State]int{}, Reasons: v.Count("reason"),
		Workers: v.Workers, WorkersBusy: v.Busy, QueueLength: v.Queue,
		Inventory: v.Share.Inventory, Owned: owned(v),
		Polls: v.Polls, PollRetries: v.Retries, PollFailures: v.Failures,
		Groups: []Group{}, Credentials: []Credential{}, Sources: []Source{},
	}
	if member := v.Share.Cluster; member != nil {
		s.Cluster = &Cluster{member.Members, member.Up, member.Changes, member.Mismatch, member.Silent}
	}
	states := v.Count("state")
	for _, state := range poll.States {
		s.Devices[state] = states[string(state)]
	}
	if verdicts := v.Count("verdict"); len(verdicts) > 0 {
		s.Verdicts = map[string]int{}
		for _, word := range fleet.Verdicts {
			s.Verdicts[word] = verdicts[word]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Sweeps)) {
		g := v.Sweeps[name]
		made := Group{Group: name, Sweeps: g.Done, Skipped: g.Skipped}
		if g.Done > 0 {
			seconds := g.Duration.Seconds()
			made.Duration = &seconds
		}
		s.Groups = append(s.Groups, made)
	}
	for _, name := range slices.Sorted(maps.Keys(v.Logins)) {
		l := v.Logins[name]
		made := Credential{Credential: name, Paused: l.Paused, LoginsAllowed: l.Allowed, Next: l.Next.UTC(), Logins: map[string]uint64{}}
		for verdict, n := range l.Logins {
			made.Logins[verdict.String()] = n
		}
		s.Credentials = append(s.Credentials, made)
	}
	for _, f := range v.Sources {
		s.Sources = append(s.Sources, Source{f.Group, f.Source, f.Devices, f.LastSuccess.UTC(), f.Failures, f.Err})
	}
	return s
}
