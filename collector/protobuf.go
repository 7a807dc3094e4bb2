package collector

import (
	"math"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protowire"
)

// protobuf is the delimited protobuf format: each family is a message io.prometheus.client.MetricFamily behind its length.
type protobuf struct{}

// Numbers of fields in metrics.proto of prometheus/client_model.
const (
	familyName, familyHelp, familyType, familyMetric = 1, 2, 3, 4

	metricLabel, metricGauge, metricCounter = 1, 2, 3

	labelName, labelValue = 1, 2

	numberValue = 1 // of Gauge and of Counter
)

func (protobuf) label(b []byte, name, value string) []byte {
	value = clean(value)
	b = protowire.AppendTag(b, metricLabel, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(sizeString(labelName, name)+sizeString(labelValue, value)))
	return appendString(appendString(b, labelName, name), labelValue, value)
}

func (protobuf) number(b []byte, kind dto.MetricType, v float64) []byte {
	field := protowire.Number(metricGauge)
	if kind == counter {
		field = metricCounter
	}
	b = protowire.AppendTag(b, field, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(protowire.SizeTag(numberValue)+protowire.SizeFixed64()))
	b = protowire.AppendTag(b, numberValue, protowire.Fixed64Type)
	return protowire.AppendFixed64(b, math.Float64bits(v))
}

func (protobuf) series(b []byte, _ string, s series) []byte {
	b = protowire.AppendTag(b, familyMetric, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(s.shared)+len(s.rest)))
	return append(append(b, s.shared...), s.rest...)
}

func (protobuf) size(_ string, s series) int {
	return protowire.SizeTag(familyMetric) + protowire.SizeBytes(len(s.shared)+len(s.rest))
}

func (protobuf) head(b []byte, h heading) []byte {
	size := sizeString(familyName, h.name) + sizeString(familyHelp, h.help) +
		protowire.SizeTag(familyType) + protowire.SizeVarint(uint64(h.kind)) + h.size
	b = protowire.AppendVarint(b, uint64(size))
	b = appendString(appendString(b, familyName, h.name), familyHelp, h.help)
	b = protowire.AppendTag(b, familyType, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(h.kind))
}

func appendString(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func sizeString(field protowire.Number, s string) int {
	return protowire.SizeTag(field) + protowire.SizeBytes(len(s))
}
