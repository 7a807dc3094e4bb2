package transport

import (
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// keyTypes are the types of host keys in the order in which they are asked for: ed25519 first, because it is small, fast
// and has no parameters to choose badly. Those that only legacy_algorithms permits come last.
var keyTypes = []string{
	ssh.KeyAlgoED25519,
	ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSA,
	ssh.InsecureKeyAlgoDSA,
}

// brokenKeys are the algorithms for plain host keys that the library can do and holds insecure: SHA-1 signatures by RSA
// keys, and DSA if the library still has it.
var brokenKeys = slices.DeleteFunc(ssh.InsecureAlgorithms().HostKeys, func(name string) bool {
	return strings.Contains(name, "-cert-")
})

// signatures lists the algorithms by which a host key of a type can sign, best first: none for a type that the library
// does not know or that is not permitted.
func signatures(keyType string, legacy bool) []string {
	var all []string
	switch keyType {
	case ssh.KeyAlgoRSA:
		all = append(all, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512)
	case ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521:
		return append(all, keyType)
	}
	if legacy && slices.Contains(brokenKeys, keyType) {
		all = append(all, keyType)
	}
	return all
}

// certificates lists the algorithms for host certificates of a key type. Those that are signed with SHA-1 are never asked
// for: an authority is not old gear.
func certificates(keyType string) []string {
	var all []string
	for _, name := range signatures(keyType, false) {
		all = append(all, certificateOf(name))
	}
	return all
}

// wish is what to ask a server for.
type wish struct {
	known     string // the type of the key that is known of it, or of several keys "a,b"; "": none
	certified bool   // an authority is known for it
	legacy    bool   // legacy algorithms are permitted
}

// algorithms lists the algorithms for host keys in the order of the wish: the key types that are known of a server come
// first, so that a server with several keys shows the one that is known, and certificates come before plain keys.
func (w wish) algorithms() []string {
	if list, usual := usualWishes[w]; usual {
		return list
	}
	return w.list()
}

func (w wish) list() []string {
	var plain, signed []string
	for _, keyType := range slices.Concat(strings.Split(w.known, ","), keyTypes) {
		if own := signatures(keyType, w.legacy); len(own) > 0 && !slices.Contains(plain, own[0]) {
			plain = append(plain, own...)
			signed = append(signed, certificates(keyType)...)
		}
	}
	if !w.certified {
		return plain
	}
	return append(signed, plain...)
}

// usualWishes has the lists for servers of which at most one type of key is known.
var usualWishes = func() map[wish][]string {
	lists := make(map[wish][]string)
	for _, known := range append([]string{""}, keyTypes...) {
		for _, certified := range []bool{false, true} {
			for _, legacy := range []bool{false, true} {
				w := wish{known, certified, legacy}
				lists[w] = w.list()
			}
		}
	}
	return lists
}()
