package inventory

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

const sshPort = "22"

// A host name as resolvers take it: letters, digits, hyphens, dots, and the underscores that real fleets have.
var (
	hostName   = regexp.MustCompile(`^[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?)*\.?$`)
	dottedQuad = regexp.MustCompile(`^[0-9.]+$`)
	zone       = regexp.MustCompile(`^[\w.-]*$`) // the name of an interface, or its number
)

// ParseAddress completes an address to host:port. It takes a host name, an IPv4 or an IPv6 address, each with or
// without a port, which is 22 by default: "sw1", "192.0.2.1:2222", "2001:db8::1", "[2001:db8::1]:22".
func ParseAddress(text string) (string, error) {
	if text == "" {
		return "", errors.New("the address is empty")
	}
	if strings.Contains(text, "@") { // not quoted: a password may stand before it
		return "", errors.New("the address has a user name; that belongs into the credentials")
	}
	if strings.Contains(text, "://") {
		return "", fmt.Errorf("%q is a URL; write host or host:port", text)
	}
	host, port := text, sshPort
	if ip, ok := parseIP(text); ok {
		return net.JoinHostPort(ip.String(), port), nil
	}
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		host = text[1 : len(text)-1]
	} else if strings.Contains(text, ":") {
		var err error
		if host, port, err = net.SplitHostPort(text); err != nil {
			return "", fmt.Errorf("%q is no address; write host, host:port, or [IPv6]:port", text)
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || port[0] == '+' {
		return "", fmt.Errorf("%q has no port between 1 and 65535", text)
	}
	if ip, ok := parseIP(host); ok {
		return net.JoinHostPort(ip.String(), port), nil
	}
	if strings.HasPrefix(text, "[") || !hostName.MatchString(host) || dottedQuad.MatchString(host) || len(host) > 253 {
		return "", fmt.Errorf("%q is neither a host name nor an IP address", text)
	}
	return net.JoinHostPort(host, port), nil
}

func parseIP(text string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(text)
	return ip, err == nil && zone.MatchString(ip.Zone())
}

// withPort adds a port to a host, if there is one.
func withPort(host, port string) string {
	if host == "" || port == "" {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}
