package config

import (
	"net/url"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/version"

	"github.com/netver/netver_exporter/strictyaml"
)

// agent is how requests to sources name the program.
func agent() string { return "netver_exporter/" + version.Version }

// httpClient is the settings of an HTTP client, in Prometheus's words.
type httpClient struct {
	BasicAuth            *basicAuth        `yaml:"basic_auth"`
	Authorization        *authorization    `yaml:"authorization"`
	OAuth2               *oauth2           `yaml:"oauth2"`
	TLS                  tlsConfig         `yaml:"tls_config"`
	ProxyURL             string            `yaml:"proxy_url"`
	NoProxy              string            `yaml:"no_proxy"`
	ProxyFromEnvironment bool              `yaml:"proxy_from_environment"`
	FollowRedirects      *bool             `yaml:"follow_redirects"`
	HTTP2                *bool             `yaml:"enable_http2"`
	Headers              map[string]header `yaml:"http_headers"`
}

type basicAuth struct {
	Username     string    `yaml:"username"`
	Password     secretRef `yaml:"password"`
	PasswordFile string    `yaml:"password_file"`
}

type authorization struct {
	Type            string    `yaml:"type"`
	Credentials     secretRef `yaml:"credentials"`
	CredentialsFile string    `yaml:"credentials_file"`
}

type oauth2 struct {
	ClientID         string            `yaml:"client_id"`
	ClientSecret     secretRef         `yaml:"client_secret"`
	ClientSecretFile string            `yaml:"client_secret_file"`
	TokenURL         string            `yaml:"token_url"`
	Scopes           []string          `yaml:"scopes"`
	EndpointParams   map[string]string `yaml:"endpoint_params"`
	TLS              tlsConfig         `yaml:"tls_config"`
}

type tlsConfig struct {
	CAFile             string `yaml:"ca_file"`
	CertFile           string `yaml:"cert_file"`
	KeyFile            string `yaml:"key_file"`
	ServerName         string `yaml:"server_name"`
	InsecureSkipVerify bool   `yaml:"insecure_skip_verify"`
	MinVersion         string `yaml:"min_version" oneof:"TLS10 TLS11 TLS12 TLS13"`
}

type header struct {
	Values  []string    `yaml:"values"`
	Secrets []secretRef `yaml:"secrets"`
	Files   []string    `yaml:"files"`
}

// settings puts the words into the form of Prometheus's own library, with files located and secrets read.
func (w *httpClient) settings(l *loader, at *strictyaml.Path) promconfig.HTTPClientConfig {
	c := promconfig.DefaultHTTPClientConfig
	if w.FollowRedirects != nil {
		c.FollowRedirects = *w.FollowRedirects
	}
	if w.HTTP2 != nil {
		c.EnableHTTP2 = *w.HTTP2
	}
	c.TLSConfig = w.TLS.settings(l, at.Child("tls_config"))
	if proxy, err := url.Parse(w.ProxyURL); err != nil || w.ProxyURL != "" && proxy.Host == "" {
		l.document.Fault(at.Child("proxy_url"), "this is no URL; want http://host:port")
	} else if w.ProxyURL != "" {
		c.ProxyURL = promconfig.URL{URL: proxy}
	}
	c.NoProxy, c.ProxyFromEnvironment = w.NoProxy, w.ProxyFromEnvironment
	if a, at := w.BasicAuth, at.Child("basic_auth"); a != nil {
		c.BasicAuth = &promconfig.BasicAuth{
			Username: a.Username, Password: l.promSecret(a.Password, at.Child("password")),
			PasswordFile: l.secretFile(a.PasswordFile, at.Child("password_file")),
		}
	}
	if a, at := w.Authorization, at.Child("authorization"); a != nil {
		c.Authorization = &promconfig.Authorization{
			Type: a.Type, Credentials: l.promSecret(a.Credentials, at.Child("credentials")),
			CredentialsFile: l.secretFile(a.CredentialsFile, at.Child("credentials_file")),
		}
	}
	if o, at := w.OAuth2, at.Child("oauth2"); o != nil {
		c.OAuth2 = &promconfig.OAuth2{
			ClientID: o.ClientID, ClientSecret: l.promSecret(o.ClientSecret, at.Child("client_secret")),
			ClientSecretFile: l.secretFile(o.ClientSecretFile, at.Child("client_secret_file")),
			TokenURL:         o.TokenURL, Scopes: o.Scopes, EndpointParams: o.EndpointParams,
			TLSConfig: o.TLS.settings(l, at.Child("tls_config")), ProxyConfig: c.ProxyConfig,
		}
	}
	if w.Headers != nil {
		c.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{}}
	}
	for name, h := range w.Headers {
		at := at.Child("http_headers").Child(name)
		made := promconfig.Header{Values: h.Values, Files: make([]string, len(h.Files))}
		for i := range h.Secrets {
			made.Secrets = append(made.Secrets, l.promSecret(h.Secrets[i], at.Child("secrets").Item(i)))
		}
		for i := range h.Files {
			made.Files[i] = l.secretFile(h.Files[i], at.Child("files").Item(i))
		}
		c.HTTPHeaders.Headers[name] = made
	}
	return c
}

// settings also reads the certificates and the key once, as they will be read when they are used.
func (w *tlsConfig) settings(l *loader, at *strictyaml.Path) promconfig.TLSConfig {
	c := promconfig.TLSConfig{
		CAFile: l.optional(w.CAFile, at.Child("ca_file")), CertFile: l.optional(w.CertFile, at.Child("cert_file")),
		KeyFile: l.secretFile(w.KeyFile, at.Child("key_file")), ServerName: w.ServerName, InsecureSkipVerify: w.InsecureSkipVerify,
		MinVersion: promconfig.TLSVersions[w.MinVersion],
	}
	if l.document.Faulty(at) {
		return c
	}
	if _, err := promconfig.NewTLSConfig(&c); err != nil {
		l.document.Fault(at, "%v", err)
	}
	return c
}

// promSecret is secret in the type of Prometheus's library.
func (l *loader) promSecret(ref secretRef, at *strictyaml.Path) promconfig.Secret {
	return promconfig.Secret(l.secret("", ref, at).Reveal())
}
