package config

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

// locate completes the path of a file that stands at a place: ~ is the home directory, and a relative path starts at
// the file in which it is written.
func (l *loader) locate(path string, at *strictyaml.Path) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, _ := l.env("HOME")
		if home == "" {
			l.document.Fault(at, "~ has no meaning here, since the environment variable HOME is not set; write the whole path")
			return ""
		}
		if !filepath.IsAbs(home) { // a "~" that nobody expanded, say
			l.document.Fault(at, "~ has no meaning here, since the environment variable HOME is %q and no whole path; write the whole path", home)
			return ""
		}
		return filepath.Join(home, rest)
	}
	if strings.HasPrefix(path, "~") {
		l.document.Fault(at, "%q is not understood; write ~/ for your home directory, or the whole path", path)
		return ""
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(l.document.FileOf(at)), path)
}

// named is locate of a file that must be named.
func (l *loader) named(path string, at *strictyaml.Path) string {
	if path == "" {
		l.document.Fault(at, "the name of the file is empty; write one, or remove the item")
		return ""
	}
	return l.locate(path, at)
}

func (l *loader) locateAll(paths []string, keys ...string) []string {
	located := make([]string, len(paths))
	for i, path := range paths {
		located[i] = l.named(path, strictyaml.At(keys...).Item(i))
	}
	return located
}

// optional is locate for a path that may be left out.
func (l *loader) optional(path string, at *strictyaml.Path) string {
	if path == "" {
		return ""
	}
	return l.locate(path, at)
}

// Expand lists the files that a pattern at a place means, or notes why there are none.
func Expand(document *strictyaml.Document, pattern string, at *strictyaml.Path) []string {
	names, err := file.Glob(pattern)
	switch {
	case errors.Is(err, filepath.ErrBadPattern):
		document.Fault(at, "bad pattern; [ begins a set of characters and needs its ]")
	case err != nil:
		document.Fault(at, "cannot read %s: %s", pattern, err)
	case len(names) > 0 || pattern == "":
	case file.IsPattern(pattern):
		document.Warn(at, "no file matches %s", pattern)
	default:
		document.Fault(at, "cannot read %s: no such file", pattern)
	}
	return names
}
