package transport

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

func TestLearning(t *testing.T) {
	key := newSigner(t)
	file := writeFile(t, strings.TrimSuffix(line("192.0.2.1", key), "\n")) // another program's last line has not ended
	keys := open(t, file)
	var learners sync.WaitGroup
	for i := range 20 {
		learners.Go(func() {
			address := fmt.Sprintf("192.0.2.%d:2222", 10+i%10)
			if err := keys.check(AcceptNew, address, key.PublicKey(), false); err != nil {
				t.Error(err)
			}
		})
	}
	learners.Wait()
	text := readFile(t, file)
	if n := strings.Count(text, "\n"); n != 11 {
		t.Errorf("%d lines, want 11:\n%s", n, text)
	}
	again := open(t, file)
	for i := range 10 {
		if err := again.check(Strict, fmt.Sprintf("192.0.2.%d:2222", 10+i), key.PublicKey(), false); err != nil {
			t.Error(err)
		}
	}
	err := keys.check(AcceptNew, "192.0.2.10:2222", newSigner(t).PublicKey(), false)
	wantReason(t, err, failure.HostKeyChanged)
	if places := keys.Show("192.0.2.10:2222"); len(places) != 1 || !slices.Equal(places, again.Show("192.0.2.10:2222")) {
		t.Errorf("%v was learned, and is read as %v", places, again.Show("192.0.2.10:2222"))
	}

	unwritable := open(t, filepath.Join(t.TempDir(), "known_hosts"))
	unwritable.files[0] = filepath.Join(file, "below-a-file")
	err = unwritable.check(AcceptNew, "192.0.2.99:22", key.PublicKey(), false)
	wantReason(t, err, failure.HostKeyUnknown)
}

func TestLearningIsLogged(t *testing.T) {
	var log bytes.Buffer
	file := filepath.Join(t.TempDir(), "new", "known_hosts")
	keys, err := OpenHostKeys([]string{file}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	first, second := newSigner(t).PublicKey(), newSigner(t).PublicKey()
	for range 2 { // it is learned and logged once
		if err := keys.check(AcceptNew, "sw-1.example:22", first, false); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := keys.Accept("sw-1.example:22", second); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Forget("sw-1.example:22"); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines are logged, want 3:\n%s", len(lines), &log)
	}
	for i, want := range [][]string{
		{"learned", "sw-1.example", ssh.FingerprintSHA256(first), file},
		{"accepted", "sw-1.example", ssh.FingerprintSHA256(first), ssh.FingerprintSHA256(second), file},
		{"removed", "sw-1.example", ssh.FingerprintSHA256(second)},
	} {
		for _, part := range want {
			if !strings.Contains(lines[i], part) {
				t.Errorf("%q does not say %s", lines[i], part)
			}
		}
	}
}

// helperKeys makes this test binary the other process of a test, instead of running tests: it shows keys of its own
// for all hosts, and prints those hosts whose key was accepted.
const helperKeys = "NETVER_TEST_LEARN_INTO"

const racingHosts = 300

func TestMain(m *testing.M) {
	if file := os.Getenv(helperKeys); file != "" {
		fmt.Println(strings.Join(learnAll(file), "\n"))
		return
	}
	os.Exit(m.Run())
}

// learnAll shows a new key for each host, and returns the hosts and keys that were accepted.
func learnAll(file string) []string {
	keys, err := OpenHostKeys([]string{file}, nil)
	if err != nil {
		panic(err)
	}
	var accepted []string
	for i := range racingHosts {
		key := randomKey()
		host := fmt.Sprintf("192.0.2.1:%d", 1000+i)
		if keys.check(AcceptNew, host, key, false) == nil {
			accepted = append(accepted, host+" "+keyText(key))
		}
	}
	return accepted
}

// randomKey is made faster than a real pair of keys.
func randomKey() ssh.PublicKey {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	key, err := ssh.ParsePublicKey(append(append(wireString(ssh.KeyAlgoED25519), binary.BigEndian.AppendUint32(nil, 32)...), raw...))
	if err != nil {
		panic(err)
	}
	return key
}

func TestTwoProcessesNeverAcceptTwoKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known_hosts")
	const processes = 2
	found := make(chan []string)
	for range processes {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), helperKeys+"="+file)
		go func() {
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("the other process: %v", err)
			}
			found <- strings.Fields(string(out))
		}()
	}
	go func() { // and two more of this process, with nothing in common but the file
		var more []string
		for _, line := range learnAll(file) {
			more = append(more, strings.Fields(line)...)
		}
		found <- more
	}()
	accepted := make(map[string][]string)
	for range processes + 1 {
		words := <-found
		for pair := range slices.Chunk(words, 2) {
			accepted[pair[0]] = append(accepted[pair[0]], pair[1])
		}
	}
	if len(accepted) != racingHosts {
		t.Errorf("%d hosts were learned, want %d", len(accepted), racingHosts)
	}
	text := readFile(t, file)
	for host, keys := range accepted {
		if len(keys) != 1 {
			t.Errorf("%s: %d keys were accepted", host, len(keys))
		}
		if !strings.Contains(text, hostName(host)+" ssh-ed25519 "+keys[0]+"\n") {
			t.Errorf("%s: the accepted key is not in the file", host)
		}
	}
	if n := strings.Count(text, "\n"); n != racingHosts {
		t.Errorf("the file has %d lines, want %d", n, racingHosts)
	}
}

func TestLockOfAReplacedFile(t *testing.T) {
	file := writeFile(t, "")
	held := flock.New(file)
	if err := held.Lock(); err != nil {
		t.Fatal(err)
	}
	keys, key := open(t, file), newSigner(t)
	done := make(chan error)
	go func() { done <- keys.check(AcceptNew, "192.0.2.1:22", key.PublicKey(), false) }()
	if err := os.WriteFile(file+".new", []byte(line("192.0.2.2", key)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if want := line("192.0.2.2", key) + line("192.0.2.1", key); readFile(t, file) != want {
		t.Errorf("the file is\n%swant\n%s", readFile(t, file), want)
	}
}

func TestLockThatIsHeldForever(t *testing.T) {
	file := writeFile(t, "")
	held := flock.New(file)
	if err := held.Lock(); err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := open(t, file).check(AcceptNew, "192.0.2.1:22", newSigner(t).PublicKey(), false)
		wantReason(t, err, failure.HostKeyUnknown)
		if took := time.Since(start); took != lockWait || !strings.Contains(err.Error(), file) {
			t.Errorf("%v after %v, want the name of the file after %v", err, took, lockWait)
		}
	})
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// While another process holds the lock of a file, all that would learn wait at once, and not one after the other: a poll may not be held
// for as long as its neighbours wait.
func TestLearnersWaitAtOnce(t *testing.T) {
	file := writeFile(t, "")
	other := flock.New(file)
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	key := newSigner(t).PublicKey()
	synctest.Test(t, func(t *testing.T) {
		keys, err := OpenHostKeys([]string{file}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var learners sync.WaitGroup
		for i := range 5 {
			learners.Go(func() {
				err := keys.check(AcceptNew, fmt.Sprintf("192.0.2.%d:22", i), key, false)
				wantReason(t, err, failure.HostKeyUnknown)
				if !strings.Contains(err.Error(), "another process") {
					t.Errorf("%v does not say why", err)
				}
			})
		}
		learners.Wait()
		if took := time.Since(start); took > lockWait+time.Second {
			t.Errorf("it took %v until all had given up, want %v", took, lockWait)
		}
	})
}
