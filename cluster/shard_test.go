package cluster

import "testing"

// TestShards: each device is in exactly one of the shards.
func TestShards(t *testing.T) {
	devices := fleet(1000)
	for total := 1; total <= 5; total++ {
		for i := range devices {
			n := 0
			for index := range total {
				share := Shard{index, total}.Share()
				if share.Has(&devices[i]) {
					n++
				}
			}
			if n != 1 {
				t.Fatalf("%s is in %d of %d shards", devices[i].Name, n, total)
			}
		}
	}
}

func TestBadShards(t *testing.T) {
	for _, s := range []Shard{{0, 0}, {3, 3}, {-1, 2}, {0, -1}} {
		if s.Check() == nil {
			t.Errorf("%+v passes", s)
		}
	}
	if err := (Shard{2, 3}).Check(); err != nil {
		t.Error(err)
	}
}

func TestOrdinal(t *testing.T) {
	for host, want := range map[string]int{"netver-0": 0, "netver-exporter-12": 12} {
		if got, err := Ordinal(host); err != nil || got != want {
			t.Errorf("%s: %d, %v", host, got, err)
		}
	}
	for _, host := range []string{"netver", "netver-a", "netver1", ""} {
		if got, err := Ordinal(host); err == nil {
			t.Errorf("%q has the ordinal %d", host, got)
		}
	}
}

func TestNoShare(t *testing.T) {
	var none Share
	d := fleet(1)
	if owner, has := none.Owner(&d[0]); none.Has(&d[0]) || has || owner != "" || none.Members() != 0 {
		t.Error("the zero value has a device")
	}
}
