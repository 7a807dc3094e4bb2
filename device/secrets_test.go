package device

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/secret"
)

// A fact that holds a secret is absent; the others stay, although the answer that they stand in holds it, too.
func TestFactsWithoutSecrets(t *testing.T) {
	got := withoutSecrets(parser.Facts{
		Version: "15.2(7)E", Model: "WS-C2960", Serial: "FCH-swordfish", Hostname: "swordfish",
		Patch: "SPH1", ReloadReason: "Reload by swordfish", NextBoot: "flash:swordfish.bin", NextBootDiffers: new(true),
		Members: []parser.Member{{Name: "1", Serial: "FCH-swordfish", Version: "15.2(7)E"}, {Name: "swordfish"}},
		Gauges:  map[string]float64{"fans": 2, "pin": 123456},
	}, secret.NewRedactor(secret.New("swordfish"), secret.New("123456")))
	want := parser.Facts{Version: "15.2(7)E", Model: "WS-C2960", Patch: "SPH1", NextBootDiffers: new(true),
		Members: []parser.Member{{Name: "1", Version: "15.2(7)E"}}, Gauges: map[string]float64{"fans": 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}
