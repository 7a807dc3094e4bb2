package web

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
)

// A URL is one that opens on this machine, whatever the server listens to.
func TestURLOf(t *testing.T) {
	for _, tt := range []struct {
		address, want string
		tls           bool
	}{
		{"127.0.0.1:0", "http://127.0.0.1:PORT/", false},
		{":0", "http://localhost:PORT/", false},
		{"0.0.0.0:0", "https://localhost:PORT/", true},
	} {
		l, err := net.Listen("tcp", tt.address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		if tt.tls {
			l = tls.NewListener(l, &tls.Config{})
		}
		if got, want := urlOf(l), strings.Replace(tt.want, "PORT", port, 1); got != want {
			t.Errorf("%s: %s, want %s", tt.address, got, want)
		}
	}
}
