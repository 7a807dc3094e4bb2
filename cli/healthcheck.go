package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

func bindHealthcheck(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	address := c.Flag("url", "Where the exporter is.").Default("http://localhost:9733").String()
	timeout := c.Flag("timeout", "How long to wait for its answer.").Default("5s").Duration()
	return func(ctx context.Context) error {
		exporter, err := exporterURL(*address)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, *timeout)
		defer cancel()
		return healthy(ctx, exporter, *timeout, s.Out)
	}
}

// healthy asks /-/healthy and prints the answer.
func healthy(ctx context.Context, exporter *url.URL, timeout time.Duration, out io.Writer) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, exporter.JoinPath("-", "healthy").String(), nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s has not answered within %s", exporter.Redacted(), timeout)
	}
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", exporter.Redacted(), err)
	}
	line := strings.TrimSpace(string(text))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s: %s", exporter.Redacted(), answer.Status, line)
	}
	if !strings.HasPrefix(line, "netver_exporter") {
		return fmt.Errorf("%s answers, but not as netver_exporter does: is another program at this address?", exporter.Redacted())
	}
	_, err = fmt.Fprintln(out, line)
	return err
}
