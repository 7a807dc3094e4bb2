package device_test

import (
	"testing"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/transport"
)

// What secures a connection is told where that is wanted, also by polls over a session that was kept.
func TestSecured(t *testing.T) {
	n := newNetwork(t, 1, "shell", kept)
	if o := n.ask(t, 0); o.SSH != nil {
		t.Errorf("told without being asked: %+v", o.SSH)
	}
	n.reload(t, func(c *device.Config) {
		c.TellSSH = true
		c.Algorithms = map[string]transport.Algorithms{"kept": {KeyExchanges: "ecdh-sha2-nistp256", Ciphers: "aes256-ctr"}}
	})
	want := poll.SSH{KeyExchange: "ecdh-sha2-nistp256", HostKey: "ssh-ed25519", Cipher: "aes256-ctr", Verified: "key"}
	for range 2 {
		if o := n.ask(t, 0); o.SSH == nil || *o.SSH != want {
			t.Errorf("%+v, want %+v", o.SSH, want)
		}
	}
}
