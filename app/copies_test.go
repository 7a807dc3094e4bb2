package app

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestFactsOutliveACrash: where the coordinator has no room for facts, the devices of a replica that crashes keep theirs, with its heirs and with itself when it
// starts again.
func TestFactsOutliveACrash(t *testing.T) {
	plan := takenPlan(t)
	for name, again := range map[string]bool{"and stays away": false, "and starts again at once": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t, plan)
				defer s.end()
				for _, name := range []string{"a", "b", "c"} {
					s.start(name)
				}
				time.Sleep(time.Until(time.Now().Truncate(takenInterval).Add(3*takenInterval + 47*time.Second)))
				s.replicas["b"].kill()
				if again {
					time.Sleep(time.Second)
					s.start("b")
				}
				for range 20 {
					time.Sleep(time.Second)
					owned := 0
					for _, r := range s.replicas {
						if !r.isDead() {
							for _, d := range r.Snapshot().Devices {
								owned++
								if d.Facts.Version == "" {
									t.Fatalf("nothing is known of %s at %s", d.Device.Name, r.name)
								}
							}
						}
					}
					if owned == takenDevices {
						return
					}
				}
				time.Sleep(takenTTL)
				for _, r := range s.replicas {
					t.Logf("%s, dead: %v, has %d devices", r.name, r.isDead(), len(r.Snapshot().Devices))
				}
				t.Error("the devices have not been taken over")
			})
		})
	}
}

func (r *replicaUnder) isDead() bool {
	r.site.mu.Lock()
	defer r.site.mu.Unlock()
	return r.dead
}
