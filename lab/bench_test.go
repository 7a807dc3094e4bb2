package lab

import (
	"io"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Client and server share the process: the cost is that of both.
func BenchmarkSession(b *testing.B) {
	for _, mode := range []string{"exec", "shell"} {
		b.Run(mode, func(b *testing.B) {
			d := device("lab-sw-1")
			fleet, err := Start(b.Context(), d)
			if err != nil {
				b.Fatal(err)
			}
			defer fleet.Close()
			b.ReportAllocs()
			for b.Loop() {
				if err := pollOnce(d, mode); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func pollOnce(d *Device, mode string) error {
	client, err := ssh.Dial("tcp", d.Addr(), clientConfig(d))
	if err != nil {
		return err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	if mode == "exec" {
		_, err := session.Output("show version")
		return err
	}
	keys, err := session.StdinPipe()
	if err != nil {
		return err
	}
	screen, err := session.StdoutPipe()
	if err != nil {
		return err
	}
	if err := session.Shell(); err != nil {
		return err
	}
	if _, err := io.WriteString(keys, "terminal length 0\nshow version\nexit\n"); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, screen); err != nil {
		return err
	}
	return session.Wait()
}
