//go:build e2e

package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/netver/netver_exporter/poll"
)

// TestPagesInABrowser goes through filters, paging, keys, live update and polling by hand.
func TestPagesInABrowser(t *testing.T) {
	m := fleetOf(5000)
	m.serve(t)
	b := newBrowser(t)
	click := func(selector chromedp.CSS) { b.do(chromedp.Click(selector)) }
	text := func(selector string) string {
		return eval[string](b, `document.querySelector(`+fmt.Sprintf("%q", selector)+`).textContent`)
	}
	rows := func() int { return eval[int](b, `document.querySelectorAll("#devices tbody tr:not(.why)").length`) }

	b.open(m.url+"/", 1280, 900, "light")
	if title := eval[string](b, `document.title`); title != "98 down of 5,000 · netver_exporter" {
		t.Errorf("title %q", title)
	}
	if n := rows(); n != 100 {
		t.Errorf("%d rows on the first page", n)
	}
	click(`.counts a[href="?state=down"]`)
	b.at(m.url + "/?state=down")
	b.do(chromedp.SetValue(chromedp.CSS(`select[name="label.site"]`), "ams1"))
	click(`.filter button`)
	b.at(m.url + "/?label.site=ams1&state=down")
	click(`.active a`)
	b.at(m.url + "/?label.site=ams1")
	click(`thead th:nth-child(2) a`)
	b.at(m.url + "/?label.site=ams1&sort=device")

	b.open(m.url+"/?sort=device", 1280, 900, "light")
	click(`#pager a[rel=next]`)
	b.at(m.url + "/?page=2&sort=device")
	if pages := text("#pager b"); pages != "101–200 of 5,000" {
		t.Errorf("the second page is %q", pages)
	}

	// Keys: the search, and the rows.
	b.open(m.url+"/", 1280, 900, "light")
	b.do(chromedp.KeyEvent("/")) // which types it as well, since this driver sends both whatever becomes of the first
	if focus := eval[string](b, `document.activeElement.name`); focus != "q" {
		t.Errorf("after / the focus is on %q", focus)
	}
	eval[string](b, `document.activeElement.value = ""`)
	b.do(chromedp.KeyEvent("platform=arista_eos sw-00000"), chromedp.KeyEvent("\r"))
	b.at(m.url + "/?q=platform%3Darista_eos+sw-00000")
	if n := rows(); n != 3 { // sw-000001, 5 and 9
		t.Errorf("the search finds %d", n)
	}
	b.open(m.url+"/?sort=device", 1280, 900, "light")
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"))
	if focus := eval[string](b, `document.activeElement.textContent`); focus != "sw-000001" {
		t.Errorf("after j, j, j, k the focus is on %q", focus)
	}

	// The list follows the fleet, while the focus and what is typed stay.
	eval[string](b, `document.querySelector(".filter input").value = "typed"`)
	m.change("sw-000002", func(s *poll.Status) { s.Facts.Version = "99.9" })
	b.until(`document.querySelector("#devices").textContent.includes("99.9")`)
	if kept := eval[string](b, `document.activeElement.textContent + document.querySelector(".filter input").value`); kept != "sw-000001typed" {
		t.Errorf("after a refresh the focus and the field are %q", kept)
	}
	b.do(chromedp.KeyEvent("\r"))
	b.at(m.url + "/devices/sw-000001")

	click(`.head button`)
	b.until(`document.querySelector("#facts").textContent.includes("61,205")`)
	b.at(m.url + "/devices/sw-000001")
	if polled := m.polled.Load(); polled == nil || *polled != "sw-000001" {
		t.Errorf("polled %v", polled)
	}
	b.quiet()

	// A server that is gone: the page says that it is old.
	m.server.CloseClientConnections()
	m.server.Close()
	b.until(`document.querySelector("#asof").classList.contains("stale")`)
}

// TestPagesAreAccessible checks every page with axe-core, light and dark, on a phone and on a desk.
func TestPagesAreAccessible(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	out, err := exec.Command("../scripts/fetch-axe.sh", filepath.Join(cache, "netver_exporter")).Output()
	if err != nil {
		t.Fatalf("fetch axe-core: %v", err)
	}
	axe, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	m, empty := fleetOf(5000), fleetOf(0)
	m.serve(t)
	empty.serve(t)
	b := newBrowser(t)
	for url, rare := range map[string]bool{
		m.url + "/": false, m.url + "/devices/sw-000000": false, m.url + "/versions": false,
		m.url + "/?q=nobody&platform=cisco_ios": true, m.url + "/devices/nobody": true, empty.url + "/": true,
	} {
		for _, width := range []int64{390, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				if rare && (width == 390) != (scheme == "dark") {
					continue // a state of a page that has all of its parts
				}
				b.open(url, width, 900, scheme)
				var violations []struct {
					ID    string
					Nodes []struct{ HTML, FailureSummary string }
				}
				result := eval[string](b, string(axe)+`;axe.run().then((r) => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise)
				if err := json.Unmarshal([]byte(result), &violations); err != nil {
					t.Fatal(err)
				}
				for _, v := range violations {
					t.Errorf("%s at %d, %s: %s: %d times, first %s: %s", url, width, scheme, v.ID, len(v.Nodes), v.Nodes[0].HTML, v.Nodes[0].FailureSummary)
				}
				if wide := eval[int64](b, `document.documentElement.scrollWidth`); wide > width {
					t.Errorf("%s at %d is %d wide", url, width, wide)
				}
			}
		}
	}
}

// screenshots is a folder for pictures of every page at every width, for people to look at.
var screenshots = flag.String("screenshots", "", "folder for screenshots of the status pages of 60, 5,000 and 50,000 devices; empty: one size, not kept")

// TestScreenshots draws every page at every width. A page that is wider than the window, or that the console complains of, fails.
func TestScreenshots(t *testing.T) {
	folder, sizes, schemes := *screenshots, []int{60, 5000, 50000}, []string{"light", "dark"}
	if folder == "" {
		folder, sizes, schemes = t.TempDir(), []int{60}, []string{"light"}
	}
	b := newBrowser(t)
	for _, size := range sizes {
		m := fleetOf(size)
		m.serve(t)
		for name, path := range map[string]string{"fleet": "/", "device": "/devices/sw-000000", "versions": "/versions", "none": "/?q=nobody&platform=cisco_ios"} {
			for _, width := range []int64{390, 1280, 2560} {
				for _, scheme := range schemes {
					b.open(m.url+path, width, 1300, scheme)
					picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
					if err != nil {
						t.Fatal(err)
					}
					file := filepath.Join(folder, fmt.Sprintf("%s-%d-%d-%s.png", name, size, width, scheme))
					if err := os.WriteFile(file, picture, 0o600); err != nil {
						t.Fatal(err)
					}
					if wide := eval[int64](b, `document.documentElement.scrollWidth`); wide > width {
						t.Errorf("%s at %d is %d wide", path, width, wide)
					}
				}
			}
		}
	}
	b.quiet()
}
