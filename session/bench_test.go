package session

import (
	"bytes"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/lab"
)

// BenchmarkRun compares a client with a bare one, which dials, authenticates, runs one command and closes: the floor.
// The device is in the same process, so the figures include its work.
func BenchmarkRun(b *testing.B) {
	d := simulated(nil)
	d.Platform.Session.Setup = nil
	client := clientFor(b, startLab(b, d), nil)
	for _, mode := range []dialogue.Mode{dialogue.Exec, dialogue.Shell} {
		script := scriptOf(d.Platform, mode, "show version")
		script.Record = 6 << 10 // as a poll does
		b.Run(string(mode)+"/client", func(b *testing.B) {
			b.ReportAllocs()
			parallel(b, func() error {
				_, err := Run(b.Context(), client, targetOf(d), script)
				return err
			})
		})
		bare := map[dialogue.Mode]func(*lab.Device) error{dialogue.Exec: bareExec, dialogue.Shell: bareShell}[mode]
		b.Run(string(mode)+"/bare", func(b *testing.B) {
			b.ReportAllocs()
			parallel(b, func() error { return bare(d) })
		})
	}
}

// parallel runs 64 at once, as many as the exporter by default.
func parallel(b *testing.B, run func() error) {
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	before := cpu(b)
	defer func() { b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op") }()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := run(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// cpu is the time that the process has computed.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func bareSession(d *lab.Device) (*ssh.Client, *ssh.Session, error) {
	client, err := ssh.Dial("tcp", d.Addr(), &ssh.ClientConfig{
		User: lab.Username, Auth: []ssh.AuthMethod{ssh.Password(lab.Password)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 5 * time.Second,
	})
	if err != nil {
		return nil, nil, err
	}
	session, err := client.NewSession()
	return client, session, err
}

func bareExec(d *lab.Device) error {
	client, session, err := bareSession(d)
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = session.Output("show version")
	return err
}

// bareShell knows the prompt and types the command when it sees it.
func bareShell(d *lab.Device) error {
	client, session, err := bareSession(d)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := session.RequestPty("vt100", 1000, 511, ssh.TerminalModes{}); err != nil {
		return err
	}
	in, err := session.StdinPipe()
	if err != nil {
		return err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return err
	}
	if err := session.Shell(); err != nil {
		return err
	}
	for _, line := range []string{"show version\n", "exit\n"} {
		if err := readTo(out, "lab-sw-1#"); err != nil {
			return err
		}
		if _, err := io.WriteString(in, line); err != nil {
			return err
		}
	}
	return session.Wait()
}

func readTo(r io.Reader, end string) error {
	var seen []byte
	buf := make([]byte, 4096)
	for !bytes.HasSuffix(seen, []byte(end)) {
		n, err := r.Read(buf)
		if err != nil {
			return err
		}
		seen = append(seen, buf[:n]...)
	}
	return nil
}
