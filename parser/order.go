package parser

import (
	"gopkg.in/yaml.v3"

	"github.com/netver/netver_exporter/version"
)

func (d *decoder) order(n *yaml.Node, at string) *version.Order {
	var o version.Order
	d.mapping(n, at, fields{
		"forms": d.list(func(n *yaml.Node, at string) {
			var s string
			before := len(d.problems)
			d.text(&s)(n, at)
			if len(d.problems) > before {
				return
			}
			form, err := version.ParseForm(s)
			if err != nil {
				d.problem(n, at, "%v", err)
				return
			}
			o.Forms = append(o.Forms, form)
		}),
		"branch": d.pattern(&o.Branch),
	}, "forms")
	return &o
}
