package web

import (
	"net/http"
	"net/url"
)

// Platform is the devices of a platform, and what they run.
type Platform struct {
	Platform string    `json:"platform"`
	Devices  int       `json:"devices"`
	Versions []Version `json:"versions"` // in the platform's own order, ascending; those that cannot be compared are last
}

// Version is the devices of a platform that run it.
type Version struct {
	Version  string         `json:"version"`
	Devices  int            `json:"devices"`
	Verdicts map[string]int `json:"verdicts"` // devices by what matters most of their verdict; empty without a policy
}

// versions counts what the fleet runs.
func versions(c Config) http.Handler {
	return api(func(w http.ResponseWriter, r *http.Request, parameters url.Values) error {
		if err := noParameters(parameters); err != nil {
			return err
		}
		all := []Platform{}
		for _, p := range c.Views.View().Platforms() {
			made := Platform{p.Name, p.Devices, []Version{}}
			for _, v := range p.Versions {
				made.Versions = append(made.Versions, Version{v.Name, v.Devices, v.Badges})
			}
			all = append(all, made)
		}
		return answer(w, r, all)
	})
}
