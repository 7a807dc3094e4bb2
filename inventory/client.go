package inventory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// Client asks services over HTTP. It holds secrets, and shows none of them.
type Client struct {
	plain  *http.Client // does not follow redirects to other hosts
	header http.Header  // of every request
}

// NewClient makes a client by Prometheus's settings. Files that these name are read now, and again when they change.
func NewClient(c promconfig.HTTPClientConfig, agent string) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	made, err := promconfig.NewClientFromConfig(c, "inventory", promconfig.WithUserAgent(agent))
	if err != nil {
		return nil, err
	}
	if follow := made.CheckRedirect; follow == nil {
		made.CheckRedirect = sameHost
	}
	return &Client{plain: made, header: http.Header{"Accept": {"application/json"}}}, nil
}

// With is the client that sends one more header with each request.
func (c *Client) With(name, value string) *Client {
	header := maps.Clone(c.header)
	header.Set(name, value)
	return &Client{c.plain, header}
}

// Format keeps the header, which may be a token, out of every printer.
func (c *Client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "client") }

// maxRedirects is that of package net/http.
const maxRedirects = 10

// sameHost follows redirects that stay on the host, so that no token goes to a stranger.
func sameHost(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	if next.URL.Host != first.Host || next.URL.Scheme != first.Scheme && next.URL.Scheme != "https" {
		return fmt.Errorf("it redirects to %s://%s, which is not followed; name the right address", next.URL.Scheme, next.URL.Host)
	}
	if len(before) >= maxRedirects {
		return errors.New("it redirects in a circle")
	}
	return nil
}

// patience is how long one answer may take.
const patience = time.Minute

// get fetches an answer that must have status 200. Errors name the address without its query and secrets.
func (c *Client) get(ctx context.Context, address string) (text []byte, header http.Header, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("there is no answer within %s", patience))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, errors.New("the address is no URL")
	}
	maps.Copy(request.Header, c.header)
	defer func() {
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", ShortURL(address), err)
		}
	}()
	answer, err := c.plain.Do(request)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return nil, nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("it answers %s%s", answer.Status, adviceOn[answer.StatusCode])
	}
	text, err = io.ReadAll(io.LimitReader(answer.Body, maxDocument+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(text) > maxDocument {
		return nil, nil, fmt.Errorf("the answer is larger than %d bytes", maxDocument)
	}
	return text, answer.Header, nil
}

var adviceOn = map[int]string{
	http.StatusUnauthorized: "; check the token or password",
	http.StatusForbidden:    "; check the token, and what its user may see",
	http.StatusNotFound:     "; check the address",
}

// ShortURL is an address without user, password, query and fragment.
func ShortURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is no URL"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// CheckURL says why an address cannot be asked; nil: it can.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil: // not quoted: it may hold a password
		return errors.New("this is no URL; want https://host/path")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return errors.New("want a URL that begins with https:// or http://")
	case u.User != nil:
		return errors.New("the URL has a user in it; use basic_auth")
	}
	return nil
}
