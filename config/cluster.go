package config

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/strictyaml"
)

// Cluster is how processes share an inventory. It is off while neither Etcd nor Kubernetes is given.
type Cluster struct {
	Name       string // "": the host's
	Advertise  string // URL at which the others reach this process; "": by the host's name and the port that is listened on
	Labels     map[string]string
	TTL        time.Duration
	Etcd       *Etcd
	Kubernetes *Kubernetes
	Peers      promconfig.HTTPClientConfig
}

// On reports that the process is one of a cluster.
func (c *Cluster) On() bool { return c.Etcd != nil || c.Kubernetes != nil }

// Etcd is how etcd is reached.
type Etcd struct {
	Endpoints []string
	Prefix    string // it ends in a slash
	Username  string
	Password  secret.Value
	TLS       promconfig.TLSConfig
}

// Kubernetes is where Lease objects are kept.
type Kubernetes struct {
	Namespace string `yaml:"namespace"` // "": the pod's own
}

type cluster struct {
	Name       string            `yaml:"name"`
	Advertise  string            `yaml:"advertise"`
	Labels     map[string]string `yaml:"labels"`
	TTL        time.Duration     `yaml:"ttl"`
	Etcd       *etcd             `yaml:"etcd"`
	Kubernetes *Kubernetes       `yaml:"kubernetes"`
	Peers      peers             `yaml:"peers"`
}

type etcd struct {
	Endpoints []string  `yaml:"endpoints,required"`
	Prefix    string    `yaml:"prefix"`
	Username  string    `yaml:"username"`
	Password  secretRef `yaml:"password"`
	TLS       tlsConfig `yaml:"tls_config"`
}

type peers struct {
	BasicAuth *basicAuth `yaml:"basic_auth"`
	TLS       tlsConfig  `yaml:"tls_config"`
}

// minTTL leaves the time for a few renewals, each of which may be slow; etcd grants no shorter lease than some seconds.
const minTTL = 3 * time.Second

const defaultPrefix = "/netver/"

// replicaName is a name that can stand in a key of etcd, in the name of an object of Kubernetes and in a log.
var replicaName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,198}[A-Za-z0-9])?$`)

// CheckReplica says what is wrong with the name of a replica.
func CheckReplica(name string) error {
	if replicaName.MatchString(name) {
		return nil
	}
	return fmt.Errorf("%.40q is no name of a replica; want at most 200 letters, digits and .-_ between them, such as a host's name", name)
}

func (l *loader) cluster(w *cluster) Cluster {
	at := strictyaml.At("cluster")
	c := Cluster{Name: w.Name, Advertise: strings.TrimSuffix(w.Advertise, "/"), Labels: w.Labels, TTL: w.TTL, Kubernetes: w.Kubernetes}
	l.bounds(at.Child("ttl"), c.TTL, minTTL)
	if err := CheckReplica(c.Name); c.Name != "" && err != nil {
		l.document.Fault(at.Child("name"), "%v", err)
	}
	if c.Advertise != "" && !isHTTP(c.Advertise) {
		l.document.Fault(at.Child("advertise"), "want http://host:port or https://host:port, at which the other replicas reach this one")
	}
	for name, value := range c.Labels {
		if err := inventory.CheckLabel(inventory.Label{Name: name, Value: value}); err != nil {
			l.document.Fault(at.Child("labels").Child(name), "%v", err)
		}
	}
	if w.Etcd == nil && w.Kubernetes == nil && (l.document.Given(at.Child("etcd")) || l.document.Given(at.Child("kubernetes")) || !reflect.DeepEqual(*w, defaults().Cluster)) {
		l.document.Warn(at, "neither etcd nor kubernetes is given, so that this process is in no cluster and polls all devices; "+
			"give one of them, such as etcd: {endpoints: [\"http://192.0.2.1:2379\"]} or kubernetes: {}")
	}
	if w.Etcd != nil && w.Kubernetes != nil {
		l.document.Fault(at.Child("kubernetes"), "etcd is given, too; replicas meet in one place, keep one")
	}
	if w.Etcd != nil {
		c.Etcd = l.etcd(w.Etcd, at.Child("etcd"))
	}
	p := httpClient{BasicAuth: w.Peers.BasicAuth, TLS: w.Peers.TLS}
	peers := at.Child("peers")
	c.Peers = p.settings(l, peers)
	c.Peers.FollowRedirects = false // no replica sends another one elsewhere, least of all with its password
	if err := c.Peers.Validate(); err != nil {
		l.document.Fault(peers, "%v", err)
	}
	return c
}

func (l *loader) etcd(w *etcd, at *strictyaml.Path) *Etcd {
	e := &Etcd{Endpoints: w.Endpoints, Prefix: w.Prefix, Username: w.Username, Password: l.secret("", w.Password, at.Child("password")), TLS: w.TLS.settings(l, at.Child("tls_config"))}
	endpoints := at.Child("endpoints")
	if len(e.Endpoints) == 0 && l.document.Given(endpoints) {
		l.document.Fault(endpoints, "the list is empty; want such as [\"http://192.0.2.1:2379\"]")
	}
	for i, endpoint := range e.Endpoints {
		if !isHTTP(endpoint) {
			l.document.Fault(endpoints.Item(i), "want http://host:port or https://host:port, at which etcd is reached")
		}
	}
	if e.Prefix == "" {
		e.Prefix = defaultPrefix
	}
	if !strings.HasSuffix(e.Prefix, "/") {
		e.Prefix += "/"
	}
	return e
}

// isHTTP reports that a text is the URL of a host, without a user or a query: others see it.
func isHTTP(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}
