//go:build e2e && cluster

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// The paces of the cluster under test.
const (
	clusterDevices  = 3000
	deniedDevices   = 60 // that refuse the password, besides
	clusterInterval = 15 * time.Second
	clusterSpread   = clusterInterval * 4 / 5 // in which places are
	clusterTTL      = 6 * time.Second
	clusterDebounce = clusterTTL / 3
)

// clusterRig is three members of etcd, a simulated fleet, and replicas of the exporter.
type clusterRig struct {
	t          *testing.T
	dir        string
	fleet      *lab.Fleet
	ledger     *ledger
	etcd       []*etcdMember
	replicas   map[string]*clusterReplica
	contention *contention
	shares     map[string]float64 // how many devices each has to have after the part; nil: that is not said
}

type clusterReplica struct {
	*process
	name    string
	address string
	proxies []*proxy // to the members of etcd
}

func newClusterRig(t *testing.T) *clusterRig {
	t.Helper()
	r := &clusterRig{t: t, dir: t.TempDir(), replicas: map[string]*clusterReplica{}, contention: watchContention(t)}
	r.startFleet()
	r.startEtcd()
	r.ledger = newLedger(t, r.fleet)
	return r
}

func (r *clusterRig) startFleet() {
	r.t.Helper()
	platforms, err := parser.BuiltIns()
	if err != nil {
		r.t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		r.t.Fatal(err)
	}
	var devices []*lab.Device
	for i := range clusterDevices + deniedDevices {
		id := []string{"arista_eos", "vyos"}[i%2]
		platform, _ := platforms.Get(id)
		for _, s := range samples {
			if s.Platform == id && len(s.Answers) > 0 {
				devices = append(devices, &lab.Device{Name: fmt.Sprintf("sw-%04d", i), Platform: platform, Sample: s})
				break
			}
		}
	}
	if r.fleet, err = lab.Start(r.t.Context(), devices...); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(r.fleet.Close)
	writeFile(r.t, filepath.Join(r.dir, "known_hosts"), "%s", r.fleet.KnownHosts())
}

// configure writes the configuration of a replica. more is added to the one group.
func (r *clusterRig) configure(name, address string, endpoints []string, more string) string {
	r.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "poll: {interval: %s, timeout: 10s, connect_timeout: 3s, concurrency: 96}\n", clusterInterval)
	fmt.Fprintf(&b, "ssh: {known_hosts: [known_hosts]}\ncredentials:\n  lab: {username: %s, password: %s}\n  wrong: {username: %s, password: wrong}\n", lab.Username, lab.Password, lab.Username)
	if endpoints != nil {
		fmt.Fprintf(&b, "cluster:\n  name: %s\n  advertise: http://%s\n  ttl: %s\n  etcd: {endpoints: [%s]}\n", name, address, clusterTTL, strings.Join(endpoints, ", "))
	}
	b.WriteString("groups:\n  - name: fleet\n    credentials: lab\n    devices:\n")
	for i, d := range r.fleet.Devices() {
		if i == clusterDevices {
			b.WriteString("  - name: denied\n    credentials: wrong\n    devices:\n")
		}
		fmt.Fprintf(&b, "      - {name: %s, address: %q, platform: %s}\n", d.Name, d.Addr(), d.Platform.ID)
	}
	b.WriteString(more)
	return writeFile(r.t, filepath.Join(r.dir, name+".yml"), "%s", b.String())
}

// start starts a replica.
func (r *clusterRig) start(name string) *clusterReplica {
	r.t.Helper()
	c := r.replicas[name]
	if c == nil {
		c = &clusterReplica{name: name, address: freeAddress(r.t, "127.0.0.1")}
		for _, e := range r.etcd {
			c.proxies = append(c.proxies, newProxy(r.t, e.client))
		}
		r.configure(name, c.address, c.endpoints(), "")
	}
	c.process = start(r.t, binary, "--config.file="+filepath.Join(r.dir, name+".yml"), "--web.listen-address="+c.address, "--web.enable-lifecycle")
	r.replicas[name] = c
	return c
}

