package web

import (
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// targetGroup is the element of Prometheus's http_sd format.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// targets lists the devices for other exporters: without the port of SSH, with that of ?port= if there is one.
func targets(c Config) http.Handler {
	return api(func(w http.ResponseWriter, r *http.Request, parameters url.Values) error {
		port := parameters.Get("port")
		if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
			return badRequest("port=%q: want a number from 1 to 65535", port)
		}
		v, err := c.Views.View(r.Context())
		if err != nil {
			return err
		}
		all := v.Find(fleet.Query{})
		answerStatuses(w, r, all.Slice(0, all.Len()), port, func(s *poll.Status) any {
			labels := NewDevice(s).Labels
			labels["device"], labels["platform"], labels["group"] = s.Device.Name, s.Device.Platform, s.Device.Group
			return targetGroup{Targets: []string{onPort(s.Device.Address, port)}, Labels: labels}
		})
		return nil
	})
}

// onPort is the host of an address with another port, or with none.
func onPort(address, port string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if port == "" {
		return host
	}
	return net.JoinHostPort(host, port)
}
