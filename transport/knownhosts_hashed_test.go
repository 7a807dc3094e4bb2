package transport

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/netver/netver_exporter/failure"
)

func TestHMACSHA1(t *testing.T) {
	for range 1000 {
		salt, host := make([]byte, mathrand.IntN(sha1.BlockSize+1)), make([]byte, mathrand.IntN(longestHost+1))
		_, _ = rand.Read(salt)
		_, _ = rand.Read(host)
		want := hmac.New(sha1.New, salt)
		want.Write(host)
		if got := hmacSHA1(string(salt), string(host)); !hmac.Equal(got[:], want.Sum(nil)) {
			t.Fatalf("salt %x, host %x: %x, want %x", salt, host, got, want.Sum(nil))
		}
	}
}

// A host with hashed lines of several types is asked for the type that is known, and its other keys are found, too.
func TestHashedTypes(t *testing.T) {
	ecdsa, other := hashedKey(ssh.KeyAlgoECDSA256), hashedKey(ssh.KeyAlgoED25519)
	file := writeFile(t, hashedLineOf("sw-1.example", ssh.KeyAlgoECDSA256, ecdsa)+hashedLineOf("sw-1.example", ssh.KeyAlgoRSA, hashedKey(ssh.KeyAlgoRSA))+
		hashedLineOf("sw-2.example", ssh.KeyAlgoED25519, other))
	keys := open(t, file)
	for range 2 {
		for address, want := range map[string]string{
			"sw-1.example:22": ssh.KeyAlgoECDSA256, "sw-1.example:2222": ssh.KeyAlgoECDSA256,
			"sw-2.example:22": ssh.KeyAlgoED25519, "sw-3.example:22": ssh.KeyAlgoED25519,
		} {
			if got := keys.wish(address, false).algorithms()[0]; got != want {
				t.Errorf("%s is asked for %s, want %s", address, got, want)
			}
		}
	}
	if shown := keys.Show("sw-1.example:22"); len(shown) != 2 {
		t.Errorf("sw-1 has the keys %v, want two", shown)
	}
	key := newSigner(t).PublicKey()
	wantReason(t, keys.check(AcceptNew, "sw-1.example:22", key, false), failure.HostKeyChanged)
	if err := keys.check(AcceptNew, "sw-3.example:22", key, false); err != nil {
		t.Error(err)
	}
}

// What was found out about hashed lines outlives a change of the file.
func TestHashedNamesAreKept(t *testing.T) {
	file := writeFile(t, hashedLineOf("sw-1.example", ssh.KeyAlgoED25519, hashedKey(ssh.KeyAlgoED25519)))
	keys := open(t, file)
	_ = keys.Show("sw-1.example:22")
	before := keys.known
	if err := appendText(file, "# x"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second change follows a line without an end
		if err := appendText(file, "\n#"); err != nil {
			t.Fatal(err)
		}
		if err := keys.reload(); err != nil {
			t.Fatal(err)
		}
	}
	if keys.known == before {
		t.Fatal("the file was not read again")
	}
	if owned := keys.known.hashed.owned["sw-1.example"]; len(owned) != 1 {
		t.Errorf("it is forgotten that the line is sw-1's: %v", owned)
	}
}

// hashedKey makes up a key of a type: only its type can be read.
func hashedKey(keyType string) string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	return base64.StdEncoding.EncodeToString(append(wireString(keyType), raw...))
}

func hashedLineOf(host, keyType, key string) string {
	return knownhosts.HashHostname(host) + " " + keyType + " " + key + "\n"
}

// What the hosts of a fleet cost with a hashed file, per host and the first time: a known key, the search for the type to
// ask for, and a host without a line. Lines is the number of the file's.
func BenchmarkHashedFirstLogin(b *testing.B) {
	const fleet = 5_000
	for _, types := range [][]string{{ssh.KeyAlgoED25519}, {ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoRSA}} {
		var file strings.Builder
		shown := make([]string, fleet)
		for i := range fleet {
			for _, keyType := range types {
				key := hashedKey(keyType)
				file.WriteString(hashedLineOf(fmt.Sprintf("sw-%d.example", i), keyType, key))
				if keyType == ssh.KeyAlgoED25519 {
					shown[i] = key
				}
			}
		}
		name := writeFile(b, file.String())
		for how, order := range map[string][]int{"ordered": nil, "shuffled": mathrand.Perm(fleet)} {
			b.Run(fmt.Sprintf("types=%d/%s", len(types), how), func(b *testing.B) {
				var keys *HostKeys
				i := fleet
				for b.Loop() {
					if i == fleet {
						b.StopTimer()
						keys, i = open(b, name), 0
						b.StartTimer()
					}
					n := i
					if order != nil {
						n = order[i]
					}
					host := fmt.Sprintf("sw-%d.example", n)
					keys.wish(host+":22", false).algorithms()
					if err := keys.judge(host, ssh.KeyAlgoED25519, shown[n]); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
		}
		b.Run(fmt.Sprintf("types=%d/unknown", len(types)), func(b *testing.B) {
			keys := open(b, name)
			i := 0
			for b.Loop() {
				if err := keys.judge(fmt.Sprintf("new-%d.example", i), ssh.KeyAlgoED25519, "AAAA"); err != errNew {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}
