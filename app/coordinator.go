package app

import (
	"cmp"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/web"
)

// entry is what this process tells the others of itself.
func entry(c *config.Cluster, o Options) (cluster.Entry, error) {
	e := cluster.Entry{Name: c.Name, Instance: instance(), Labels: c.Labels, Advertise: c.Advertise}
	if e.Name != "" && e.Advertise != "" {
		return e, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return e, fmt.Errorf("cluster: read the host name: %w", err)
	}
	if e.Name == "" {
		e.Name = host
		if err := config.CheckReplica(host); err != nil {
			return e, fmt.Errorf("cluster: the host's name is to be the replica's: %w; give cluster.name", err)
		}
	}
	if e.Advertise == "" {
		host = cmp.Or(ownAddress(c), host)
		_, port, err := net.SplitHostPort((*o.Web.WebListenAddresses)[0])
		if err != nil {
			return e, fmt.Errorf("cluster: advertise is not given, and cannot be made of --web.listen-address: %w", err)
		}
		scheme := "http://"
		if web.TLS(*o.Web.WebConfigFile) {
			scheme = "https://"
		}
		e.Advertise = scheme + net.JoinHostPort(host, port)
	}
	return e, nil
}

// ownAddress is the address from which this host reaches the coordinator, "" if that cannot be told. Nothing is sent.
func ownAddress(c *config.Cluster) string {
	to := net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	if c.Etcd != nil {
		if u, err := url.Parse(c.Etcd.Endpoints[0]); err == nil {
			to = u.Host
		}
	}
	conn, err := net.DialTimeout("udp", to, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).IP.String()
}

// coordinator makes the place where the replicas meet. It does not connect yet.
func coordinator(c *config.Cluster) (cluster.Coordinator, error) {
	e := c.Etcd
	if e == nil {
		return leases(c)
	}
	made := cluster.EtcdConfig{Endpoints: e.Endpoints, Prefix: e.Prefix, Username: e.Username, Password: e.Password.Reveal(), TTL: c.TTL}
	if e.TLS != (promconfig.TLSConfig{}) {
		settings, err := promconfig.NewTLSConfig(&e.TLS)
		if err != nil {
			return nil, fmt.Errorf("cluster.etcd.tls_config: %w", err)
		}
		made.TLS = settings
	}
	return cluster.NewEtcd(made), nil
}

// account is where Kubernetes puts what a pod needs to ask the API server.
const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

// leases makes the coordinator on Lease objects of the Kubernetes that this pod runs in.
func leases(c *config.Cluster) (cluster.Coordinator, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" {
		return nil, errors.New("cluster.kubernetes: this process runs in no pod of Kubernetes: KUBERNETES_SERVICE_HOST is not set")
	}
	made := cluster.KubernetesConfig{URL: "https://" + net.JoinHostPort(host, port), Namespace: c.Kubernetes.Namespace, TTL: c.TTL}
	if made.Namespace == "" {
		text, err := file.Read(account+"namespace", 1<<10)
		if err != nil {
			return nil, fmt.Errorf("cluster.kubernetes: read the pod's namespace: %w", err)
		}
		made.Namespace = strings.TrimSpace(string(text))
	}
	settings := promconfig.DefaultHTTPClientConfig
	settings.Authorization = &promconfig.Authorization{Type: "Bearer", CredentialsFile: account + "token"} // read at each request: it changes
	settings.TLSConfig.CAFile = account + "ca.crt"
	client, err := promconfig.NewClientFromConfig(settings, "kubernetes")
	if err != nil {
		return nil, fmt.Errorf("cluster.kubernetes: %w", err)
	}
	made.Client = client
	return cluster.NewKubernetes(made), nil
}

// peersClient makes the client with which replicas ask each other.
func peersClient(c *config.Cluster) (*http.Client, error) {
	client, err := promconfig.NewClientFromConfig(c.Peers, "peers", promconfig.WithKeepAlivesDisabled())
	if err != nil {
		return nil, fmt.Errorf("cluster.peers: %w", err)
	}
	return client, nil
}

// fingerprint is of all by which replicas have to agree: how devices are polled, and which there are.
func fingerprint(p *Plan) string {
	sum := sha256.New()
	out := gob.NewEncoder(sum)
	_ = out.Encode(p.Settings) // a hash takes everything, and the types are gob's
	credentials := slices.SortedFunc(slices.Values(p.Credentials), func(a, b logins.Credential) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range credentials {
		_ = out.Encode([]string{c.Name, fmt.Sprint(c.Rate)})
	}
	for i := range p.Groups {
		_ = out.Encode(p.Groups[i])
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
