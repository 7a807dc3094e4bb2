package cluster

import (
	"testing"
	"testing/synctest"
	"time"
)

const debounce = ttl / 3

// TestReplicas plays what may happen to a cluster. At no time do two replicas that hold a lease poll the same device.
func TestReplicas(t *testing.T) {
	for name, play := range map[string]func(*world){
		"one": func(w *world) {
			w.start("a")
			w.pass(debounce + time.Second)
			w.whole("a")
		},
		"three at once": func(w *world) {
			w.start("a")
			w.start("b")
			w.start("c")
			w.pass(2*debounce + time.Second)
			w.whole("a", "b", "c")
		},
		"one joins": func(w *world) {
			w.three()
			w.start("d")
			w.pass(debounce + time.Second)
			w.whole("a", "b", "c", "d")
		},
		"one joins, and polls take long": func(w *world) {
			w.three()
			w.replica("a").pollTime = 8 * time.Second
			w.start("d")
			w.pass(debounce + 7*time.Second)
			if w.replica("d").adopted != 0 {
				w.t.Error("a device was taken while a poll of it was in flight")
			}
			w.pass(3 * time.Second)
			w.whole("a", "b", "c", "d")
		},
		"one joins, and hangs as it takes devices": func(w *world) {
			w.three()
			d := w.start("d")
			d.mu.Lock()
			d.hang = 4 * ttl
			d.mu.Unlock()
			w.pass(debounce + ttl + 2*time.Second)
			if d.May() {
				w.t.Error("it may poll, though its lease has ended")
			}
			w.pass(ttl)
			w.whole("a", "b", "c")
			w.pass(4 * ttl)
			w.whole("a", "b", "c", "d")
		},
		"one leaves": func(w *world) {
			w.three()
			w.replica("b").stop()
			w.pass(time.Second)
			w.whole("a", "c")
			<-w.replica("b").ended
			if len(w.replica("b").served) != 2 {
				w.t.Errorf("those that fetched before it left: %v", w.replica("b").served)
			}
		},
		"one leaves, and its polls take long": func(w *world) {
			w.three()
			w.replica("b").pollTime = 5 * time.Second
			w.replica("b").stop()
			w.pass(4 * time.Second)
			if n := w.owned(); n["a"]+n["b"]+n["c"] == len(w.devices) {
				w.t.Error("devices were taken while polls of them were in flight")
			}
			w.pass(2 * time.Second)
			w.whole("a", "c")
		},
		"all restart, one after the other": func(w *world) {
			w.three()
			for _, name := range []string{"a", "b", "c"} {
				w.replica(name).stop()
				<-w.replica(name).ended
				w.start(name)
				w.pass(2*debounce + time.Second)
				w.whole("a", "b", "c")
			}
		},
		"crash": func(w *world) {
			w.three()
			w.kill("c")
			w.pass(ttl - ttl/3 - time.Second)
			if n := w.owned(); n["a"]+n["b"] == len(w.devices) {
				w.t.Error("taken over before the lease can have ended")
			}
			w.pass(ttl/3 + ttl/3 + time.Second + debounce) // this coordinator notices at the next renewal
			w.whole("a", "b")
		},
		"crash, and back under the same name before the lease has ended": func(w *world) {
			w.three()
			w.kill("c")
			w.pass(time.Second)
			w.set(func(c *coordinator) { delete(c.cut, "c") })
			old := w.replica("c")
			old.stop()
			w.set(func(c *coordinator) { c.cut["c"] = true })
			w.pass(time.Second)
			w.set(func(c *coordinator) { delete(c.cut, "c") })
			<-old.ended
			w.start("c")
			w.pass(ttl + 3*debounce)
			w.whole("a", "b", "c")
		},
		"cut off from the coordinator": func(w *world) {
			w.three()
			w.set(func(c *coordinator) { c.cut["c"] = true })
			w.pass(ttl + ttl/3 + debounce + time.Second)
			w.whole("a", "b")
			w.set(func(c *coordinator) { delete(c.cut, "c") })
			w.pass(ttl + debounce + time.Second)
			w.whole("a", "b", "c")
		},
		"answers of the coordinator are lost": func(w *world) {
			w.three()
			w.set(func(c *coordinator) { c.deaf["c"] = true })
			w.pass(2 * ttl)
			if n := w.owned(); n["c"] != 0 {
				w.t.Errorf("polls on though no renewal was acknowledged: %v", n)
			}
			w.set(func(c *coordinator) { delete(c.deaf, "c") })
			w.pass(ttl + debounce + time.Second)
			w.whole("a", "b", "c")
		},
		"cut off from the coordinator, and all advertise one address": func(w *world) {
			w.address = "http://netver:9733"
			w.three()
			w.set(func(c *coordinator) { c.cut["c"] = true })
			w.pass(ttl + ttl/3 + debounce + time.Second)
			w.whole("a", "b")
		},
		"cut off from everything": func(w *world) {
			w.three()
			w.set(func(c *coordinator) { c.cut["c"] = true })
			w.replica("c").isolated = true
			w.pass(ttl + ttl/3 + debounce + time.Second)
			w.whole("a", "b")
		},
		"coordinator down": func(w *world) {
			w.three()
			before, adopted := w.owned(), w.adoptions()
			w.set(func(c *coordinator) { c.down = true })
			w.pass(10 * ttl)
			w.whole("a", "b", "c")
			w.set(func(c *coordinator) { // it has lost all leases
				c.down = false
				clear(c.leases)
			})
			w.pass(2 * ttl)
			w.whole("a", "b", "c")
			for name, n := range w.owned() {
				if n != before[name] {
					w.t.Errorf("%s: %d devices, %d before", name, n, before[name])
				}
			}
			if n := w.adoptions(); n != adopted {
				w.t.Errorf("devices were taken over %d times", n-adopted)
			}
		},
		"coordinator down, and one crashes": func(w *world) {
			w.three()
			w.set(func(c *coordinator) { c.down = true })
			w.pass(2 * ttl)
			before := w.owned()
			w.kill("b")
			w.pass(3 * ttl)
			if n := w.owned(); n["a"] != before["a"] || n["c"] != before["c"] {
				w.t.Errorf("%v, want what a and c had: %v", n, before)
			}
			w.set(func(c *coordinator) { c.down = false })
			w.pass(3 * ttl)
			w.whole("a", "c")
		},
		"coordinator slow": func(w *world) {
			w.three()
			w.set(func(c *coordinator) { c.slow = 2 * time.Second })
			w.pass(5 * ttl)
			w.whole("a", "b", "c")
		},
		"watches tell nothing": func(w *world) {
			w.set(func(c *coordinator) { c.mute = true })
			w.start("a")
			w.start("b")
			w.start("c")
			w.pass(4 * ttl)
			w.whole("a", "b", "c")
			w.kill("a")
			w.pass(ttl + debounce + 2*ttl/3 + time.Second)
			w.whole("b", "c")
		},
		"one name twice": func(w *world) {
			w.three()
			first := w.replica("a")
			second := w.start("a")
			w.pass(2 * ttl)
			if second.adopted != 0 || first.share.Views == nil {
				w.t.Error("the second of the same name polls")
			}
			second.stop()
			<-second.ended
			w.mu.Lock()
			w.replicas["a"] = first
			w.mu.Unlock()
			w.pass(time.Second)
			w.whole("a", "b", "c")
		},
		"one name twice, and the coordinator lets both in": func(w *world) {
			w.twice("")
			w.whole("a", "b", "c")
		},
		"one name twice, and the second one stays": func(w *world) {
			w.twice("!")
			w.whole("b", "c", "second")
		},
		"from three to five to two": func(w *world) {
			w.three()
			w.start("d")
			w.pass(time.Second)
			w.start("e")
			w.pass(2*debounce + time.Second)
			w.whole("a", "b", "c", "d", "e")
			for _, name := range []string{"c", "d", "e"} {
				w.replica(name).stop()
			}
			w.pass(5 * time.Second)
			w.whole("a", "b")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.end()
				play(w)
			})
		})
	}
}

// twice starts a second replica of a name, by a coordinator that lets both in.
func (w *world) twice(mark string) {
	w.set(func(c *coordinator) { c.lax = true })
	w.three()
	first := w.replica("a")
	w.mark = mark
	second := w.start("a")
	w.mu.Lock()
	w.replicas["a"], w.replicas["second"] = first, second
	w.mu.Unlock()
	w.pass(3 * ttl)
}

func (w *world) three() {
	w.start("a")
	w.start("b")
	w.start("c")
	w.pass(2*debounce + time.Second)
	w.whole("a", "b", "c")
}
