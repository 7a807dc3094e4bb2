package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// KubernetesConfig is how the API server is reached.
type KubernetesConfig struct {
	URL       string       // of the API server
	Client    *http.Client // it adds the pod's token
	Namespace string
	TTL       time.Duration
}

// Kubernetes is the coordinator on Lease objects of Kubernetes, one for each replica. Make it with NewKubernetes. A lease there ends by the clocks
// of those who look at it: it has, when it has not changed for its duration since they first saw it so.
type Kubernetes struct {
	KubernetesConfig
	leases string // their URL

	mu      sync.Mutex
	version string                  // of the replica's own lease; "": not known
	name    string                  // of it
	seen    map[string]*observation // by the name of the lease
}

// observation is a lease as it was seen, and since when.
type observation struct {
	version string
	since   time.Time
}

// NewKubernetes makes a coordinator that has asked nothing yet.
func NewKubernetes(c KubernetesConfig) *Kubernetes {
	return &Kubernetes{
		KubernetesConfig: c, seen: map[string]*observation{},
		leases: c.URL + "/apis/coordination.k8s.io/v1/namespaces/" + url.PathEscape(c.Namespace) + "/leases",
	}
}

// Words of ours in the objects.
const (
	leasePrefix = "netver-exporter-"
	leaseLabel  = "app.kubernetes.io/managed-by"
	leaseOwner  = "netver-exporter"
	annotation  = "netver-exporter/replica"
)

// leaseObject is a Lease, as far as we use it.
type leaseObject struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Metadata   metadata  `json:"metadata"`
	Spec       leaseSpec `json:"spec"`
}

