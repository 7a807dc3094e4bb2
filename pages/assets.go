package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

// asset is a file that pages load. Its name holds a part of its hash, so that it may be kept for ever.
type asset struct {
	name string // as in the source
	body []byte
}

// loadAssets returns the names with their hashes, by the names in the source.
func (p *Pages) loadAssets() (names map[string]string, err error) {
	files, err := fs.Glob(assets, "assets/*")
	if err != nil {
		return nil, fmt.Errorf("list the files of the status pages: %w", err)
	}
	names, p.assets = map[string]string{}, map[string]asset{}
	for _, file := range files {
		body, err := assets.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a file of the status pages: %w", err)
		}
		name, sum := path.Base(file), sha256.Sum256(body)
		kind := path.Ext(name)
		hashed := strings.TrimSuffix(name, kind) + "." + hex.EncodeToString(sum[:6]) + kind
		names[name] = hashed
		p.assets[hashed] = asset{name, body}
	}
	return names, nil
}

func (p *Pages) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := p.assets[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	r.Header.Del("Range") // the answer to many ranges is many times as long as the file
	http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.body))
}
