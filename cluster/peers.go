package cluster

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"
)

// The paths of what replicas ask each other.
const (
	Path       = "/-/cluster/"   // all of them are below it
	StatusPath = Path + "status" // costs little, and must be answered however busy a replica is
	statePath  = Path + "state"
	fleetPath  = Path + "devices"
	factsPath  = Path + "facts"
)

// mostStatus is above any status, in bytes.
const mostStatus = 64 << 10

// HTTP asks other replicas at the addresses that they advertise.
type HTTP struct {
	Client *http.Client
	Most   func() int64 // bytes that an answer about devices may have
}

// status is what a replica says of itself.
type status struct {
	Instance string `json:"instance"`
	Reaches  bool   `json:"reaches"` // the coordinator
}

// Reaches is Peers's.
func (p HTTP) Reaches(ctx context.Context, e Entry) (bool, error) {
	answer, err := p.get(ctx, e, StatusPath, nil, mostStatus)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return false, ErrGone
	}
	if err != nil {
		return false, err
	}
	var s status
	if err := json.NewDecoder(answer).Decode(&s); err != nil {
		return false, fmt.Errorf("replica %s: %w", e.Name, err)
	}
	if s.Instance != e.Instance { // it was started again, and has no share yet
		return false, ErrGone
	}
	return s.Reaches, nil
}

// Fetch is Peers's.
func (p HTTP) Fetch(ctx context.Context, e Entry, heir, view string) (io.Reader, error) {
	return p.get(ctx, e, statePath, url.Values{"heir": {heir}, "view": {view}}, p.Most())
}

// Devices reads what a replica knows of all of its devices.
func (p HTTP) Devices(ctx context.Context, e Entry) (io.Reader, error) {
	return p.get(ctx, e, fleetPath, nil, p.Most())
}

// get asks a replica. An answer of more bytes than most is an error, and so is an empty one, which is nobody's.
func (p HTTP) get(ctx context.Context, e Entry, path string, query url.Values, most int64) (io.Reader, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.Advertise+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask replica %s: %w", e.Name, err)
	}
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := p.Client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask replica %s: %w", e.Name, err)
	}
	defer response.Body.Close()
	text := io.Reader(response.Body)
	if response.Header.Get("Content-Encoding") == "gzip" {
		if text, err = gzip.NewReader(text); err != nil {
			return nil, fmt.Errorf("ask replica %s: %w", e.Name, err)
		}
	}
	body, err := io.ReadAll(io.LimitReader(text, most+1))
	switch {
	case err != nil:
	case response.StatusCode != http.StatusOK:
		err = errors.New(response.Status)
	case int64(len(body)) > most:
		err = fmt.Errorf("its answer is longer than %d bytes", most)
	case len(body) == 0:
		err = errors.New("its answer is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("ask replica %s at %s: %w", e.Name, e.Advertise, err)
	}
	return bytes.NewReader(body), nil
}

// Handler answers what other replicas ask below Path. state writes what is known of the devices that this replica has given up for an heir, and
// devices what is known of those that it has.
func (r *Replica) Handler(state func(w io.Writer, heir string) error, devices func(io.Writer) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+StatusPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(status{r.Self.Instance, r.reaches()}) // a client that went away
	})
	mux.HandleFunc("GET "+statePath, func(w http.ResponseWriter, request *http.Request) {
		heir := request.URL.Query().Get("heir")
		if !r.gaveUpBy(request.URL.Query().Get("view")) {
			http.Error(w, "this replica has not given up devices by that list of members", http.StatusConflict)
			return
		}
		if state(w, heir) == nil {
			r.noteServed(heir)
		}
	})
	mux.HandleFunc("GET "+fleetPath, func(w http.ResponseWriter, _ *http.Request) {
		_ = devices(w) // a client that went away
	})
	if c, ok := r.Archive.(*Copies); ok {
		mux.HandleFunc("GET "+factsPath, c.serve)
	}
	return mux
}
