// Package pages is the status pages: a view of the fleet as HTML, and as plain text for a terminal. It knows what is shown
// where and in which words; it polls nothing itself.
package pages

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// Config is what the pages show and act on.
type Config struct {
	Version   string
	Views     *fleet.Cache
	Poll      func(ctx context.Context, device string) (*poll.Status, bool)
	History   func(device string) (poll.History, bool)
	Origin    func(*poll.Status) Origin
	Elsewhere func(device string) string // why a device of the inventory is in no view, "" if it is in no inventory; nil: all are in the views
	Policy    func() *version.Policy
	Loaded    func() (at time.Time, ok bool) // the latest load of the configuration that succeeded, and whether the latest did
}

//go:embed templates/*.html
var templates embed.FS

// Pages answers requests. Make it with New.
type Pages struct {
	config Config
	assets map[string]asset // by name with its hash
	html   *template.Template
}

// New reads the templates.
func New(c Config) (*Pages, error) {
	p := &Pages{config: c}
	names, err := p.loadAssets()
	if err != nil {
		return nil, err
	}
	p.html, err = template.New("").Funcs(template.FuncMap{
		"asset":  func(name string) string { return names[name] },
		"number": number,
	}).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the templates of the status pages: %w", err)
	}
	return p, nil
}

// Routes are the patterns of http.ServeMux that the pages answer.
func (p *Pages) Routes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /{$}":                  p.overview,
		"GET /devices/{name}":       p.device,
		"POST /devices/{name}/poll": p.pollNow,
		"GET /versions":             p.versions,
		"GET /assets/{name}":        p.asset,
	}
}

// page is what is shown: as HTML by a template, as text by itself.
type page interface {
	template() string
	text(w *bytes.Buffer)
}

// frame is what all pages have around them.
type frame struct {
	Title   string
	Root    string // leads from the page's address to that of the overview
	Current string // the page in the navigation
	Search  bool   // the search stands at the top
	At      time.Time
	Foot    []string
	Missing string // which devices are missing, in one line; "": none

	Problems string // what is wrong with the address, in one line; "": nothing
}

// AsOf is the moment that the page shows, which is no part of what it shows.
func (f *frame) AsOf() template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s UTC</time>`, iso(f.At), clock(f.At))) //nolint:gosec // a time
}

func (p *Pages) frame(v *fleet.View, title, root, current string) frame {
	foot := []string{
		strings.TrimSpace("netver_exporter " + p.config.Version),
		fmt.Sprintf("%s, %d busy, queue %s", plural(v.Workers, "worker"), v.Busy, number(v.Queue)),
	}
	var sweep time.Duration
	for _, s := range v.Sweeps {
		sweep = max(sweep, s.Duration)
	}
	if sweep > 0 {
		foot = append(foot, "longest last sweep "+exact(sweep))
	}
	if s := v.Share; s.Owned < s.Inventory {
		foot = append(foot, fmt.Sprintf("polls %s of %s", number(s.Owned), plural(s.Inventory, "device")))
	}
	at, _ := p.config.Loaded()
	foot = append(foot, "configuration loaded "+date(at, v.At)+" UTC")
	f := frame{Title: title, Root: root, Current: current, Search: current != "fleet", At: v.At, Foot: foot}
	if c := v.Share.Cluster; c != nil && len(c.Silent) > 0 {
		f.Missing = "Incomplete: devices of these replicas are missing, since they do not answer: " + strings.Join(c.Silent, ", ")
	}
	return f
}

// answer writes a page. Its tag goes by what the page shows, the moment aside: a reader that has it already is told so.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request, status int, f *frame, shown page) {
	var b bytes.Buffer
	kind := "text/html; charset=utf-8"
	if wantsText(r) {
		kind = "text/plain; charset=utf-8"
		shown.text(&b)
	} else if err := p.html.ExecuteTemplate(&b, shown.template(), shown); err != nil {
		http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(bytes.Replace(b.Bytes(), []byte(f.AsOf()), nil, 1))
	w.Header().Add("Vary", "Accept")
	if status == http.StatusOK && Unchanged(w, r, hex.EncodeToString(sum[:12])) {
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the only error left is a client that went away
}
