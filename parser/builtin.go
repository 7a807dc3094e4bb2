package parser

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed platforms/*.yml
var definitions embed.FS

// library is the platforms that come with the program, and what other tools call them. It never changes.
type library struct {
	ids       []string                    // sorted
	platforms map[string]func() *Platform // by id, which is the name of the definition's file; the first call reads the file
	names     map[string]names            // other tools' names by id
	byName    map[string]string           // id by other tools' names
}

// sharedLibrary returns the one library that all registries share.
var sharedLibrary = sync.OnceValues(newLibrary)

// newLibrary makes a library of which no definition has been read yet. An error is a fault of the program.
func newLibrary() (*library, error) {
	table, err := loadNames()
	if err != nil {
		return nil, err
	}
	l := &library{platforms: map[string]func() *Platform{}, names: table, byName: map[string]string{}}
	for id, byTool := range table {
		for _, all := range byTool {
			for _, name := range all {
				if name != id {
					l.byName[name] = id
				}
			}
		}
	}
	files, err := fs.Glob(definitions, "platforms/*.yml")
	if err != nil {
		return nil, fmt.Errorf("list built-in platforms: %w", err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(path.Base(file), ".yml")
		l.ids = append(l.ids, id)
		l.platforms[id] = sync.OnceValue(func() *Platform { return mustLoad(file) })
	}
	return l, nil
}

// mustLoad reads a built-in definition. A faulty one is a fault of the program, for which it panics as regexp.MustCompile
// does: a test reads them all.
func mustLoad(file string) *Platform {
	text, err := definitions.ReadFile(file)
	if err != nil {
		panic(err)
	}
	p, err := Load(file, text)
	if err != nil {
		panic(err)
	}
	p.Origin = BuiltIn
	return p
}

// types reports whether one of the platforms types the text. It reads definitions until it finds one that does.
func (l *library) types(t *Typed) bool {
	return slices.ContainsFunc(l.ids, func(id string) bool { return l.platforms[id]().types(t) })
}
