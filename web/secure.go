package web

import "net/http"

// securityHeaders go with every answer, unless --web.config.file sets the header to something else. Pages load nothing
// but what this server has, run no script that stands in the page itself, and are shown in nobody's frame.
var securityHeaders = []struct{ name, value string }{
	{"Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	// Not no-referrer, with which browsers send "Origin: null" with the forms of our own pages.
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
}

// secure adds the headers, and refuses what a browser sends to change something on behalf of another site. Clients that
// are no browsers send neither Sec-Fetch-Site nor Origin and pass.
func secure(h http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this request comes from a page of another site; send it from a page of this one, or without an Origin header", http.StatusForbidden)
	}))
	h = protection.Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, s := range securityHeaders {
			if w.Header().Get(s.name) == "" {
				w.Header().Set(s.name, s.value)
			}
		}
		h.ServeHTTP(w, r)
	})
}
