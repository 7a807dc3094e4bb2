package cli

import (
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// freeAddress is a script's `address NAME`: it sets a variable to an address that nobody listens at.
func freeAddress(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Check(l.Close())
	ts.Setenv(args[0], l.Addr().String())
}

// reload is a script's `reload ADDRESS`: it asks an exporter to read its configuration again.
func reload(ts *testscript.TestScript, _ bool, args []string) {
	answer, err := http.Post("http://"+args[0]+"/-/reload", "", nil)
	ts.Check(err)
	ts.Check(answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		ts.Fatalf("reload: %s", answer.Status)
	}
}

// scrape is a script's `scrape URL UNTIL PATTERN FILE`: it asks until a line of the answer matches UNTIL, and writes the lines that
// match PATTERN to a file.
func scrape(ts *testscript.TestScript, _ bool, args []string) {
	until, wanted := regexp.MustCompile(`(?m)`+args[1]), regexp.MustCompile(args[2])
	again, late := time.NewTicker(50*time.Millisecond), time.After(90*time.Second)
	defer again.Stop()
	var body string
	for !until.MatchString(body) {
		select {
		case <-late:
			ts.Fatalf("%s has no line %s within 90 s:\n%s", args[0], args[1], body)
		case <-again.C:
		}
		if answer, err := http.Get(args[0]); err == nil {
			b, err := io.ReadAll(answer.Body)
			ts.Check(err)
			ts.Check(answer.Body.Close())
			body = string(b)
		}
	}
	var lines strings.Builder
	for line := range strings.Lines(body) {
		if wanted.MatchString(line) {
			lines.WriteString(line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(lines.String()), 0o600))
}
