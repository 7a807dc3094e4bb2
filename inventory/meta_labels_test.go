package inventory

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a source tells under a secret's name is no label, so that no relabelling can publish it.
func TestSecretsAreNoLabels(t *testing.T) {
	got := published(map[string]string{
		"__meta_ansible_snmp_community": "x", "__meta_ansible_api_key": "x", "__meta_csv_secret": "x", "__meta_csv_api_token": "x",
		"__meta_netbox_custom_field_enable_password": "x", "__meta_nornir_data_key": "x", "__meta_netbox_custom_field_psk": "x",
		"__meta_csv_site": "ams1", "__meta_ansible_keyboard": "us", "__meta_csv_none": "", "credentials": "netops",
	})
	want := []string{"__meta_ansible_keyboard", "__meta_csv_site", "credentials"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
