package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/netver/netver_exporter/fleet"
)

// reading has a handler answer only requests whose parameters it reads. What is sent by mistake is told, not passed over.
func reading(handler func(Config) http.Handler, parameters ...string) func(Config) http.Handler {
	return func(c Config) http.Handler {
		h := handler(c)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			err := misread(r, parameters)
			switch {
			case err == nil:
				h.ServeHTTP(w, r)
			case strings.HasPrefix(r.URL.Path, "/api/"):
				refuse(w, err)
			default:
				http.Error(w, err.Error(), http.StatusBadRequest)
			}
		})
	}
}

func misread(r *http.Request, parameters []string) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil // the handler says which methods there are
	}
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("the parameters cannot be read: %v", err)
	}
	return refusal(fleet.Unread(given, parameters...))
}