func (c *clusterReplica) endpoints() (urls []string) {
	for _, p := range c.proxies {
		urls = append(urls, fmt.Sprintf("%q", "http://"+p.address))
	}
	return urls
}

// settled waits until the replicas own the whole fleet together and agree on how many they are.
func (r *clusterRig) settled(names ...string) {
	r.t.Helper()
	r.replicas[names[0]].waitFor(r.t, fmt.Sprintf("%v to share the fleet", names), func() error {
		total := 0.0
		for _, name := range names {
			m, err := r.replicas[name].metrics()
			if err != nil {
				return err
			}
			total += m["netver_devices_owned"]
			if m["netver_cluster_members"] != float64(len(names)) || m["netver_cluster_up"] != 1 || m["netver_devices_owned"] == 0 {
				return fmt.Errorf("%s: %v members, up %v, owns %v", name, m["netver_cluster_members"], m["netver_cluster_up"], m["netver_devices_owned"])
			}
		}
		if total != clusterDevices+deniedDevices {
			return fmt.Errorf("they own %v of %d devices", total, clusterDevices+deniedDevices)
		}
		return nil
	})
}

// metrics are the samples of a scrape, by series.
func (c *clusterReplica) metrics() (map[string]float64, error) {
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get("http://" + c.address + "/metrics")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	all := map[string]float64{}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		series, value, ok := bytes.Cut(lines.Bytes(), []byte("} "))
		if ok {
			series = append(slices.Clone(series), '}')
		} else {
			series, value, ok = bytes.Cut(lines.Bytes(), []byte(" "))
		}
		if v, err := strconv.ParseFloat(string(value), 64); ok && err == nil {
			all[string(series)] = v
		}
	}
	return all, lines.Err()
}

// series waits until every device is up in one of the replicas, and in no other one: one that did not answer in time is asked again an interval later. It
// returns the sum of the polls that they tell of.
func (r *clusterRig) series(names ...string) (polls float64) {
	r.t.Helper()
	r.replicas[names[0]].waitFor(r.t, "every device to be up in one replica", func() error {
		sets := map[string]bool{}
		polls = 0
		for _, name := range names {
			m, err := r.replicas[name].metrics()
			if err != nil {
				return err
			}
			for series, v := range m {
				if strings.HasPrefix(series, "netver_device_up{") && v == 1 {
					if sets[series] {
						return fmt.Errorf("%s is in two replicas", series)
					}
					sets[series] = true
				}
				if strings.HasPrefix(series, "netver_device_polls_total{") {
					polls += v
				}
			}
		}
		if len(sets) != clusterDevices {
			return fmt.Errorf("%d of %d are", len(sets), clusterDevices)
		}
		return nil
	})
	return polls
}

func (c *clusterReplica) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// kill ends a process at once.
func kill(t *testing.T, p *process) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.done
}

// etcdMember is one of the members of etcd.
type etcdMember struct {
	*process
	name, client, peer string
	args               []string
}

func (r *clusterRig) startEtcd() {
	r.t.Helper()
	program, err := exec.LookPath("etcd")
	if err != nil {
		r.t.Fatalf("etcd is not installed; run make packages: %v", err)
	}
	var peers []string
	for i := range 3 {
		m := &etcdMember{name: fmt.Sprintf("e%d", i), client: freeAddress(r.t, "127.0.0.1"), peer: freeAddress(r.t, "127.0.0.1")}
		r.etcd = append(r.etcd, m)
		peers = append(peers, m.name+"=http://"+m.peer)
	}
	for _, m := range r.etcd {
		m.args = []string{
			program, "--name=" + m.name, "--data-dir=" + filepath.Join(r.dir, m.name), "--initial-cluster=" + strings.Join(peers, ","),
			"--listen-client-urls=http://" + m.client, "--advertise-client-urls=http://" + m.client,
			"--listen-peer-urls=http://" + m.peer, "--initial-advertise-peer-urls=http://" + m.peer,
			"--logger=zap", "--log-level=error", "--unsafe-no-fsync",
		}
		m.start(r.t)
	}
	for _, m := range r.etcd {
		m.listening(r.t, "tcp", m.client)
	}
}

func (m *etcdMember) start(t *testing.T) {
	t.Helper()
	m.process = start(t, m.args[0], m.args[1:]...)
}

