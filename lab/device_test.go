package lab

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/parser"
)

// execute is what a command prints by exec.
func execute(client *ssh.Client, command string) (string, error) {
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	defer session.Close()
	out, err := session.Output(command)
	return string(out), err
}

func TestExecHabits(t *testing.T) {
	t.Run("once", func(t *testing.T) {
		d := device("lab-1")
		d.Exec = ExecOnce
		start(t, d)
		client := dial(t, d)
		if out, err := execute(client, "show version"); err != nil || out != showVersion {
			t.Errorf("first: %q, %v", out, err)
		}
		if err := client.Wait(); err == nil {
			t.Error("the connection ended without a word")
		}
		if _, err := execute(client, "show version"); !errors.Is(err, io.EOF) {
			t.Errorf("second: want EOF, got %v", err)
		}
	})
	t.Run("never", func(t *testing.T) {
		d := device("lab-1")
		d.Exec = ExecNever
		start(t, d)
		client := dial(t, d)
		if _, err := execute(client, "show version"); err == nil || !strings.Contains(err.Error(), "command show version failed") {
			t.Errorf("want a refusal, got %v", err)
		}
		if screen := typed(t, client, "show version\nexit\n"); !strings.Contains(screen, "3 days") {
			t.Errorf("shell: %q", screen)
		}
	})
	t.Run("unknown command", func(t *testing.T) {
		d := device("lab-1")
		start(t, d)
		out, err := execute(dial(t, d), "show nothing")
		if !strings.HasPrefix(out, "% Invalid input") || err == nil {
			t.Errorf("want a refusal, got %q, %v", out, err)
		}
	})
}

func TestLines(t *testing.T) {
	d := device("lab-1")
	d.Lines = 1
	start(t, d)
	client := dial(t, d)
	first, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := first.StdinPipe() // without one the shell would end at once
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	if _, err := client.NewSession(); err == nil {
		t.Error("a second session found a line")
	}
	if err := first.Shell(); err != nil {
		t.Fatal(err)
	}
	if _, err := execute(dial(t, d), "show version"); err == nil {
		t.Error("a second connection found a line")
	}
}

func TestContextLine(t *testing.T) {
	d := device("lab-1")
	d.Sample.Talk.Context = "{master:0}"
	start(t, d)
	want := "{master:0}\r\nlab-1#\r\n{master:0}\r\nlab-1#exit\r\n"
	if got := typed(t, dial(t, d), "\nexit\n"); got != want {
		t.Errorf("want %q, got %q", want, got)
	}
}

func TestChangesWhileRunning(t *testing.T) {
	d := device("lab-1")
	start(t, d)
	client := dial(t, d)
	d.SetAnswer("show version", "another\n")
	if out, err := execute(client, "show version"); err != nil || out != "another\n" {
		t.Errorf("after SetAnswer: %q, %v", out, err)
	}
	if err := d.Set(parser.Sample{}); err == nil {
		t.Error("an empty sample was accepted")
	}
	if err := d.Set(parser.Sample{Answers: []parser.Output{{Command: "show version", Text: "new"}}}); err != nil {
		t.Fatal(err)
	}
	if out, err := execute(client, "show version"); err != nil || out != "new\n" {
		t.Errorf("after Set: %q, %v", out, err)
	}

	var changes sync.WaitGroup
	defer changes.Wait()
	for _, change := range []func(){
		func() { d.SetAnswer("show version", "x") },
		func() { _ = d.SetFault(Garbage) },
		func() { _ = d.Set(d.Sample) },
		func() { _ = d.Stats() },
	} {
		changes.Go(func() {
			for range 100 {
				change()
			}
		})
	}
	for range 20 {
		if _, err := execute(client, "show version"); err != nil {
			t.Error(err)
		}
	}
}

func TestReboot(t *testing.T) {
	registry, samples := builtIns(t)
	p, _ := registry.Get("cisco_ios")
	d := &Device{Name: "lab-edge-1", Hostname: "lab-edge-1", Platform: p, Aging: true}
	for _, s := range samples {
		if s.Platform == "cisco_ios" && s.Name == "catalyst-9200" {
			d.Sample = s
		}
	}
	start(t, d)
	read := func() parser.Facts {
		t.Helper()
		out, err := execute(dial(t, d), "show version")
		if err != nil {
			t.Fatal(err)
		}
		reading, err := p.Parse([]parser.Output{{Command: "show version", Text: out}})
		if err != nil {
			t.Fatal(err)
		}
		return reading.Facts
	}
	before := read()
	if before.Uptime.Age < 24*time.Hour || before.Hostname != d.Name {
		t.Errorf("before: up %s, name %s", before.Uptime.Age, before.Hostname)
	}
	client := dial(t, d)
	d.Reboot()
	if err := client.Wait(); err == nil {
		t.Error("the connection survived the reboot")
	}
	if after := read(); after.Uptime.Age > time.Minute {
		t.Errorf("after: up %s", after.Uptime.Age)
	}
	if d.Uptime() > time.Minute {
		t.Errorf("truth: up %s", d.Uptime())
	}
}
