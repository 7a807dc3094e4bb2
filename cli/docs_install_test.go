package cli

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// installers are the programs of docs/installing.md, each with the words that may follow first. They need root, a registry
// or a cluster: TestPackages, TestContainer, TestCompose and TestGoInstall in e2e do what they do on a machine of their own.
var installers = map[string][]string{
	"apt":        {"install"},
	"dnf":        {"install"},
	"docker":     {"build", "run", "compose"},
	"go":         {"install"},
	"helm":       {"install"},
	"install":    {"-m"},
	"journalctl": {"--unit"},
	"kubectl":    {"apply"},
	"sha256sum":  {"--check"},
	"systemctl":  {"restart", "reload"},
	"tar":        {"-xzf"},
}

// checkInstall checks the words of a command that installs or runs what a release holds: each must name it as it is named.
func checkInstall(words []string) error {
	if words[0] == "sudo" {
		words = words[1:]
	}
	if words[0] == "netver_exporter" {
		return parses(words[1:], false)
	}
	if len(words) < 2 || !slices.Contains(installers[words[0]], words[1]) {
		return fmt.Errorf("there is no rule for this command; write one")
	}
	names := []string{
		module + "@latest", "netver", "netver_exporter", // module; release, container and volume; image and unit
		"netver-exporter_1.2.0_amd64.deb", "netver-exporter-1.2.0-1.x86_64.rpm", "netver_exporter-1.2.0.linux-amd64.tar.gz",
	}
	for i, word := range words[2:] {
		file := strings.TrimPrefix(word, "./")
		switch {
		case strings.HasPrefix(file, "deploy/"):
			if _, err := os.Stat("../" + file); err != nil {
				return err
			}
		case words[0] == "docker" && words[1] == "run" && word == "netver_exporter":
			return parses(words[2+i+1:], false)
		case strings.HasPrefix(path.Base(file), "netver") && !strings.Contains(file, ":") && !slices.Contains(names, file):
			return fmt.Errorf("nothing is called %s", word)
		}
	}
	return nil
}

const module = "github.com/netver/netver_exporter"
