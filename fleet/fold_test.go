package fleet

import (
	"fmt"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// TestRows folds what fails for one cause, and finds the same devices again by what the row says to search for.
func TestRows(t *testing.T) {
	v := &View{At: now, found: map[string][]uint32{}}
	add := func(reason failure.Reason, credential, message string) {
		name := fmt.Sprintf("sw%02d.example.net", len(v.Devices))
		address := fmt.Sprintf("10.1.0.%d:22", len(v.Devices))
		message = strings.NewReplacer("NAME", name, "ADDRESS", address).Replace(message)
		v.Devices = append(v.Devices, &poll.Status{
			Device:   inventory.Device{Name: name, Address: address, Credential: credential, Labels: []inventory.Label{{Name: "site", Value: "ams1"}}},
			LastPoll: now, Reason: reason, Err: message,
		})
	}
	for i := range 3 {
		add(failure.ConnectTimeout, "a", "connect to ADDRESS: no answer in 5 s")
		add(failure.Connect, "a", "connect to ADDRESS: connection refused")
		add(failure.Disconnect, "a", fmt.Sprintf(`read 127.0.0.1:%d->ADDRESS: the device said "go away"`, 30000+i))
		add(failure.Resolve, "a", "lookup NAME: no such host")
		add(failure.HostKeyChanged, "a", "host key is SHA256:"+strings.Repeat(string(rune('x'+i)), 4)+", known_hosts has another")
		add(failure.Prompt, "a", "the last line is \""+strings.Repeat(string(rune('x'+i)), 3)+"\"")
		add(failure.Paused, "a", "credential a is paused until "+fmt.Sprint(i))
		add(failure.Paused, "b", "credential b is paused")
	}
	add(failure.Paused, "b", "credential b is paused, said otherwise")
	add("", "a", "")
	v.Devices[1].Err = "connect to a proxy: connection refused"
	var got []string
	m := v.Find(Query{Sort: "state"})
	rows := m.Fold()
	for _, r := range rows.Slice(0, rows.Len()) {
		got = append(got, fmt.Sprintf("%s %d %q", r.Devices[0].Reason, len(r.Devices), r.Search))
		if len(r.Devices) == 1 {
			continue
		}
		if shared := r.Shared(); len(shared) != 1 || shared[0] != "site=ams1" {
			t.Errorf("%s: share %q", r.Devices[0].Reason, shared)
		}
		again := Query{Search: `"` + r.Search + `"`}.With("reason", string(r.Devices[0].Reason))
		if n := v.Find(again).Len(); r.Search != "" && n != len(r.Devices) {
			t.Errorf("%q finds %d, want %d", again.Search, n, len(r.Devices))
		}
	}
	want := []string{
		`connect 1 ""`, `connect 1 ""`, `connect 1 ""`, `connect_timeout 3 "no answer in"`, `disconnect 3 "the device said"`,
		`host_key_changed 3 "known_hosts has another"`, `prompt 1 ""`, `prompt 1 ""`, `prompt 1 ""`, `resolve 3 "no such host"`,
		`paused 3 ""`, `paused 4 ""`, ` 1 ""`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("rows:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := v.Find(Query{Sort: "device"}).Rows().Len(); n != len(v.Devices) {
		t.Errorf("by name there are %d rows", n)
	}
	for from := range rows.Len() {
		page := rows.Slice(from, from+3)
		n := 0
		for _, r := range page {
			n += len(r.Devices)
		}
		if got := rows.Before(from+3) - rows.Before(from); got != n || len(page) != min(3, rows.Len()-from) {
			t.Errorf("%d rows from %d, of %d devices; want %d", len(page), from, n, got)
		}
	}
	if got := rows.Slice(5, 6)[0].Message(); got != "host key is …, known_hosts has another" {
		t.Errorf("message %q", got)
	}
	if got := rows.Slice(3, 4)[0].Message(); got != "connect to …:22: no answer in 5 s" {
		t.Errorf("message %q", got)
	}
}

func TestPlatforms(t *testing.T) {
	var got []string
	for _, p := range few(t).Platforms() {
		line := fmt.Sprint(p.Name, " ", p.Devices)
		for _, r := range p.Versions {
			line += fmt.Sprint(" ", r.Name, ":", r.Devices, ":", r.Verdict)
		}
		got = append(got, line)
	}
	want := "cisco_ios 5 17.9.4a:1:compliant 17.12.4:1:not_compliant 15.2(7)E3:1:denied\nvyos 2\narista_eos 1 4.30.5M:1:unknown"
	if strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
