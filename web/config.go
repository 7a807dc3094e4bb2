package web

import (
	"fmt"
	"path/filepath"
	"strings"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

// maxConfig is above any file for --web.config.file.
const maxConfig = 1 << 20

// CheckConfig says what is wrong with a file for --web.config.file, and warns of a private key that every user of the machine may
// read. The name "" is no file.
func CheckConfig(name string) (warnings []string, err error) {
	if name == "" {
		return nil, nil
	}
	if err := toolkit.Validate(name); err != nil { // says neither the file nor, always, one line
		return nil, fmt.Errorf("%s: %s", name, strings.Join(strings.Fields(err.Error()), " "))
	}
	text, err := file.Read(name, maxConfig)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	document, err := strictyaml.Parse(name, text, "")
	if err != nil {
		return nil, nil //nolint:nilerr // an empty file is right
	}
	at := strictyaml.At("tls_server_config", "key_file")
	settings := document.Value().Get("tls_server_config")
	if key, ok := settings.Get("key_file").Text(); ok {
		if !filepath.IsAbs(key) {
			key = filepath.Join(filepath.Dir(name), key)
		}
		if file.OpenToAll(key) {
			document.Warn(at, "%s holds a secret, and every user of this machine may read it; chmod o= %s", key, key)
		}
	}
	if _, ok := settings.Get("key").Text(); ok && file.OpenToAll(name) {
		document.Warn(strictyaml.At("tls_server_config", "key"), "the secret itself stands in this file, and every user of this machine may read it; chmod o= %s", name)
	}
	return document.Warnings(), nil
}
