package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
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

	var said bytes.Buffer
	if code := Execute(t.Context(), []string{"healthcheck", "--url=" + page}, Streams{Out: &said, Err: &said}); code != 0 || said.String() != "netver_exporter is healthy.\n" {
		t.Errorf("healthcheck: exit code %d, %q", code, &said)
	}
	said.Reset()
	if code := Execute(t.Context(), []string{"healthcheck", "--url=" + page + "nowhere"}, Streams{Out: io.Discard, Err: &said}); code != 1 || !strings.Contains(said.String(), "answers 404") {
		t.Errorf("healthcheck of no exporter: exit code %d, %q", code, &said)
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

func find(t *testing.T, text, expression string) []string {
	t.Helper()
	m := regexp.MustCompile(expression).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%s is not in\n%s", expression, text)
	}
	return m
}
