package inventory

import (
	"net"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"192.0.2.1", "192.0.2.1:22"},
		{"192.0.2.1:2222", "192.0.2.1:2222"},
		{"lab-sw-1", "lab-sw-1:22"},
		{"lab_sw-1.example.:65535", "lab_sw-1.example.:65535"},
		{"2001:db8::1", "[2001:db8::1]:22"},
		{"[2001:DB8::1]", "[2001:db8::1]:22"},
		{"[2001:db8:0::1]:22", "[2001:db8::1]:22"},
		{"fe80::1%eth0", "[fe80::1%eth0]:22"},
		{"[fe80::1%eth0]:830", "[fe80::1%eth0]:830"},
		{"::ffff:192.0.2.1", "[::ffff:192.0.2.1]:22"},
	} {
		if got, err := ParseAddress(test.text); err != nil || got != test.want {
			t.Errorf("ParseAddress(%q) = %q, %v; want %q", test.text, got, err, test.want)
		}
	}
}

func TestParseAddressErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "is empty"},
		{"ssh://lab-sw-1", "URL"},
		{"admin:hunter2@lab-sw-1", "user name"},
		{"192.0.2.256", "neither"},
		{"192.0.2", "neither"},
		{"lab-sw-1:ssh", "no port"},
		{"lab-sw-1:", "no port"},
		{"lab-sw-1:0", "no port"},
		{"lab-sw-1:+22", "no port"},
		{"lab-sw-1:65536", "no port"},
		{":22", "neither"},
		{"[lab-sw-1]:22", "neither"},
		{"[::1", "no address"},
		{"2001:db8::1:22:port", "no address"},
		{"-lab", "neither"},
		{"lab sw", "neither"},
		{"lab..sw", "neither"},
		{strings.Repeat("a", 254), "neither"},
	} {
		got, err := ParseAddress(test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ParseAddress(%q) = %q, %v; want an error with %q", test.text, got, err, test.want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseAddress(%q) shows the password: %v", test.text, err)
		}
	}
}

// What ParseAddress returns can be dialled, and parsing it again changes nothing.
func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{"192.0.2.1", "[2001:db8::1]:22", "fe80::1%eth0", "lab-sw-1:2222", "::ffff:1.2.3.4", ":::", "[]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseAddress(text)
		if err != nil {
			return
		}
		if host, port, err := net.SplitHostPort(got); err != nil || host == "" || port == "" {
			t.Errorf("ParseAddress(%q) = %q, which is not host:port (%v)", text, got, err)
		}
		if again, err := ParseAddress(got); err != nil || again != got {
			t.Errorf("ParseAddress(%q) = %q, and of that %q, %v", text, got, again, err)
		}
	})
}
