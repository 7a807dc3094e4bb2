package web

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// devices lists the devices that match a query: all of them, or a page of as many as limit says with a link to the next.
func devices(c Config) http.Handler {
	return api(func(w http.ResponseWriter, r *http.Request, parameters url.Values) error {
		query, problems := fleet.Parse(parameters, "limit", "cursor")
		v, err := c.Views.View(r.Context())
		if err != nil {
			return err
		}
		missing, notes := v.Check(query)
		if err := refusal(append(problems, missing...)); err != nil {
			return err
		}
		matches := v.Find(query)
		limit := matches.Len()
		if given := parameters.Get("limit"); given != "" {
			n, err := strconv.Atoi(given)
			if err != nil || n < 1 {
				return badRequest("limit=%q: want a whole number from 1 on", given)
			}
			limit = n
		}
		page, next, err := matches.After(parameters.Get("cursor"), limit)
		if err != nil {
			return badRequest("cursor: %v", err)
		}
		h := w.Header()
		if member := v.Share.Cluster; member != nil && len(member.Silent) > 0 {
			h.Set("X-Silent-Replicas", strings.Join(member.Silent, ", ")) // their devices are missing
		}
		if len(notes) > 0 {
			h.Set("X-Note", printable(fleet.Texts(notes)))
		}
		h.Set("X-Total-Count", strconv.Itoa(matches.Len()))
		if next != "" {
			parameters.Set("cursor", next)
			h.Set("Link", fmt.Sprintf(`<?%s>; rel="next"`, parameters.Encode()))
		}
		answerStatuses(w, r, page, h.Get("Link")+h.Get("X-Total-Count"), func(s *poll.Status) any { return NewDevice(s) })
		return nil
	})
}

// printable is a text as the value of a header, which holds ASCII only.
func printable(text string) string {
	quoted := strconv.QuoteToASCII(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// answerStatuses answers with a list that is made of statuses and of nothing else; around is what the headers say beside it.
func answerStatuses(w http.ResponseWriter, r *http.Request, all []*poll.Status, around string, element func(*poll.Status) any) {
	var tag maphash.Hash
	tag.SetSeed(seed)
	_, _ = tag.WriteString(around)
	var revision [8]byte
	for _, s := range all {
		binary.LittleEndian.PutUint64(revision[:], s.Revision)
		_, _ = tag.Write(revision[:])
	}
	if known(w, r, tag.Sum64()) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.Method != http.MethodHead {
		answerEach(r.Context(), w, all, element)
	}
}

// device is one device, with what is remembered of it.
func device(c Config) http.Handler {
	return api(func(w http.ResponseWriter, r *http.Request, parameters url.Values) error {
		name := r.PathValue("name")
		v, err := c.Views.View(r.Context())
		if err != nil {
			return err
		}
		s := v.Device(name)
		if s == nil {
			return &apiError{http.StatusNotFound, c.missing(name)}
		}
		h, _ := c.History(name)
		return answer(w, r, newDetails(s, h, c.Origin(s)))
	})
}
