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

// servers are programs beside the exporter, each with the flags that the docs may give it.
var servers = map[string][]string{
	"etcd":                    {"--data-dir"},
	"prometheus":              {"--config.file", "--storage.tsdb.path"},
	"prometheus-alertmanager": {"--config.file", "--storage.path", "--cluster.listen-address"},
}

// checkServer checks the flags of a server: each must be known here, and a file of the repository must exist.
func checkServer(words, flags []string) error {
	for _, word := range words {
		flag, value, _ := strings.Cut(word, "=")
		if !slices.Contains(flags, flag) {
			return fmt.Errorf("no server has the flag %s here", flag)
		}
		if flag == "--config.file" {
			if _, err := os.Stat("../" + value); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkInstall checks the words of a command that installs or runs what a release holds: each must name it as it is named.
func checkInstall(words []string) error {
	if words[0] == "sudo" {
		words = words[1:]
	}
	if words[0] == "netver_exporter" {
		return parses(words[1:], false)
	}
	if flags, ok := servers[words[0]]; ok {
		return checkServer(words[1:], flags)
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
