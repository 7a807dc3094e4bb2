package cli

import (
	"errors"
	"net/url"
	"strings"
)

// exporterURL reads the value of --url, the address of a running exporter. No error repeats it, since it may hold a password.
func exporterURL(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		return nil, errors.New("--url lacks http:// or https:// before the host; write it as http://localhost:9733")
	}
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, errors.New("--url is no address of an exporter; write it as http://localhost:9733")
	}
	return address, nil
}
