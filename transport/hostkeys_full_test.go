//go:build linux || darwin || freebsd

package transport

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/netver/netver_exporter/failure"
)

// fullDisk makes this test the child process of TestFullDisk.
const fullDisk = "NETVER_TEST_FULL_DISK"

// TestFullDisk learns into a file that can take half of the line only.
func TestFullDisk(t *testing.T) {
	if file := os.Getenv(fullDisk); file != "" {
		learnOnFullDisk(t, file)
		return
	}
	before := line("192.0.2.1", newSigner(t))
	file := writeFile(t, before)
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), fullDisk+"="+file)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk") {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := readFile(t, file); got != before {
		t.Errorf("the file is %q, want it as before, %q", got, before)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func learnOnFullDisk(t *testing.T, file string) {
	signal.Ignore(syscall.SIGXFSZ)
	keys, key := open(t, file), newSigner(t).PublicKey()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	full := limit
	setLimit(&full.Cur, info.Size()+20)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	err = keys.check(AcceptNew, "192.0.2.2:22", key, false)
	if !errors.Is(err, syscall.EFBIG) {
		t.Errorf("error %v, want %v", err, syscall.EFBIG)
	}
	wantReason(t, err, failure.HostKeyUnknown)
	if err := keys.check(Strict, "192.0.2.2:22", key, false); reasonOf(err) != failure.HostKeyUnknown {
		t.Errorf("after the failed write: %v, want the host unknown", err)
	}
	if _, err := keys.Accept("192.0.2.2:22", key); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("Accept: error %v, want %v", err, syscall.EFBIG)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil { // for what the test prints
		t.Fatal(err)
	}
}

// setLimit bridges the systems, whose limits have different types.
func setLimit[T int64 | uint64](limit *T, to int64) { *limit = T(to) }

func TestNotARegularFile(t *testing.T) {
	fifo := t.TempDir() + "/fifo"
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		fifo: "is a pipe, socket or device", "/dev/zero": "is a pipe, socket or device", t.TempDir(): "is a directory",
	} {
		_, err := New(Config{KnownHosts: []string{name}})
		if err == nil || !strings.Contains(err.Error(), name+": "+want) {
			t.Errorf("%s: error %v, want it to say %q", name, err, want)
		}
		keys := open(t, t.TempDir()+"/known_hosts")
		keys.files[0] = name // a file that was replaced since
		err = keys.Learn("192.0.2.1:22", newSigner(t).PublicKey())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("learn into %s: error %v, want it to say %q", name, err, want)
		}
	}
}
