package transport

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

// explain says what each side offers where they have nothing in common, and which setting would make it work, if one would.
func explain(e *ssh.AlgorithmNegotiationError) error {
	theirs, ours := algorithmNames(e.RequestedAlgorithms), algorithmNames(e.SupportedAlgorithms)
	return fmt.Errorf("no common algorithm for the %s; the server offers %s; this side offers %s; %s",
		e.What, nameList(theirs), nameList(ours), remedy(e.What, theirs))
}

func remedy(what string, theirs []string) string {
	for _, k := range algorithmKinds {
		if !strings.HasSuffix(what, k.what) {
			continue
		}
		good, bad := common(theirs, k.usual), common(theirs, k.broken)
		switch {
		case len(good) > 0: // so the operator's own list is in force, and has none of them
			return fmt.Sprintf("algorithms.%s would have to name %s", k.setting, nameList(good))
		case len(bad) > 0:
			return "legacy_algorithms: true would add " + nameList(bad)
		}
	}
	return "no setting helps, since nothing of what the server offers is known here"
}

func common(theirs, known []string) []string {
	return slices.DeleteFunc(slices.Clone(theirs), func(name string) bool { return !slices.Contains(known, name) })
}

// algorithmNames leaves out what stands among key exchanges and is none (RFC 8308, and OpenSSH's strict key exchange).
func algorithmNames(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return strings.HasPrefix(name, "ext-info-") || strings.HasPrefix(name, "kex-strict-") || name == ""
	})
}

// nameList writes names, which a device may have sent, for a message.
func nameList(names []string) string {
	const most = 16
	if len(names) == 0 {
		return "nothing"
	}
	shown := slices.Clone(names[:min(len(names), most)])
	for i, name := range shown {
		shown[i] = strings.Trim(failure.Quote(name), `"`)
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
