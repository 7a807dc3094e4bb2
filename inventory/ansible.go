package inventory

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ansible lists the hosts of an Ansible inventory: INI or YAML, with the group_vars and host_vars beside it.
type Ansible struct {
	Path  string // a file, or a folder of files
	Hosts string // Ansible's pattern of hosts and groups; "": all
}

var _ Source = Ansible{}

// varsFolders hold variables beside an inventory.
var varsFolders = []string{"group_vars", "host_vars"}

// folder is the one that group_vars and host_vars are in.
func (s Ansible) folder() string {
	if info, err := os.Stat(s.Path); err == nil && info.IsDir() {
		return s.Path
	}
	return filepath.Dir(s.Path)
}

// Folders is that of a source whose files can be watched.
func (s Ansible) Folders() []string {
	folders := []string{s.folder()}
	for _, name := range varsFolders {
		_ = filepath.WalkDir(filepath.Join(s.folder(), name), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				folders = append(folders, path)
			}
			return nil
		})
	}
	return folders
}

// Read is that of Source. The names of the files say what they are: those below group_vars and host_vars hold variables.
func (s Ansible) Read(context.Context) ([]Document, error) {
	names := []string{s.Path}
	if s.folder() == s.Path {
		var err error
		if names, err = inventoryFiles(s.Path); err != nil {
			return nil, err
		}
	}
	for _, folder := range varsFolders {
		err := filepath.WalkDir(filepath.Join(s.folder(), folder), func(path string, entry fs.DirEntry, err error) error {
			name := filepath.Base(path)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return fmt.Errorf("%s: %w", path, errors.Unwrap(err))
			case strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~"):
				if entry.IsDir() {
					return filepath.SkipDir
				}
			case !entry.IsDir() && slices.Contains(varsExtensions, filepath.Ext(name)):
				names = append(names, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	documents := make([]Document, len(names))
	for i, name := range names {
		var err error
		if documents[i], err = readFile(name); err != nil {
			return nil, err
		}
	}
	return documents, nil
}

var varsExtensions = []string{"", ".yml", ".yaml", ".json"}

// ignoredExtensions are those that Ansible leaves out of a folder.
var ignoredExtensions = []string{".pyc", ".pyo", ".swp", ".bak", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry", ".ini"}

// inventoryFiles lists the inventories in a folder.
func inventoryFiles(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, errors.Unwrap(err))
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		if !entry.IsDir() && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, "~") && !slices.Contains(ignoredExtensions, filepath.Ext(name)) {
			names = append(names, filepath.Join(folder, name))
		}
	}
	return names, nil
}

// Parse is that of Source.
func (s Ansible) Parse(documents []Document) (targets []Target, problems []string, err error) {
	v := newAnsibleInventory()
	vars := map[string]Document{}
	for _, d := range documents {
		if inside, ok := strings.CutPrefix(d.Name, s.folder()+string(filepath.Separator)); ok {
			if top, _, _ := strings.Cut(inside, string(filepath.Separator)); slices.Contains(varsFolders, top) {
				vars[filepath.ToSlash(inside)] = d
				continue
			}
		}
		if err := v.read(d); err != nil {
			return nil, nil, err
		}
	}
	if err := v.complete(); err != nil {
		return nil, nil, err
	}
	if err := v.readVars(vars); err != nil {
		return nil, nil, err
	}
	hosts, unmatched, err := v.pattern(s.Hosts)
	if err != nil {
		return nil, nil, fmt.Errorf("hosts: %w", err)
	}
	for _, word := range unmatched {
		problems = append(problems, fmt.Sprintf("%s: hosts: nothing matches %q", s.Path, word))
	}
	told := map[string]bool{}
	for _, h := range hosts {
		t, problem := v.target(h, told)
		if problem != "" {
			problems = append(problems, problem)
		}
		if t != nil {
			targets = append(targets, *t)
		}
	}
	return targets, problems, nil
}

// read adds an inventory file, in the format that Ansible would take it for.
func (v *ansibleInventory) read(d Document) error {
	if bytes.HasPrefix(d.Text, []byte("#!")) {
		return fmt.Errorf("%s: this is a program, and programs are not run; use ansible-inventory --list --output FILE --export --yaml, and name that file", d.Name)
	}
	switch filepath.Ext(d.Name) {
	case ".yml", ".yaml", ".json":
		return v.readYAML(d)
	case "":
		if looksLikeYAML(d) {
			return v.readYAML(d)
		}
	}
	return v.readINI(d)
}

const ansibleLabel = "__meta_ansible_"

// Connections that do not lead to a device over SSH.
var otherConnections = []string{"local", "docker", "podman", "kubectl", "winrm", "psrp"}

// target makes a target of a host; nil: it is none, the problem says why. A problem with a target is a warning. told are the
// places of warnings that have been given: a variable of a group is one of many hosts.
func (v *ansibleInventory) target(h *ansibleHost, told map[string]bool) (t *Target, problem string) {
	vars := v.varsOf(h)
	used := map[string]string{}
	for _, name := range []string{"ansible_host", "ansible_ssh_host", "ansible_port", "ansible_ssh_port", "ansible_network_os", "ansible_connection"} {
		value, ok := vars[name]
		if !ok {
			continue
		}
		if reason := value.unusable(); reason != "" {
			return nil, fmt.Sprintf("%s: host %s: %s %s; the host is left out", value.place, h.name, name, reason)
		}
		used[name] = value.text
	}
	if slices.Contains(otherConnections, used["ansible_connection"]) {
		return nil, fmt.Sprintf("%s: host %s: ansible_connection is %s, which is not SSH; the host is left out", vars["ansible_connection"].place, h.name, used["ansible_connection"])
	}
	for _, name := range []string{"ansible_password", "ansible_ssh_pass"} {
		if value, ok := vars[name]; ok && value.unusable() == "" && !told[value.place] {
			told[value.place] = true
			problem = fmt.Sprintf("%s: %s is not used; devices log in with credentials of the configuration", value.place, name)
		}
	}
	port := cmp.Or(used["ansible_port"], used["ansible_ssh_port"])
	if c := used["ansible_connection"]; strings.HasSuffix(c, "netconf") || strings.HasSuffix(c, "httpapi") {
		port = "" // of another service
	}
	labels := map[string]string{
		labelAddress: withPort(cmp.Or(used["ansible_host"], used["ansible_ssh_host"], h.name), port), labelPlatform: used["ansible_network_os"],
		ansibleLabel + "groups": joined(v.groupNames(h)), labelFilepath: h.file,
	}
	for name, value := range vars {
		if value.unusable() == "" {
			labels[ansibleLabel+labelWord(name)] = value.text
		}
	}
	return &Target{h.place, h.name, published(labels)}, problem
}
