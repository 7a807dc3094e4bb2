//go:build e2e && cluster

package e2e

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCluster has three replicas share 3,000 simulated devices on a real etcd of three members, and takes parts of it away. After each part
// the simulator has seen every device polled in time and hardly one twice, and each device has one set of series. How long a device may go without a poll, and
// how many are polled twice, is worked out in docs/decisions/leases.md.
func TestCluster(t *testing.T) {
	began := time.Now()
	r := newClusterRig(t)
	for _, name := range []string{"a", "b", "c"} {
		r.start(name)
	}
	r.settled("a", "b", "c")
	r.pass("start", bounds{}, 0)
	handover, crash := bounds{later: clusterDebounce}, bounds{later: clusterTTL + clusterDebounce, twice: unknown(clusterTTL/5 + clusterDebounce)}
	for _, part := range []struct {
		name string
		bounds
		do func()
	}{
		{"rolling restart", handover, r.rollingRestart},
		{"a replica is killed", crash, r.killed},
		{"a replica is stopped past its lease, and goes on", crash, r.stopped},
		{"the leader of etcd is killed, the history compacted", bounds{}, r.leaderless},
		{"no etcd for two intervals", bounds{}, r.noEtcd},
		{"a replica is cut off from etcd", bounds{crash.later, unknown(clusterTTL*9/10 + clusterDebounce)}, r.cutOff},
		{"a replica has another configuration", bounds{}, r.otherConfig},
		{"three, five, two replicas", handover, r.scaled},
	} {
		from := time.Now()
		part.do()
		r.pass(part.name, part.bounds, time.Since(from))
		r.wholeFleet()
		r.series(slices.Collect(maps.Keys(r.replicas))...)
	}
	// One process tries it four times, and once in each interval that begins then.
	refused, most := 0, 5+int(time.Since(began)/clusterInterval)
	twice := 0
	for _, d := range r.fleet.Devices() {
		if d.Stats().ConnectionsMax > 1 {
			twice++
		}
		refused += int(d.Stats().Refusals)
	}
	r.t.Logf("%d devices had two connections at once; %d wrong passwords, %d by one process", twice, refused, most)
	if refused > most || refused == 0 {
		r.t.Errorf("the wrong password was tried %d times; one process would try it %d times", refused, most)
	}
	if twice > clusterDevices/100 {
		r.t.Errorf("%d devices had two connections at once", twice)
	}
}

// bounds are what may happen to polls in a part.
type bounds struct {
	later time.Duration // than an interval after the one before, at most
	twice int           // less than half an interval after the one before, at most
}

// unknown is how many devices of one replica of three have their place within a time in which nobody knows whether it was polled: half more at most than on
// average, as chance has it.
func unknown(within time.Duration) int {
	return int(clusterDevices / 3 * within / clusterSpread * 3 / 2)
}

// What a machine of our own adds: etcd notices the end of a lease half a second late, polls end, and some calls are made; with as much again to spare.
const (
	clusterSlack = 4 * time.Second
	strayPolls   = clusterDevices / 100 // that begin at their place, and whose login is late
)

// pass waits until each device has been polled once more, and then looks at the polls since before that. A machine that is busy adds as many times more as
// work takes longer on it.
func (r *clusterRig) pass(what string, b bounds, before time.Duration) {
	r.t.Helper()
	from := time.Now().Add(-before)
	r.awaitPolls(1)
	sum := r.ledger.since(from)
	busy := r.contention.since(from)
	// A device that was made up for less than half an interval before its place waits for the next one, also into a part that follows.
	gap := max(clusterInterval+b.later, clusterInterval*3/2) + time.Duration(busy*float64(clusterSlack))
	twice := b.twice + int(busy*strayPolls)
	r.t.Logf("%s: %d polls in %.0f s, longest gap %.1f of %.1f s (%s), %d of %d polled twice; work takes %.1f times as long",
		what, sum.polls, time.Since(from).Seconds(), sum.gap.Seconds(), gap.Seconds(), sum.of, sum.double, twice, busy)
	if sum.gap > gap {
		r.t.Errorf("%s: %s was not polled for %v, want %v at most", what, sum.of, sum.gap, gap)
	}
	if sum.double > twice {
		r.t.Errorf("%s: %d polls came too early, want %d at most", what, sum.double, twice)
	}
	r.sameShares(what)
}

// sameShares fails the test unless each replica has what it had before etcd was gone, if it was.
func (r *clusterRig) sameShares(what string) {
	r.t.Helper()
	for name, want := range r.shares {
		if m, err := r.replicas[name].metrics(); err != nil || m["netver_devices_owned"] != want {
			r.t.Errorf("%s: %s owns %v devices, %v before; %v", what, name, m["netver_devices_owned"], want, err)
		}
	}
	r.shares = nil
}

// wholeFleet fails the test unless each replica's API shows all devices.
func (r *clusterRig) wholeFleet() {
	r.t.Helper()
	for name, c := range r.replicas {
		c.waitFor(r.t, "all devices in the API of "+name, func() error {
			response, err := http.Get("http://" + c.address + "/api/v1/devices?limit=1")
			if err != nil {
				return err
			}
			response.Body.Close()
			if total, silent := response.Header.Get("X-Total-Count"), response.Header.Get("X-Silent-Replicas"); total != fmt.Sprint(clusterDevices+deniedDevices) || silent != "" {
				return fmt.Errorf("it shows %s; silent: %q", total, silent)
			}
			return nil
		})
	}
}

