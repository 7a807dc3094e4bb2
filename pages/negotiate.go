package pages

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Unchanged sets the tag of an answer, and answers that nothing has changed if the reader has what the tag stands for: then it is
// true. A tag is weak, since an answer is the same whether it is compressed or not.
func Unchanged(w http.ResponseWriter, r *http.Request, tag string) bool {
	w.Header().Set("ETag", `W/"`+tag+`"`)
	w.Header().Set("Cache-Control", "no-cache")
	for given := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		if given = strings.TrimSpace(given); given == "*" || strings.TrimPrefix(given, "W/") == `"`+tag+`"` {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

// wantsText reports a client that asks for plain text, or takes it rather than HTML. Only what it names counts: a browser takes
// everything.
func wantsText(r *http.Request) bool {
	if r.URL.Query().Get("format") == "text" {
		return true
	}
	weights := map[string]float64{}
	for accepted := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, parameters, err := mime.ParseMediaType(accepted)
		if err != nil {
			continue
		}
		weight, err := strconv.ParseFloat(parameters["q"], 64)
		if err != nil {
			weight = 1
		}
		weights[kind] = weight
	}
	return weights["text/plain"] > weights["text/html"]
}
