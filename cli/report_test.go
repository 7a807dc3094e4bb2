package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportOfAnExporter asks one that wants a password, and servers that are none.
func TestReportOfAnExporter(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case r.URL.Path != "/netver/api/v1/devices":
			fmt.Fprint(w, "<html>not what was asked for</html>")
		case user != "ops" || password != "hunter2":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Query().Get("cursor") == "":
			w.Header().Set("Link", `<?cursor=core-1>; rel="next"`)
			fmt.Fprint(w, `[{"device": "core-1", "platform": "vyos", "version": "1.4.3", "state": "up", "last_success": "2026-01-01T00:00:00Z"}]`)
		case r.URL.Query().Get("cursor") == "core-1":
			fmt.Fprint(w, `[{"device": "core-2", "platform": "vyos", "version": "1.4.3", "state": "up", "last_success": "2026-01-01T00:00:00Z"}]`)
		}
	}))
	t.Cleanup(server.Close)
	strayed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "<"+server.URL+`/netver/api/v1/devices>; rel="next"`)
		fmt.Fprint(w, `[{"device": "core-1"}]`)
	}))
	t.Cleanup(strayed.Close)
	withUser := strings.Replace(server.URL, "http://", "http://ops:hunter2@", 1)
	file := filepath.Join(t.TempDir(), "http.yml")
	writeFile(t, file, "basic_auth: {username: ops, password: hunter2}\n")
	broken := filepath.Join(t.TempDir(), "broken.yml")
	writeFile(t, broken, "basic_auth: {username: ops, pasword: hunter2}\n")
	for _, tt := range []struct {
		name    string
		args    []string
		out, er string
	}{
		{"with a file", []string{"--url", server.URL + "/netver/", "--http.config.file", file}, "2 devices; ", ""},
		{"with a user in the address", []string{"--url", withUser + "/netver"}, "2 devices; ", ""},
		{"no password", []string{"--url", server.URL + "/netver"}, "", "the answer is 401 Unauthorized"},
		{"a link to another server", []string{"--url", strings.Replace(strayed.URL, "http://", "http://ops:hunter2@", 1)}, "", "leads elsewhere"},
		{"another server", []string{"--url", withUser}, "", "the answer is no list of devices: invalid character '<'"},
		{"nobody there", []string{"--url", "http://ops:hunter2@127.0.0.1:1"}, "", "connection refused"},
		{"broken file", []string{"--url", server.URL, "--http.config.file", broken}, "", "field pasword not found"},
		{"missing file", []string{"--url", server.URL, "--http.config.file", "nowhere.yml"}, "", "nowhere.yml: no such file"},
		{"file without an address", []string{"--http.config.file", file}, "", "with --url alone"},
		{"no address", []string{"--url", "localhost:9733"}, "", "write it as http://localhost:9733"},
	} {
		var out, failed bytes.Buffer
		code := Execute(t.Context(), append([]string{"report"}, tt.args...), Streams{Out: &out, Err: &failed})
		if (code == 0) != (tt.er == "") || !strings.Contains(out.String(), tt.out) || !strings.Contains(failed.String(), tt.er) {
			t.Errorf("%s: exit code %d, want %q and %q; got %q and %q", tt.name, code, tt.out, tt.er, out.String(), failed.String())
		}
		if strings.Contains(out.String()+failed.String(), "hunter2") || strings.Count(failed.String(), "\n") > 1 {
			t.Errorf("%s: a password, or more than a line: %q", tt.name, failed.String())
		}
	}
}