func (r *clusterRig) rollingRestart() {
	for _, name := range []string{"a", "b", "c"} {
		if err := r.replicas[name].stop(r.t); err != nil {
			r.t.Errorf("%s: %v", name, err)
		}
		r.start(name)
		r.settled("a", "b", "c")
	}
	if polls, seen := int(r.series("a", "b", "c")), r.ledger.total(); seen-polls > clusterDevices/10 {
		r.t.Errorf("the replicas tell of %d polls, the devices have seen %d: counters were lost on the way", polls, seen)
	}
}

// killed kills a replica. The facts of its devices are there as soon as others have them.
func (r *clusterRig) killed() {
	kill(r.t, r.replicas["b"].process)
	r.settled("a", "c")
	known := 0
	for _, name := range []string{"a", "c"} {
		m, err := r.replicas[name].metrics()
		if err != nil {
			r.t.Error(err)
		}
		for series := range m {
			if strings.HasPrefix(series, "netver_device_info{") {
				known++
			}
		}
	}
	if known != clusterDevices {
		r.t.Errorf("the version of %d devices is exported after a crash, want %d", known, clusterDevices)
	}
	r.start("b")
	r.settled("a", "b", "c")
}

// stopped stops a process until its lease has ended and others have taken over, and lets it go on: it must not poll what is theirs.
func (r *clusterRig) stopped() {
	b := r.replicas["b"]
	b.signal(r.t, syscall.SIGSTOP)
	r.settled("a", "c")
	b.signal(r.t, syscall.SIGCONT)
	r.settled("a", "b", "c")
}

// leaderless kills the leader of etcd, and starts it again while the history is compacted.
func (r *clusterRig) leaderless() {
	leader := r.leader()
	kill(r.t, leader.process)
	r.compact()
	leader.start(r.t)
	leader.listening(r.t, "tcp", leader.client)
	r.compact()
	r.settled("a", "b", "c")
}

// noEtcd ends all of etcd for two intervals. Every replica keeps its share, says so, and still has it after an interval in which those that might not have
// come back would be taken over.
func (r *clusterRig) noEtcd() {
	shares := map[string]float64{}
	for name, c := range r.replicas {
		m, err := c.metrics()
		if err != nil {
			r.t.Fatal(err)
		}
		shares[name] = m["netver_devices_owned"]
	}
	for _, m := range r.etcd {
		kill(r.t, m.process)
	}
	r.awaitPolls(2) // which takes two intervals
	for name, c := range r.replicas {
		m, err := c.metrics()
		if err != nil {
			r.t.Fatal(err)
		}
		if m["netver_devices_owned"] != shares[name] || m["netver_cluster_up"] != 0 {
			r.t.Errorf("%s owns %v devices without etcd, %v before; netver_cluster_up %v", name, m["netver_devices_owned"], shares[name], m["netver_cluster_up"])
		}
	}
	for _, m := range r.etcd {
		m.start(r.t)
	}
	r.settled("a", "b", "c")
	r.shares = shares
}

// cutOff cuts one replica off from etcd alone. It stops before the others take over.
func (r *clusterRig) cutOff() {
	b := r.replicas["b"]
	for _, p := range b.proxies {
		p.setCut(true)
	}
	r.settled("a", "c")
	if m, err := b.metrics(); err != nil || m["netver_devices_owned"] != 0 || m["netver_cluster_up"] != 0 {
		r.t.Errorf("the replica that is cut off owns %v devices, netver_cluster_up %v; %v", m["netver_devices_owned"], m["netver_cluster_up"], err)
	}
	for _, p := range b.proxies {
		p.setCut(false)
	}
	r.settled("a", "b", "c")
}

// otherConfig has one replica read another configuration, and then the same again.
func (r *clusterRig) otherConfig() {
	b := r.replicas["b"]
	r.configure("b", b.address, b.endpoints(), "  - {name: more, platform: vyos, credentials: lab, devices: []}\n")
	b.reload(r.t)
	mismatch := func(want float64) {
		for name, c := range r.replicas {
			c.waitFor(r.t, fmt.Sprintf("netver_cluster_config_mismatch %v at %s", want, name), func() error {
				m, err := c.metrics()
				if err == nil && m["netver_cluster_config_mismatch"] != want {
					err = errors.New("it is not")
				}
				return err
			})
		}
	}
	mismatch(1)
	r.configure("b", b.address, b.endpoints(), "")
	b.reload(r.t)
	mismatch(0)
	r.settled("a", "b", "c")
}

// scaled has three replicas become five, and then two.
func (r *clusterRig) scaled() {
	r.start("d")
	r.start("e")
	r.settled("a", "b", "c", "d", "e")
	for _, name := range []string{"b", "c", "d"} {
		r.replicas[name].signal(r.t, syscall.SIGTERM)
	}
	r.settled("a", "e")
	for _, name := range []string{"b", "c", "d"} {
		_ = r.replicas[name].stop(r.t)
		delete(r.replicas, name)
	}
}
