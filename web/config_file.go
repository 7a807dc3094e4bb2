package web

import (
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"
)

// written is a file for --web.config.file. It is read here too, since the server's own messages name neither file nor key, and
// not always a line. A test holds the keys of both together.
type written struct {
	TLS   writtenTLS        `yaml:"tls_server_config"`
	HTTP  writtenHTTP       `yaml:"http_server_config"`
	Limit writtenLimit      `yaml:"rate_limit"`
	Users map[string]string `yaml:"basic_auth_users"` // hashes of passwords
}

type writtenTLS struct {
	Cert        string   `yaml:"cert"`
	Key         string   `yaml:"key"`
	Authorities string   `yaml:"client_ca"`
	CertFile    string   `yaml:"cert_file"`
	KeyFile     string   `yaml:"key_file"`
	Clients     string   `yaml:"client_auth_type" oneof:"NoClientCert RequestClientCert RequireClientCert RequireAnyClientCert VerifyClientCertIfGiven RequireAndVerifyClientCert"`
	AuthFile    string   `yaml:"client_ca_file"`
	Ciphers     []cipher `yaml:"cipher_suites"`
	Curves      []curve  `yaml:"curve_preferences"`
	Least       protocol `yaml:"min_version"`
	Most        protocol `yaml:"max_version"`
	Ignored     bool     `yaml:"prefer_server_cipher_suites"`
	Names       []string `yaml:"client_allowed_sans"`
}

type writtenHTTP struct {
	HTTP2   bool              `yaml:"http2"`
	Headers map[string]string `yaml:"headers"`
}

type writtenLimit struct {
	Burst    int           `yaml:"burst"`
	Interval time.Duration `yaml:"interval"`
}

// Names that the server knows.
type (
	cipher   string
	curve    string
	protocol string
)

// UnmarshalText takes the name of a cipher suite.
func (c *cipher) UnmarshalText(text []byte) error {
	return named(new(toolkit.Cipher), (*string)(c), text)
}

// UnmarshalText takes the name of a curve.
func (c *curve) UnmarshalText(text []byte) error {
	return named(new(toolkit.Curve), (*string)(c), text)
}

// UnmarshalText takes the name of a version of TLS.
func (p *protocol) UnmarshalText(text []byte) error {
	return named(new(toolkit.TLSVersion), (*string)(p), text)
}

func named(server interface{ UnmarshalYAML(func(any) error) error }, name *string, text []byte) error {
	*name = string(text)
	return server.UnmarshalYAML(func(to any) error {
		*to.(*string) = *name
		return nil
	})
}
