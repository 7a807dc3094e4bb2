package inventory

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/netver/netver_exporter/file"
)

// maxDocument is above any list of devices; it keeps a wrong file or an endless answer from being read whole.
const maxDocument = 150 << 20

// readFiles reads the files that a pattern means, in order. A pattern may match nothing, a name may not.
func readFiles(pattern string) ([]Document, error) {
	names := []string{pattern}
	if file.IsPattern(pattern) {
		var err error
		if names, err = file.Glob(pattern); err != nil {
			return nil, fmt.Errorf("%s: %w", pattern, err)
		}
	}
	documents := make([]Document, 0, len(names))
	for _, name := range names {
		d, err := readFile(name)
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func readFile(name string) (Document, error) {
	if err := file.Check(name); err != nil {
		return Document{}, fmt.Errorf("%s: %w", name, err)
	}
	text, err := file.Read(name, maxDocument)
	if err != nil {
		return Document{}, fmt.Errorf("%s: %w", name, err)
	}
	return Document{name, text}, nil
}

// foldersOf are those that hold the files.
func foldersOf(names ...string) []string {
	var folders []string
	for _, name := range names {
		folders = append(folders, filepath.Dir(name))
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// isMissing reports that a file is not there.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
