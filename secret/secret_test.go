package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/netver/netver_exporter/secret"
)

// holder has a secret in every position that a struct has.
type holder struct {
	Public  secret.Value
	private secret.Value
	pointer *secret.Value
	list    []secret.Value
	table   map[string]secret.Value
	any     any
	nested  struct{ deep secret.Value }
}

func TestNothingPrintsASecret(t *testing.T) {
	const text = "swordfish"
	v := secret.New(text)
	h := holder{Public: v, private: v, pointer: &v, list: []secret.Value{v}, table: map[string]secret.Value{"a": v}, any: v}
	h.nested.deep = v
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p", "%U", "%t", "%w"} {
		for _, x := range []any{v, &v, h, &h, []any{v, h}, map[string]any{"v": v, "h": h}} {
			fmt.Fprintf(&out, verb+"\n", x)
		}
	}
	for _, x := range []any{v, h, &h} {
		if b, err := json.Marshal(x); err == nil {
			out.Write(b)
		}
		if b, err := yaml.Marshal(x); err == nil {
			out.Write(b)
		}
		_ = gob.NewEncoder(&out).Encode(x)
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(handler).Info("a message", "value", x, "group", slog.GroupValue(slog.Any("x", x)))
		}
		func() {
			defer func() { fmt.Fprint(&out, recover()) }()
			panic(x)
		}()
		dump(&out, reflect.ValueOf(x), 0)
	}
	if s := out.String(); strings.Contains(s, text) || strings.Contains(s, fmt.Sprintf("%x", text)) || strings.Contains(s, fmt.Sprintf("%X", text)) {
		at := strings.Index(s, text)
		t.Errorf("printed: …%s", s[max(0, at-200):min(len(s), at+20)])
	}
	if v.Reveal() != text {
		t.Error("and it cannot be revealed")
	}
}

// dump looks into everything by reflection, as debuggers and diff libraries do.
func dump(out *bytes.Buffer, v reflect.Value, depth int) {
	if depth > 10 || !v.IsValid() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		dump(out, v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			dump(out, v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			dump(out, v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			dump(out, v.MapIndex(k), depth+1)
		}
	default:
		fmt.Fprintf(out, "%s\n", v)
	}
}

func TestEqual(t *testing.T) {
	for _, tc := range []struct {
		a, b secret.Value
		want bool
	}{
		{secret.New("x"), secret.New("x"), true},
		{secret.New("x"), secret.New("y"), false},
		{secret.New(""), secret.Value{}, true},
		{secret.Value{}, secret.New("x"), false},
	} {
		if got := tc.a.Equal(tc.b); got != tc.want {
			t.Errorf("%q and %q: %v", tc.a.Reveal(), tc.b.Reveal(), got)
		}
	}
	if !secret.New("").IsZero() || secret.New("x").IsZero() {
		t.Error("IsZero")
	}
}
