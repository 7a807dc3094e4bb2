package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// scrapeTimeoutHeader is how Prometheus says how long it waits for an answer.
	scrapeTimeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"
	// answerTime is what the answer may take on its way.
	answerTime = 500 * time.Millisecond
)

// probe polls one device of the inventory now and answers with its series. It takes names of the inventory alone: a
// password is never sent to an address from a URL. When the time is up the answer is what was known before, and the poll
// goes on. HEAD asks nothing. For a device of another replica it says where to ask.
func probe(c Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.URL.Query().Get("target")
		if target == "" {
			http.Error(w, "say which device: /probe?target=DEVICE", http.StatusBadRequest)
			return
		}
		v, err := c.Views.View(r.Context())
		if err != nil {
			return // the client has left
		}
		status := v.Device(target)
		ok := status != nil
		if ok && status.Owner != "" {
			to := status.Owner + "/probe?" + url.Values{"target": {target}}.Encode()
			w.Header().Set("Location", to)
			http.Error(w, fmt.Sprintf("the device %q is polled by another replica: %s", target, to), http.StatusTemporaryRedirect)
			return
		}
		if ok && r.Method == http.MethodGet {
			ctx, cancel := context.WithTimeout(r.Context(), patience(r.Header.Get(scrapeTimeoutHeader)))
			defer cancel()
			status, ok = c.Poll(ctx, target)
		}
		if !ok {
			http.Error(w, c.missing(target), http.StatusNotFound)
			return
		}
		promhttp.HandlerFor(c.Metrics.Device(status), promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, r)
	})
}

// missing says that there is no such device, or who has it.
func (c *Config) missing(device string) string {
	if c.Elsewhere != nil {
		if why := c.Elsewhere(device); why != "" {
			return fmt.Sprintf("no device %q here: %s", device, why)
		}
	}
	return fmt.Sprintf("no device %q in the inventory", device)
}

// patience is how long a poll may take so that its answer still counts: as long as Prometheus waits, and never as long as
// the server lets an answer take.
func patience(header string) time.Duration {
	const longest = writeTimeout - 10*time.Second
	seconds, err := strconv.ParseFloat(header, 64)
	if err != nil || !(seconds > 0 && seconds < longest.Seconds()) {
		return longest
	}
	wait := time.Duration(seconds * float64(time.Second))
	return max(wait-answerTime, wait/2)
}
