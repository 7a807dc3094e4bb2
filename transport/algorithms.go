package transport

import (
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Algorithms says what is offered to a server. Each field is a list as SSH has it: names separated by commas, in the order of
// preference; "" is the usual one. What legacy_algorithms adds comes after it.
type Algorithms struct{ KeyExchanges, HostKeys, Ciphers, MACs string }

// algorithmKind is a kind of algorithms that the two sides have to agree on.
type algorithmKind struct {
	setting string // its key below the setting algorithms
	what    string // how the library's errors call it
	list    func(Algorithms) string
	usual   []string // offered unless the operator names others
	broken  []string // added by legacy_algorithms
	all     []string // usual and broken, in the order in which they are offered together
}

var keyExchanges, hostKeyAlgorithms, ciphers, macs = func() (kex, keys, ciphers, macs algorithmKind) {
	good, bad := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	var library ssh.Config // what it offers by itself holds some that it calls insecure, because much gear can do nothing better
	library.SetDefaults()
	kex = algorithmKind{setting: "kex", what: "key exchange", list: func(a Algorithms) string { return a.KeyExchanges }}
	kex.divide(good.KeyExchanges, bad.KeyExchanges, library.KeyExchanges)
	kex.usual, kex.all = groupExchangeLast(kex.usual), groupExchangeLast(kex.all)
	keys = algorithmKind{setting: "host_keys", what: "host key", list: func(a Algorithms) string { return a.HostKeys }}
	keys.divide(wish{}.list(), brokenKeys, nil)
	ciphers = algorithmKind{setting: "ciphers", what: "cipher", list: func(a Algorithms) string { return a.Ciphers }}
	ciphers.divide(good.Ciphers, bad.Ciphers, library.Ciphers)
	macs = algorithmKind{setting: "macs", what: "MAC", list: func(a Algorithms) string { return a.MACs }}
	macs.divide(good.MACs, bad.MACs, library.MACs)
	return kex, keys, ciphers, macs
}()

// divide sorts what the library can do into usual and broken.
func (k *algorithmKind) divide(good, bad, library []string) {
	k.usual = slices.Clone(good)
	for _, name := range bad {
		if slices.Contains(library, name) {
			k.usual = append(k.usual, name)
		} else {
			k.broken = append(k.broken, name)
		}
	}
	k.all = slices.Concat(k.usual, k.broken)
}

// groupExchangeLast moves the exchanges of groups to the end: old devices answer them with groups too small for the library.
func groupExchangeLast(all []string) []string {
	late := func(name string) bool {
		return name == ssh.KeyExchangeDHGEXSHA256 || name == ssh.InsecureKeyExchangeDHGEXSHA1
	}
	last := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !late(name) })
	return append(slices.DeleteFunc(slices.Clone(all), late), last...)
}

// algorithmKinds are all of them.
var algorithmKinds = [...]*algorithmKind{&keyExchanges, &hostKeyAlgorithms, &ciphers, &macs}

// KnownAlgorithms lists the names that a field of Algorithms can have, by its key in the configuration: kex, host_keys, ciphers or macs.
// Certificates go by the algorithm of their key.
func KnownAlgorithms(setting string) []string {
	for _, k := range algorithmKinds {
		if k.setting == setting {
			return slices.Clone(k.all)
		}
	}
	return nil
}

// offered lists what is offered to a server. It must not be changed.
func (k *algorithmKind) offered(a Algorithms, legacy bool) []string {
	list := k.list(a)
	switch {
	case list == "" && legacy:
		return k.all
	case list == "":
		return k.usual
	}
	names := strings.Split(list, ",")
	if legacy {
		for _, name := range k.broken {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// config is what is offered but for the host keys.
func (a Algorithms) config(legacy bool) ssh.Config {
	return ssh.Config{
		KeyExchanges: keyExchanges.offered(a, legacy), Ciphers: ciphers.offered(a, legacy), MACs: macs.offered(a, legacy),
	}
}

// hostKeys lists the algorithms for host keys in the order of the wish, as far as they are permitted: the types of key that are
// known of a server come before others, and certificates before plain keys.
func (a Algorithms) hostKeys(w wish) []string {
	if a.HostKeys == "" {
		return w.algorithms()
	}
	plain := slices.Clone(hostKeyAlgorithms.offered(a, w.legacy))
	types := strings.Split(w.known, ",")
	slices.SortStableFunc(plain, func(x, y string) int {
		return rank(slices.Contains(types, keyTypeOf(x))) - rank(slices.Contains(types, keyTypeOf(y)))
	})
	if !w.certified {
		return plain
	}
	var signed []string
	for _, name := range plain {
		if !slices.Contains(brokenKeys, name) {
			signed = append(signed, certificateOf(name))
		}
	}
	return append(signed, plain...)
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// keyTypeOf is the type of the key that signs by an algorithm.
func keyTypeOf(name string) string {
	if name == ssh.KeyAlgoRSASHA256 || name == ssh.KeyAlgoRSASHA512 {
		return ssh.KeyAlgoRSA
	}
	return name
}

func certificateOf(name string) string { return name + "-cert-v01@openssh.com" }