// ctlAt runs etcdctl with one of the members that run.
func (r *clusterRig) ctlAt(m *etcdMember, args ...string) string {
	cmd := exec.Command("etcdctl", append([]string{"--endpoints=http://" + m.client}, args...)...)
	cmd.Env = append(os.Environ(), "ETCDCTL_API=3")
	out, _ := cmd.Output() // of one that does not run there is none
	return string(out)
}

// leader is the leader of etcd.
func (r *clusterRig) leader() (leader *etcdMember) {
	r.t.Helper()
	r.replicas["a"].waitFor(r.t, "a leader of etcd", func() error {
		for _, m := range r.etcd {
			if fields := strings.Split(r.ctlAt(m, "endpoint", "status"), ", "); len(fields) > 4 && fields[4] == "true" {
				leader = m
				return nil
			}
		}
		return errors.New("there is none")
	})
	return leader
}

// compact drops the history of etcd.
func (r *clusterRig) compact() {
	r.t.Helper()
	var status []struct {
		Status struct {
			Header struct {
				Revision int64 `json:"revision"`
			} `json:"header"`
		}
	}
	text := r.ctlAt(r.leader(), "endpoint", "status", "--write-out=json")
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		r.t.Fatal(err)
	}
	r.ctlAt(r.leader(), "compaction", fmt.Sprint(status[0].Status.Header.Revision))
}

// ledger notes when each device was logged in to, as the devices themselves have seen it.
type ledger struct {
	mu     sync.Mutex
	logins map[string][]time.Time
}

func newLedger(t *testing.T, fleet *lab.Fleet) *ledger {
	l := &ledger{logins: map[string][]time.Time{}}
	stop, stopped := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(stop); <-stopped })
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		seen := map[string]int64{}
		for {
			select {
			case <-stop:
				return
			case now := <-tick.C:
				l.mu.Lock()
				for _, d := range fleet.Devices() {
					for n := d.Stats().Logins; seen[d.Name] < n; seen[d.Name]++ {
						l.logins[d.Name] = append(l.logins[d.Name], now)
					}
				}
				l.mu.Unlock()
			}
		}
	}()
	return l
}

// awaitPolls waits until each device that lets the exporter in has been polled so many times more. Gaps that are too long are for the
// totals to tell of.
func (r *clusterRig) awaitPolls(times int) {
	r.t.Helper()
	from, tick := time.Now(), time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for r.ledger.fewest(from) < times && time.Since(from) < time.Duration(times)*patience {
		<-tick.C
	}
}

// fewest is how often the device was polled since a time that was polled least.
func (l *ledger) fewest(from time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.logins) < clusterDevices {
		return 0
	}
	fewest := math.MaxInt
	for _, times := range l.logins {
		n := 0
		for n < len(times) && times[len(times)-1-n].After(from) {
			n++
		}
		fewest = min(fewest, n)
	}
	return fewest
}

// totals is what the ledger has of a stretch of time.
type totals struct {
	gap    time.Duration // the longest between two polls of a device
	of     string        // the device
	double int           // polls less than half an interval after the one before
	polls  int
}

// since counts from a time until now. Each device's poll before that time counts as the first of its gaps.
func (l *ledger) since(from time.Time) totals {
	l.mu.Lock()
	defer l.mu.Unlock()
	var sum totals
	now := time.Now()
	for _, name := range slices.Sorted(maps.Keys(l.logins)) {
		times := append(slices.Clone(l.logins[name]), now)
		for i := 1; i < len(times); i++ {
			if times[i].Before(from) {
				continue
			}
			gap := times[i].Sub(times[i-1])
			if gap > sum.gap {
				sum.gap, sum.of = gap, name
			}
			if i < len(times)-1 {
				sum.polls++
				if gap < clusterInterval/2 {
					sum.double++
				}
			}
		}
	}
	return sum
}

func (l *ledger) total() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, times := range l.logins {
		n += len(times)
	}
	return n
}

func (c *clusterReplica) reload(t *testing.T) {
	t.Helper()
	exporter{process: c.process, address: c.address}.reload(t)
}
