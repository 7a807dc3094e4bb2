package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLab starts the lab, goes by what it prints, and ends it.
func TestLab(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out, printed := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := []string{"lab", "--devices=30", "--web.listen-address=127.0.0.1:0", "--log.level=error"}
		ended <- Execute(ctx, args, Streams{Out: printed, Err: io.Discard})
		printed.Close()
	}()
	var text strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "in the middle of an answer") {
		text.WriteString(lines.Text() + "\n")
	}
	page := find(t, text.String(), `(?m)^open +(http://127\.0\.0\.1:\d+/)$`)[1]
	device := find(t, text.String(), `(?m)^log in +ssh -p (\d+) -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null lab@(127\.[\d.]+)\n +password lab;`)
	find(t, text.String(), `(?m)^These misbehave on purpose:$`)
	find(t, text.String(), `(?m)^  lab-\S+: refuses the password$`)
	find(t, text.String(), `(?m)^  lab-\S+, lab-\S+, lab-\S+, lab-\S+: takes 1 to 3 s to answer$`)

	answer, err := http.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s answers %s", page, answer.Status)
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(device[2], device[1]))
	if err != nil {
		t.Fatal(err)
	}
	hello, err := bufio.NewReader(conn).ReadString('\n')
	conn.Close()
	if !strings.HasPrefix(hello, "SSH-2.0-") {
		t.Errorf("the device greets with %q, %v", hello, err)
	}

	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<h1>welcome</h1>") }))
	defer stranger.Close()
	var said bytes.Buffer
	if code := Execute(t.Context(), []string{"healthcheck", "--url=" + page}, Streams{Out: &said, Err: &said}); code != 0 || said.String() != "netver_exporter is healthy.\n" {
		t.Errorf("healthcheck: exit code %d, %q", code, &said)
	}
	said.Reset()
	if code := Execute(t.Context(), []string{"healthcheck", "--url=" + page + "nowhere"}, Streams{Out: io.Discard, Err: &said}); code != 1 || !strings.Contains(said.String(), "answers 404") {
		t.Errorf("healthcheck of no exporter: exit code %d, %q", code, &said)
	}
	said.Reset()
	if code := Execute(t.Context(), []string{"healthcheck", "--url=" + stranger.URL}, Streams{Out: &said, Err: &said}); code != 1 ||
		!strings.Contains(said.String(), "answers, but not as netver_exporter does: is another program at this address?") || strings.Contains(said.String(), "welcome") {
		t.Errorf("healthcheck of another program: exit code %d, %q", code, &said)
	}
	for address, want := range map[string]string{
		"localhost:9733":          "lacks http:// or https:// before the host; write it as http://localhost:9733",
		"user:secret@host:9733":   "lacks http:// or https:// before the host",
		"exporter":                "lacks http:// or https:// before the host",
		"ftp://localhost":         "--url is no address of an exporter; write it as http://localhost:9733",
		"http://":                 "--url is no address of an exporter",
		"http://u:secret@local %": "--url is no address of an exporter",
	} {
		for _, command := range []string{"healthcheck", "report"} {
			said.Reset()
			if code := Execute(t.Context(), []string{command, "--url=" + address}, Streams{Out: io.Discard, Err: &said}); code != 1 || !strings.Contains(said.String(), want) || strings.Contains(said.String(), "secret") {
				t.Errorf("%s --url=%s: exit code %d, %q, want %q", command, address, code, &said, want)
			}
		}
	}
	stop()
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	said.Reset()
	if code := Execute(t.Context(), []string{"healthcheck", "--url=" + page}, Streams{Out: io.Discard, Err: &said}); code != 1 || !strings.Contains(said.String(), "connection refused") {
		t.Errorf("healthcheck after the end: exit code %d, %q", code, &said)
	}
}

// TestLabLive holds that a live lab changes by itself, and its source too, and that all its files are gone when it cannot begin.
func TestLabLive(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "lab.yml")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, printed := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := []string{"lab", "--live", "--devices=500", "--write-config=" + file, "--web.listen-address=127.0.0.1:0", "--log.level=error"}
		ended <- Execute(ctx, args, Streams{Out: printed, Err: io.Discard})
		printed.Close()
	}()
	var text strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Every ") {
		text.WriteString(lines.Text() + "\n")
	}
	if want := "Every 240ms something happens to a device: it reboots, is upgraded, fails or recovers."; lines.Text() != want {
		t.Errorf("it says %q, want %q", lines.Text(), want)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	page := find(t, text.String(), `(?m)^open +(http://127\.0\.0\.1:\d+/)$`)[1]
	changed := regexp.MustCompile(`(?m)^netver_poll_failures_total\{reason="host_key_changed"\} [1-9]`) // of no device at the start
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for !changed.MatchString(getPage(t, page+"metrics")) {
		<-again.C
	}

	var said bytes.Buffer
	occupied := strings.TrimSuffix(strings.TrimPrefix(page, "http://"), "/")
	other := filepath.Join(t.TempDir(), "other.yml")
	const taken = "address already in use: another program has it; --web.listen-address takes another address"
	if code := Execute(t.Context(), []string{"lab", "--live", "--write-config=" + other, "--web.listen-address=" + occupied, "--log.level=error"}, Streams{Out: io.Discard, Err: &said}); code != 1 || !strings.Contains(said.String(), taken) {
		t.Errorf("a second lab at the same address: exit code %d, %q", code, &said)
	}
	for address, want := range map[string]string{
		"":           "--web.listen-address is empty; give it a value, or leave it out",
		"nonsense":   "listen tcp: address nonsense: missing port in address; --web.listen-address wants an address of this machine",
		"[::1]:9:9":  "too many colons in address; --web.listen-address wants",
		"192.0.2.1:": "listen tcp 192.0.2.1:0: bind: cannot assign requested address; --web.listen-address wants",
	} {
		said.Reset()
		if code := Execute(t.Context(), []string{"lab", "--devices=1", "--web.listen-address=" + address, "--log.level=error"}, Streams{Out: io.Discard, Err: &said}); code != 1 || !strings.Contains(said.String(), want) {
			t.Errorf("a lab at %q: exit code %d, %q, want %q", address, code, &said, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Dir(other) + "/*"); left != nil {
		t.Errorf("a lab that could not begin leaves %v", left)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	if left, _ := filepath.Glob(filepath.Dir(file) + "/*"); len(left) != 4 {
		t.Errorf("--write-config leaves %v, want four files", left)
	}
}

func getPage(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func find(t *testing.T, text, expression string) []string {
	t.Helper()
	m := regexp.MustCompile(expression).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%s is not in\n%s", expression, text)
	}
	return m
}
