package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// refusal is an answer of the API server that is not 2xx.
type refusal struct {
	status int
	text   string
	after  time.Duration // it wants to be asked again no earlier; 0: it does not say
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the API server answers %d: %s", r.status, r.text)
}

func refused(err error, status int) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.status == status
}

func statusError(response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // whatever there is of it
	r := &refusal{status: response.StatusCode, text: strings.TrimSpace(string(text))}
	var s struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(text, &s) == nil && s.Message != "" {
		r.text = s.Message
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		r.after = time.Duration(seconds) * time.Second
	}
	return r
}

// mostAnswer is above any list of leases, in bytes.
const mostAnswer = 64 << 20

// do asks the API server, and once more if it wants to be asked later and that is soon enough.
func (k *Kubernetes) do(ctx context.Context, method, at string, body, answer any) error {
	err := k.once(ctx, method, at, body, answer)
	r, ok := errors.AsType[*refusal](err)
	if !ok || r.status != http.StatusTooManyRequests {
		return err
	}
	if end, bounded := ctx.Deadline(); bounded && time.Until(end) < r.after {
		return err
	}
	select {
	case <-ctx.Done():
		return err
	case <-time.After(r.after):
	}
	return k.once(ctx, method, at, body, answer)
}

func (k *Kubernetes) once(ctx context.Context, method, at string, body, answer any) error {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, at, text)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := k.Client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return statusError(response)
	}
	if answer == nil {
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	return json.NewDecoder(io.LimitReader(response.Body, mostAnswer)).Decode(answer)
}
