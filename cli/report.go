package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	client "github.com/prometheus/common/config"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/report"
	"github.com/netver/netver_exporter/web"
)

func bindReport(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	config := configFlag(c).String()
	output := c.Flag("output", "table, csv (a row for each device), json, markdown or html.").Default("table").Enum(slices.Sorted(maps.Keys(report.Outputs))...)
	from := c.Flag("url", "Ask this running exporter instead of polling the inventory now, such as http://localhost:9733.").String()
	httpConfig := c.Flag("http.config.file", "How to ask it: a file of Prometheus's HTTP client settings, with TLS, a password or a token.").String()
	return func(ctx context.Context) error {
		var devices []web.Device
		var err error
		switch {
		case *from != "":
			devices, err = fetchDevices(ctx, *from, *httpConfig)
		case *httpConfig != "":
			err = errors.New("--http.config.file is of use with --url alone")
		default:
			devices, err = sweep(ctx, *config, s)
		}
		if err != nil {
			return err
		}
		return report.Outputs[*output](s.Out, report.New(devices, time.Now()))
	}
}

// sweep polls the whole inventory once.
func sweep(ctx context.Context, config string, s Streams) ([]web.Device, error) {
	plan, err := load(ctx, config, app.Wiring{}, s)
	if err != nil {
		return nil, err
	}
	return pollOnce(ctx, plan.Plan, s.Err)
}

// fetchTimeout is how long a running exporter may take to list its devices.
const fetchTimeout = 2 * time.Minute

// fetchDevices asks a running exporter for its devices.
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
	endpoint := address.JoinPath("api/v1/devices")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", endpoint.Redacted(), err)
	}
	answer, err := asker.Do(request)
	if err != nil {
		return nil, err // names the method and the address, without a password
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask %s: the answer is %s", endpoint.Redacted(), answer.Status)
	}
	var devices []web.Device
	if err := json.NewDecoder(answer.Body).Decode(&devices); err != nil {
		return nil, fmt.Errorf("ask %s: the answer is no list of devices: %w", endpoint.Redacted(), err)
	}
	return devices, nil
}
