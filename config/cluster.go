package config

import (
	"net/url"
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

func (l *loader) cluster(w *cluster) Cluster {
	at := strictyaml.At("cluster")
	c := Cluster{Name: w.Name, Advertise: strings.TrimSuffix(w.Advertise, "/"), Labels: w.Labels, TTL: w.TTL, Kubernetes: w.Kubernetes}
	l.bounds(at.Child("ttl"), c.TTL, minTTL)
	if strings.ContainsAny(c.Name, "/ \t\n") {
		l.document.Fault(at.Child("name"), "%q has a slash or a space; want a name such as that of the host", c.Name)
	}
	if u, err := url.Parse(c.Advertise); c.Advertise != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		l.document.Fault(at.Child("advertise"), "want http://host:port or https://host:port, at which the other replicas reach this one")
	}
	for name, value := range c.Labels {
		if err := inventory.CheckLabel(inventory.Label{Name: name, Value: value}); err != nil {
			l.document.Fault(at.Child("labels").Child(name), "%v", err)
		}
	}
	if w.Etcd != nil && w.Kubernetes != nil {
		l.document.Fault(at.Child("kubernetes"), "etcd is given, too; replicas meet in one place, keep one")
	}
	if e := w.Etcd; e != nil {
		at := at.Child("etcd")
		c.Etcd = &Etcd{Endpoints: e.Endpoints, Prefix: e.Prefix, Username: e.Username, Password: l.secret("", e.Password, at.Child("password")), TLS: e.TLS.settings(l, at.Child("tls_config"))}
		if len(e.Endpoints) == 0 && l.document.Given(at.Child("endpoints")) {
			l.document.Fault(at.Child("endpoints"), "the list is empty; want such as [\"http://192.0.2.1:2379\"]")
		}
		if c.Etcd.Prefix == "" {
			c.Etcd.Prefix = defaultPrefix
		}
		if !strings.HasSuffix(c.Etcd.Prefix, "/") {
			c.Etcd.Prefix += "/"
		}
	}
	p := httpClient{BasicAuth: w.Peers.BasicAuth, TLS: w.Peers.TLS}
	c.Peers = p.settings(l, at.Child("peers"))
	return c
}
