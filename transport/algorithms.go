package transport

import (
	"slices"

	"golang.org/x/crypto/ssh"
)

// plainKeyAlgorithms are the library's defaults for host keys without those for certificates.
var plainKeyAlgorithms = []string{
	ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSA,
	ssh.InsecureKeyAlgoDSA,
	ssh.KeyAlgoED25519,
}

var certificateAlgorithms = []string{
	ssh.CertAlgoED25519v01,
	ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01,
	ssh.CertAlgoRSASHA256v01, ssh.CertAlgoRSASHA512v01,
}

// signatures lists the algorithms that a host key of a type can sign with.
func signatures(kind string) []string {
	if kind == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSA}
	}
	if slices.Contains(plainKeyAlgorithms, kind) {
		return []string{kind}
	}
	return nil
}

// legacy offers everything that the library can do, for gear that can do nothing better: what it holds insecure comes
// last, and group exchange after that, because old devices answer it with groups too small for the library.
var legacy = func() ssh.Config {
	good, bad := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	return ssh.Config{
		KeyExchanges: groupExchangeLast(slices.Concat(good.KeyExchanges, bad.KeyExchanges)),
		Ciphers:      slices.Concat(good.Ciphers, bad.Ciphers),
		MACs:         slices.Concat(good.MACs, bad.MACs),
	}
}()

func groupExchangeLast(all []string) []string {
	late := func(name string) bool {
		return name == ssh.KeyExchangeDHGEXSHA256 || name == ssh.InsecureKeyExchangeDHGEXSHA1
	}
	last := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !late(name) })
	return append(slices.DeleteFunc(all, late), last...)
}