type metadata struct {
	Name            string            `json:"name"`
	ResourceVersion string            `json:"resourceVersion,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
	Annotations     map[string]string `json:"annotations,omitempty"`
}

type leaseSpec struct {
	HolderIdentity       string `json:"holderIdentity"`
	LeaseDurationSeconds int    `json:"leaseDurationSeconds"`
	RenewTime            string `json:"renewTime"`
}

var notInNames = regexp.MustCompile(`[^a-z0-9.-]+`)

// Renew is Coordinator's.
func (k *Kubernetes) Renew(ctx context.Context, self Entry) ([]Entry, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.name = leasePrefix + strings.Trim(notInNames.ReplaceAllString(strings.ToLower(self.Name), "-"), "-.")
	if err := k.write(ctx, self); err != nil {
		return nil, err
	}
	var list struct {
		Items []leaseObject `json:"items"`
	}
	if err := k.do(ctx, http.MethodGet, k.leases+"?"+k.ours().Encode(), nil, &list); err != nil {
		return nil, fmt.Errorf("read the leases: %w", err)
	}
	now := time.Now()
	entries := k.live(list.Items, now)
	k.removeEnded(ctx, now)
	return entries, nil
}

// ours selects the leases of replicas.
func (k *Kubernetes) ours() url.Values {
	return url.Values{"labelSelector": {leaseLabel + "=" + leaseOwner}}
}

// live are the entries of the leases that have not ended.
func (k *Kubernetes) live(items []leaseObject, now time.Time) (entries []Entry) {
	there := map[string]*observation{}
	for i := range items {
		o := &items[i]
		was := k.seen[o.Metadata.Name]
		if was == nil || was.version != o.Metadata.ResourceVersion {
			was = &observation{o.Metadata.ResourceVersion, now}
		}
		there[o.Metadata.Name] = was
		var e Entry
		if json.Unmarshal([]byte(o.Metadata.Annotations[annotation]), &e) != nil || e.Instance != o.Spec.HolderIdentity {
			continue // no replica's
		}
		if now.Sub(was.since) < time.Duration(o.Spec.LeaseDurationSeconds)*time.Second {
			entries = append(entries, e)
		}
	}
	k.seen = there
	return entries
}

// removeAfter is how long the lease of a replica that has ended stays.
const removeAfter = time.Hour

// removeEnded removes the leases of replicas that have been gone for long. One that cannot be removed is tried again a minute later.
func (k *Kubernetes) removeEnded(ctx context.Context, now time.Time) {
	for name, was := range k.seen {
		if name != k.name && now.Sub(was.since) > removeAfter && k.remove(ctx, name, was.version) != nil {
			was.since = now.Add(time.Minute - removeAfter)
		}
	}
}

// remove removes a lease, if nobody has written it since.
func (k *Kubernetes) remove(ctx context.Context, name, version string) error {
	body := map[string]any{"preconditions": map[string]string{"resourceVersion": version}}
	if err := k.do(ctx, http.MethodDelete, k.leases+"/"+name, body, nil); err != nil {
		return fmt.Errorf("remove the lease: %w", err)
	}
	return nil
}

// write writes the replica's own lease.
func (k *Kubernetes) write(ctx context.Context, self Entry) error {
	text, err := json.Marshal(self)
	if err != nil {
		return fmt.Errorf("write the entry: %w", err)
	}
	if k.version == "" {
		if err := k.find(ctx, self); err != nil {
			return err
		}
	}
	o := leaseObject{
		APIVersion: "coordination.k8s.io/v1", Kind: "Lease",
		Metadata: metadata{
			Name: k.name, ResourceVersion: k.version,
			Labels: map[string]string{leaseLabel: leaseOwner}, Annotations: map[string]string{annotation: string(text)},
		},
		Spec: leaseSpec{
			HolderIdentity: self.Instance, LeaseDurationSeconds: int(math.Ceil(k.TTL.Seconds())),
			RenewTime: time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"),
		},
	}
	method, at := http.MethodPut, k.leases+"/"+k.name
	if k.version == "" {
		method, at = http.MethodPost, k.leases
	}
	var written leaseObject
	if err := k.do(ctx, method, at, o, &written); err != nil {
		if refused(err, http.StatusConflict) || refused(err, http.StatusNotFound) { // it was written by somebody else, or removed
			k.version = ""
		}
		return fmt.Errorf("renew the lease: %w", err)
	}
	k.version = written.Metadata.ResourceVersion
	return nil
}

// find looks for the lease of the replica's name, and takes it over if it is nobody's.
func (k *Kubernetes) find(ctx context.Context, self Entry) error {
	var o leaseObject
	err := k.do(ctx, http.MethodGet, k.leases+"/"+k.name, nil, &o)
	if refused(err, http.StatusNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the lease: %w", err)
	}
	now, was := time.Now(), k.seen[k.name]
	if was == nil || was.version != o.Metadata.ResourceVersion {
		was = &observation{o.Metadata.ResourceVersion, now}
		k.seen[k.name] = was
	}
	ended := now.Sub(was.since) >= time.Duration(o.Spec.LeaseDurationSeconds)*time.Second
	if o.Spec.HolderIdentity != self.Instance && !ended {
		return fmt.Errorf("%w (lease %s)", ErrTaken, k.name)
	}
	k.version = o.Metadata.ResourceVersion
	return nil
}

// Watch is Coordinator's. Renewals, which change leases all the time, are no changes to tell of.
func (k *Kubernetes) Watch(ctx context.Context, changed func()) error {
	query := k.ours()
	query.Set("watch", "true")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.leases+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("watch the leases: %w", err)
	}
	response, err := k.Client.Do(request)
	if err != nil {
		return fmt.Errorf("watch the leases: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("watch the leases: %w", statusError(response))
	}
	changed() // what was before
	told := map[string]string{}
	events := json.NewDecoder(response.Body)
	for {
		var event struct {
			Type   string      `json:"type"`
			Object leaseObject `json:"object"`
		}
		if err := events.Decode(&event); err != nil {
			return fmt.Errorf("watch the leases: %w", err)
		}
		m := &event.Object.Metadata
		switch text := m.Annotations[annotation]; {
		case event.Type == "ERROR": // such as 410: too old a version
			return errors.New("watch the leases: the API server ended it")
		case event.Type == "DELETED":
			delete(told, m.Name)
			changed()
		case told[m.Name] != text:
			told[m.Name] = text
			changed()
		}
	}
}

// Leave is Coordinator's.
func (k *Kubernetes) Leave(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version == "" {
		return nil
	}
	return k.remove(ctx, k.name, k.version)
}
