package web

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	toolkit "github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/crypto/bcrypt"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

// maxConfig is above any file for --web.config.file.
const maxConfig = 1 << 20

// CheckConfig says everything that is wrong with a file for --web.config.file, with file, line and key, and warns of a private key
// that every user of the machine may read. The name "" is no file.
func CheckConfig(name string) (warnings []string, err error) {
	if name == "" {
		return nil, nil
	}
	text, err := file.Read(name, maxConfig)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	document, err := strictyaml.Parse(name, text, "")
	if err != nil {
		if toolkit.Validate(name) == nil { // an empty file is right
			return nil, nil
		}
		return nil, err
	}
	c := serverFile{name: name, document: document}
	document.Decode(&c.written)
	c.certificate()
	c.clients()
	c.users()
	c.exposed()
	if document.Err() == nil {
		c.rest(toolkit.Validate(name))
	}
	return document.Warnings(), document.Err()
}

// TLS reports that a file for --web.config.file has the server speak TLS. One that cannot be read does not: CheckConfig says why.
func TLS(name string) bool {
	text, err := file.Read(name, maxConfig)
	if name == "" || err != nil {
		return false
	}
	document, err := strictyaml.Parse(name, text, "")
	if err != nil {
		return false
	}
	var w written
	document.Decode(&w)
	return w.TLS.Cert+w.TLS.CertFile != ""
}

// serverFile is a file for --web.config.file.
type serverFile struct {
	written
	name     string
	document *strictyaml.Document
}

func at(key string) *strictyaml.Path { return strictyaml.At("tls_server_config", key) }

// path is the complete path of a file that is named; "" stays so.
func (c *serverFile) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(c.name), name)
}

// pem is a text in PEM that stands in the file, or in one that it names, and the key in question. There may be none.
func (c *serverFile) pem(text, textKey, named, fileKey string) (pem []byte, place *strictyaml.Path, ok bool) {
	path := c.path(named)
	if path == "" {
		return []byte(text), at(textKey), text != ""
	}
	place = at(fileKey)
	pem, err := file.Read(path, maxConfig)
	if err != nil {
		c.document.Fault(place, "cannot read %s: %v", path, err)
	}
	return pem, place, err == nil
}

// certificate wants certificate and key of the server, which fit, where there is anything else about TLS.
func (c *serverFile) certificate() {
	t := &c.TLS
	if t.Cert+t.CertFile+t.Key+t.KeyFile+t.Authorities+t.AuthFile+t.Clients == "" {
		return
	}
	whole := strictyaml.At("tls_server_config")
	if t.Cert+t.CertFile == "" {
		c.document.Fault(whole, "cert_file is missing (or cert, the certificate itself)")
	}
	if t.Key+t.KeyFile == "" {
		c.document.Fault(whole, "key_file is missing (or key, the key itself)")
	}
	cert, certAt, hasCert := c.pem(t.Cert, "cert", t.CertFile, "cert_file")
	key, keyAt, hasKey := c.pem(t.Key, "key", t.KeyFile, "key_file")
	if !hasCert || !hasKey {
		return
	}
	if _, err := tls.X509KeyPair(cert, key); err != nil {
		wrong := keyAt
		if text := err.Error(); strings.Contains(text, "certificate input") || strings.HasPrefix(text, "x509: ") {
			wrong = certAt
		}
		c.document.Fault(wrong, "no certificate with its key: %s", strings.TrimPrefix(err.Error(), "tls: "))
	}
}

// clients wants certificates by which those of clients can be verified, where they are. The server would start without: with an
// empty list it refuses every client, and with none it goes by the authorities that the machine trusts to name servers.
func (c *serverFile) clients() {
	t := &c.TLS
	verify := t.Clients == "RequireAndVerifyClientCert" || t.Clients == "VerifyClientCertIfGiven"
	switch {
	case t.Authorities+t.AuthFile == "" && verify:
		c.document.Fault(at("client_auth_type"), "%s needs a client_ca_file with the certificates of the authorities of your clients, in PEM", t.Clients)
	case t.Authorities+t.AuthFile == "":
	case t.Clients == "" || t.Clients == "NoClientCert":
		_, there, _ := c.pem(t.Authorities, "client_ca", t.AuthFile, "client_ca_file")
		c.document.Fault(there, "no client is asked for a certificate; add client_auth_type: RequireAndVerifyClientCert")
	case verify:
		text, there, ok := c.pem(t.Authorities, "client_ca", t.AuthFile, "client_ca_file")
		if what := "this"; ok && !x509.NewCertPool().AppendCertsFromPEM(text) {
			if t.AuthFile != "" {
				what = c.path(t.AuthFile)
			}
			c.document.Fault(there, "%s holds no certificate; want those of the authorities of your clients, in PEM", what)
		}
	}
}

// users wants hashes that passwords can be compared with.
func (c *serverFile) users() {
	for _, user := range slices.Sorted(maps.Keys(c.Users)) {
		if _, err := bcrypt.Cost([]byte(c.Users[user])); err != nil {
			c.document.Fault(strictyaml.At("basic_auth_users", user), "this is no bcrypt hash of a password; make one with htpasswd -nB %s", user)
		}
	}
}

// exposed warns of a private key that every user of the machine may read.
func (c *serverFile) exposed() {
	if key := c.path(c.TLS.KeyFile); key != "" && file.OpenToAll(key) {
		c.document.Warn(at("key_file"), "%s holds a secret, and every user of this machine may read it; chmod o= %s", key, key)
	}
	if c.TLS.Key != "" && file.OpenToAll(c.name) {
		c.document.Warn(at("key"), "the secret itself stands in this file, and every user of this machine may read it; chmod o= %s", c.name)
	}
}

// serverLine is how the server tells a line.
var serverLine = regexp.MustCompile(`line (\d+): `)

// rest notes what the server has to say of a file that is right as far as is known here: of a header, or of the line that it names.
func (c *serverFile) rest(err error) {
	if err == nil {
		return
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	for header := range c.HTTP.Headers {
		if strings.Contains(text, header) {
			c.document.Fault(strictyaml.At("http_server_config", "headers", header), "%s", text)
			return
		}
	}
	problem := strictyaml.Problem{File: c.name, Text: text}
	if m := serverLine.FindStringSubmatchIndex(text); m != nil {
		problem.Line, _ = strconv.Atoi(text[m[2]:m[3]])
		problem.Text = text[m[1]:]
	}
	c.document.Add(problem)
}
