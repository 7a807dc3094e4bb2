package web

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"net/url"

	"github.com/klauspost/compress/gzhttp"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/pages"
)

// apiError is an answer of the API that tells what is wrong with a request.
type apiError struct {
	Status int    `json:"status"`
	Text   string `json:"error"`
}

func (e *apiError) Error() string { return e.Text }

func badRequest(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// apiHandler answers a request of the API, or returns an *apiError before it has answered anything.
type apiHandler func(w http.ResponseWriter, r *http.Request, parameters url.Values) error

// api makes an endpoint: it takes GET and HEAD, answers errors as JSON, and compresses what is not short.
func api(handle apiHandler) http.Handler {
	return gzhttp.GzipHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, &apiError{http.StatusMethodNotAllowed, "ask with GET"})
			return
		}
		parameters, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			refuse(w, badRequest("the parameters cannot be read: %v", err))
			return
		}
		if err := handle(w, r, parameters); err != nil {
			refuse(w, err)
		}
	}))
}

func refuse(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = &apiError{http.StatusInternalServerError, err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(e) // the only error left is a client that went away
}

// refusal is the error for problems of a request; nil: there are none.
func refusal(problems []fleet.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return badRequest("%s", fleet.Texts(problems))
}

// seed makes the tags of this process differ from those of any other.
var seed = maphash.MakeSeed()

// known answers that nothing has changed if the reader has what the tag stands for, and reports that it has.
func known(w http.ResponseWriter, r *http.Request, tag uint64) bool {
	return pages.Unchanged(w, r, fmt.Sprintf("%016x", tag))
}

// answer answers with a value as JSON.
func answer(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("make the answer: %w", err)
	}
	answerText(w, r, "application/json", append(body, '\n'))
	return nil
}

func answerText(w http.ResponseWriter, r *http.Request, kind string, body []byte) {
	if known(w, r, maphash.Bytes(seed, body)) {
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // the only error left is a client that went away
}

// answerEach answers with a list that is made as it is written, so that many requests at once do not hold the fleet as
// many times in memory. It ends with the request.
func answerEach[T any](ctx context.Context, w io.Writer, all []T, element func(T) any) {
	encoder := json.NewEncoder(w)
	_, _ = io.WriteString(w, "[")
	for i, one := range all {
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		if ctx.Err() != nil || encoder.Encode(element(one)) != nil {
			return // the client went away
		}
	}
	_, _ = io.WriteString(w, "]\n")
}

//go:embed openapi.yaml
var description []byte

// openapi answers with the description of the API.
func openapi(Config) http.Handler {
	return api(func(w http.ResponseWriter, r *http.Request, _ url.Values) error {
		answerText(w, r, "application/yaml", description)
		return nil
	})
}

// unknown answers where the API has nothing.
func unknown() http.Handler {
	return api(func(_ http.ResponseWriter, r *http.Request, _ url.Values) error {
		return &apiError{http.StatusNotFound, fmt.Sprintf("there is no %s; /api/v1/openapi.yaml describes all there is", r.URL.Path)}
	})
}
