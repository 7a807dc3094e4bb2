package inventory

import (
	"context"
	"fmt"
	"regexp"
)

// HTTPSD lists the targets of a service that speaks Prometheus's http_sd.
type HTTPSD struct {
	URL    string
	Client *Client
}

var _ Source = HTTPSD{}

var jsonType = regexp.MustCompile(`^(?i:application/json(;\s*charset=("utf-8"|utf-8))?)$`)

// Read is that of Source.
func (s HTTPSD) Read(ctx context.Context) ([]Document, error) {
	text, header, err := s.Client.get(ctx, s.URL)
	if err != nil {
		return nil, err
	}
	if kind := header.Get("Content-Type"); !jsonType.MatchString(kind) {
		return nil, fmt.Errorf("%s: the answer's Content-Type is %q, want application/json", ShortURL(s.URL), kind)
	}
	return []Document{{ShortURL(s.URL), text}}, nil
}

// Parse is that of Source.
func (s HTTPSD) Parse(documents []Document) (targets []Target, problems []string, err error) {
	groups, err := jsonGroups(documents[0])
	if err != nil {
		return nil, nil, err
	}
	targets, problems = flatten(groups, "__meta_url", s.URL)
	return targets, problems, nil
}
