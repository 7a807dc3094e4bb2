package app

import (
	"errors"
	"time"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/transport"
)

// credentials opens private keys and reads certificates. Credentials that have a problem already are left out.
func credentials(c *config.Config) map[string]*transport.Credential {
	made := make(map[string]*transport.Credential, len(c.Credentials))
	for name, w := range c.Credentials {
		at := strictyaml.At("credentials", name)
		if c.Document.Faulty(at) {
			continue
		}
		login := transport.Login{
			Username: w.Username, Password: w.Password, PrivateKey: w.PrivateKey, Certificate: w.Certificate, Passphrase: w.Passphrase,
			Agent: w.Agent, Enable: w.Enable, BareEnable: w.BareEnable,
		}
		for _, a := range w.Answers {
			login.Answers = append(login.Answers, transport.Answer(a))
		}
		credential, err := transport.NewCredential(login)
		if bad, ok := errors.AsType[*transport.KeyError](err); ok {
			c.Document.Fault(at.Child(bad.Setting), "%v", bad)
			continue
		}
		// A warning: another one may be written at any time, and what else the credential has is used until then.
		switch err := credential.Outdated(time.Now()); {
		case errors.Is(err, transport.ErrNotYet):
			c.Document.Warn(at.Child("certificate"), "%v; it is not offered until then", err)
		case err != nil:
			c.Document.Warn(at.Child("certificate"), "%v; it is not offered until it has been renewed", err)
		}
		made[name] = credential
	}
	return made
}
