package cluster

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Entry is what a replica tells the others of itself, as JSON.
type Entry struct {
	Name      string            `json:"name"`
	Instance  string            `json:"instance"` // another one after a restart
	Labels    map[string]string `json:"labels,omitempty"`
	Advertise string            `json:"advertise"`          // URL at which the others reach it
	Leaving   bool              `json:"leaving,omitempty"`  // it is no member any more, and finishes its polls
	Applied   string            `json:"applied,omitempty"`  // id of the members by which it has given up devices; no poll of one is in flight
	Unpolled  time.Duration     `json:"unpolled,omitempty"` // how long before that change of members devices of one that crashed may have been polled last
	Config    string            `json:"config,omitempty"`   // fingerprint of its configuration and inventory

	Notes map[string]json.RawMessage `json:"notes,omitempty"` // what it tells besides, by subject
}

// Coordinator keeps the entries of replicas that live. Its methods may be called at the same time.
type Coordinator interface {
	// Renew keeps the replica's entry, as it is now, for a TTL from the moment of the call, and returns the entries of all that live. They are no older than
	// the call. ErrTaken: another replica has the name.
	Renew(ctx context.Context, self Entry) ([]Entry, error)
	// Watch calls changed when entries may have changed, until it fails or the context ends. Nothing depends on it but how soon a change is seen.
	Watch(ctx context.Context, changed func()) error
	// Leave takes the replica's entry out.
	Leave(ctx context.Context) error
}

// Archive keeps texts of replicas for the others, should one end without handing over its devices. Save and Refresh are not called at the same time.
type Archive interface {
	// Save keeps one of the replica's own texts, by its number.
	Save(ctx context.Context, replica string, number int, text []byte) error
	// Refresh is called each two TTLs: what is saved stays as long as the replica lives, and for a day. ErrLost: it is gone, and has to be saved again.
	Refresh(ctx context.Context) error
	// Load returns all texts of a replica.
	Load(ctx context.Context, replica string) ([][]byte, error)
}

// ErrLost is that the archive has lost what the replica had saved.
var ErrLost = errors.New("what was archived is lost")

// ErrTaken is that another replica that lives has the same name, or the replica's own entry of before a crash has not ended yet.
var ErrTaken = errors.New("another replica has this cluster.name, or the lease from before a crash has not ended yet")

// unique keeps one of the entries with the same name, the same one in every replica. There are several only if the coordinator is at fault; more than one of
// them would poll the same devices.
func unique(entries []Entry) []Entry {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Instance, b.Instance)) })
	return slices.CompactFunc(entries, func(a, b Entry) bool { return a.Name == b.Name })
}

// sharedAddress is an address that two entries have; "": there is none.
func sharedAddress(entries []Entry) string {
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[e.Advertise] {
			return e.Advertise
		}
		seen[e.Advertise] = true
	}
	return ""
}

// view is the members among which the fleet is shared.
type view struct {
	id      string
	members []Member // sorted by name
}

// active is the view that entries amount to.
func active(entries []Entry) view {
	var v view
	for _, e := range entries {
		if !e.Leaving {
			v.members = append(v.members, Member{e.Name, e.Instance, e.Labels})
		}
	}
	slices.SortFunc(v.members, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	text, err := json.Marshal(v.members)
	if err != nil { // of strings alone
		panic(err)
	}
	sum := sha256.Sum256(text)
	v.id = hex.EncodeToString(sum[:8])
	return v
}

// has reports whether a replica is a member.
func (v *view) has(instance string) bool {
	return slices.ContainsFunc(v.members, func(m Member) bool { return m.Instance == instance })
}
