package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	client "github.com/prometheus/common/config"

	"github.com/netver/netver_exporter/web"
)

const (
	// fetchTimeout is how long a running exporter may take to list its devices.
	fetchTimeout = 2 * time.Minute
	// fetchPage is how many devices it is asked for at once.
	fetchPage = "5000"
)

// fetchDevices asks a running exporter for its devices, page by page.
func fetchDevices(ctx context.Context, base, httpConfig string) ([]web.Device, error) {
	settings := &client.HTTPClientConfig{}
	if httpConfig != "" {
		var err error
		if settings, _, err = client.LoadHTTPConfigFile(httpConfig); err != nil { // in several lines
			return nil, fmt.Errorf("%s: %s", httpConfig, strings.Join(strings.Fields(err.Error()), " "))
		}
	}
	address, err := exporterURL(base)
	if err != nil {
		return nil, err
	}
	asker, err := client.NewClientFromConfig(*settings, "report")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", httpConfig, err)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	page := address.JoinPath("api/v1/devices")
	page.RawQuery = "limit=" + fetchPage
	var all []web.Device
	for page != nil {
		var devices []web.Device
		if devices, page, err = fetchOne(ctx, asker, page); err != nil {
			return nil, err
		}
		all = append(all, devices...)
	}
	return all, nil
}

// fetchOne asks for one page and returns the address of the next; nil: it was the last.
func fetchOne(ctx context.Context, asker *http.Client, page *url.URL) (devices []web.Device, next *url.URL, err error) {
	named := *page
	named.RawQuery = ""
	fail := func(err error) error { return fmt.Errorf("ask %s: %w", named.Redacted(), err) }
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, nil, fail(err)
	}
	answer, err := asker.Do(request)
	if err != nil {
		return nil, nil, err // names the method and the address, without a password
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, nil, fail(fmt.Errorf("the answer is %s", answer.Status))
	}
	if err := json.NewDecoder(answer.Body).Decode(&devices); err != nil {
		return nil, nil, fail(fmt.Errorf("the answer is no list of devices: %w", err))
	}
	link := nextLink.FindStringSubmatch(answer.Header.Get("Link"))
	if link == nil {
		return devices, nil, nil
	}
	next, err = page.Parse(link[1])
	if err != nil || next.Scheme != page.Scheme || next.Host != page.Host || len(devices) == 0 { // a password goes to nobody else
		return nil, nil, fail(fmt.Errorf("its link to the next page leads elsewhere: %q", link[1]))
	}
	next.User = page.User
	return devices, next, nil
}

// nextLink finds the next page in a header Link (RFC 8288), which our exporters write in this way.
var nextLink = regexp.MustCompile(`<([^<>]*)>; rel="next"`)
