package web

import (
	"crypto/x509"
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
	c := serverFile{name, document, document.Value().Get("tls_server_config")}
	c.clientAuthorities()
	c.exposed()
	return document.Warnings(), document.Err()
}

// serverFile is a file for --web.config.file.
type serverFile struct {
	name     string
	document *strictyaml.Document
	tls      strictyaml.Value
}

func at(key string) *strictyaml.Path { return strictyaml.At("tls_server_config", key) }

// path is the complete path of a file that a key names, "" if it names none.
func (c *serverFile) path(key string) string {
	path, _ := c.tls.Get(key).Text()
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(c.name), path)
}

// clientAuthorities wants certificates by which those of clients can be verified, where they are. The server would start without: with an
// empty list it refuses every client, and with none it goes by the authorities that the machine trusts to name servers.
func (c *serverFile) clientAuthorities() {
	how, _ := c.tls.Get("client_auth_type").Text()
	if how != "RequireAndVerifyClientCert" && how != "VerifyClientCertIfGiven" {
		return
	}
	if path := c.path("client_ca_file"); path != "" {
		text, err := file.Read(path, maxConfig)
		if err != nil {
			c.document.Fault(at("client_ca_file"), "cannot read %s: %v", path, err)
		} else if !x509.NewCertPool().AppendCertsFromPEM(text) {
			c.document.Fault(at("client_ca_file"), "%s holds no certificate; want those of the authorities of your clients, in PEM", path)
		}
		return
	}
	switch text, _ := c.tls.Get("client_ca").Text(); {
	case text == "":
		c.document.Fault(at("client_auth_type"), "%s needs a client_ca_file with the certificates of the authorities of your clients, in PEM", how)
	case !x509.NewCertPool().AppendCertsFromPEM([]byte(text)):
		c.document.Fault(at("client_ca"), "this is no certificate; want those of the authorities of your clients, in PEM")
	}
}

// exposed warns of a private key that every user of the machine may read.
func (c *serverFile) exposed() {
	if key := c.path("key_file"); key != "" && file.OpenToAll(key) {
		c.document.Warn(at("key_file"), "%s holds a secret, and every user of this machine may read it; chmod o= %s", key, key)
	}
	if _, ok := c.tls.Get("key").Text(); ok && file.OpenToAll(c.name) {
		c.document.Warn(at("key"), "the secret itself stands in this file, and every user of this machine may read it; chmod o= %s", c.name)
	}
}
