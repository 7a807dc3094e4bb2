package config

import (
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/sshcli"
)

// login is a credential whose secrets are known.
type login struct {
	username   string
	password   secret.Value
	privateKey secret.Value
	passphrase secret.Value
	agent      string // path of the agent's socket; "": none
	enable     secret.Value
}

func (l login) credential() (*sshcli.Credential, error) {
	return &sshcli.Credential{Username: l.username, Password: l.password, Enable: l.enable}, nil
}
