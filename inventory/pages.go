package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

const (
	pageSize = 1000 // NetBox's own limit, unless it is configured otherwise
	maxPages = 2000
)

// readPages follows the links from page to page, as far as they stay on the host.
func readPages(ctx context.Context, c *Client, address string, query url.Values) ([]Document, error) {
	first, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address is no URL")
	}
	first.RawQuery = query.Encode()
	var pages []Document
	seen := map[string]bool{}
	for next := first; next != nil; {
		if seen[next.String()] {
			return nil, fmt.Errorf("%s: page %d leads back to an earlier one", ShortURL(address), len(pages))
		}
		seen[next.String()] = true
		if len(pages) == maxPages {
			return nil, fmt.Errorf("%s: there are more than %d pages; raise the server's MAX_PAGE_SIZE or narrow the filter", ShortURL(address), maxPages)
		}
		text, _, err := c.get(ctx, next.String())
		if err != nil {
			return nil, err
		}
		pages = append(pages, Document{ShortURL(address), text})
		link, err := nextPage(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ShortURL(address), err)
		}
		if next, err = follow(first, link); err != nil {
			return nil, fmt.Errorf("%s: %w", ShortURL(address), err)
		}
	}
	return pages, nil
}

// follow resolves the link to the next page. A server behind a proxy may call itself by http where it was asked by https.
func follow(first *url.URL, link string) (*url.URL, error) {
	if link == "" {
		return nil, nil
	}
	next, err := first.Parse(link)
	switch {
	case err != nil:
		return nil, errors.New("the link to the next page is no URL")
	case next.Hostname() != first.Hostname():
		return nil, fmt.Errorf("the next page is on another host, %s, which is not asked; name that one, or let the server know its own name", next.Host)
	}
	next.Scheme, next.Host, next.User = first.Scheme, first.Host, nil
	return next, nil
}

// nextPage finds the link to the next page, "" if there is none, without reading the results.
func nextPage(text []byte) (string, error) {
	var page struct {
		Next *string `json:"next"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if t, err := decoder.Token(); err != nil || t != json.Delim('{') {
		return "", notJSON(text, "a page of devices", err)
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return "", notJSON(text, "a page of devices", err)
		}
		if key != "next" {
			if key == "results" && page.Next != nil {
				break
			}
			var skipped json.RawMessage
			if err := decoder.Decode(&skipped); err != nil {
				return "", notJSON(text, "a page of devices", err)
			}
			continue
		}
		if err := decoder.Decode(&page.Next); err != nil {
			return "", errors.New("next is no link")
		}
		if page.Next == nil {
			return "", nil
		}
	}
	if page.Next == nil {
		return "", errors.New("this is no page of devices: it has no next")
	}
	return *page.Next, nil
}

// results are the elements of all pages.
func results[T any](pages []Document) ([]*T, error) {
	var all []*T
	for _, page := range pages {
		var list struct {
			Results *[]*T `json:"results"`
		}
		if err := json.Unmarshal(page.Text, &list); err != nil || list.Results == nil {
			return nil, fmt.Errorf("%s: %w", page.Name, notJSON(page.Text, "a page with results", err))
		}
		all = append(all, *list.Results...)
	}
	return all, nil
}
