package intents

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// builtWeights are what learning from the built-in sentences gave. A test makes them anew and compares.
//
//go:embed weights.bin
var builtWeights []byte

// header is the part of a weights file that is not numbers by feature.
type header struct {
	Hash     string      `json:"hash"` // of the sentences and words that were learned from
	Rows     int         `json:"rows"`
	Classes  [][2]string `json:"classes"` // intent and topic
	Scale    []float32   `json:"scale"`
	Bias     []float32   `json:"bias"`
	Score    float32     `json:"score"`
	Gap      float32     `json:"gap"`
	Known    float32     `json:"known"`
	Odds     []float32   `json:"odds"` // by intent
	Taxonomy []Intent    `json:"taxonomy"`
}

// maxHeader and maxRows bound what a weights file may ask for.
const (
	maxHeader = 1 << 20
	maxRows   = 1 << 20
)

// pack writes a model: the length of the header, the header, then keys and weights in the order of the keys, deflated.
func pack(m *model, hash string, taxonomy []Intent) ([]byte, error) {
	h := header{
		Hash: hash, Rows: m.weights.rows(), Scale: m.scale, Bias: m.bias, Score: m.odds.score,
		Gap: m.odds.gap, Known: m.odds.known, Odds: m.odds.bias, Taxonomy: taxonomy,
	}
	for _, c := range m.classes {
		h.Classes = append(h.Classes, [2]string{c.intent, c.topic})
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("pack weights: %w", err)
	}
	var out bytes.Buffer
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(head))))
	out.Write(head)
	z, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("pack weights: %w", err)
	}
	keys, rows := m.rows.sorted()
	for _, k := range keys {
		_, _ = z.Write(binary.LittleEndian.AppendUint32(nil, k)) // a buffer cannot fail
	}
	column := make([]byte, len(rows))
	for c := range m.classes { // by class, because most of a column is zero
		for i, row := range rows {
			column[i] = byte(m.weights.at(int(row), c))
		}
		_, _ = z.Write(column)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack weights: %w", err)
	}
	return out.Bytes(), nil
}

// unpack reads what pack wrote.
func unpack(content []byte) (*model, header, error) {
	var h header
	if len(content) < 4 {
		return nil, h, fmt.Errorf("read weights: %d bytes are too few", len(content))
	}
	n := int(binary.LittleEndian.Uint32(content))
	if n > maxHeader || 4+n > len(content) {
		return nil, h, fmt.Errorf("read weights: a header of %d bytes", n)
	}
	if err := json.Unmarshal(content[4:4+n], &h); err != nil {
		return nil, h, fmt.Errorf("read weights: %w", err)
	}
	if h.Rows < 0 || h.Rows > maxRows || len(h.Scale) != len(h.Classes) || len(h.Bias) != len(h.Classes) {
		return nil, h, fmt.Errorf("read weights: %d rows of %d classes do not fit together", h.Rows, len(h.Classes))
	}
	body, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(content[4+n:])), int64(h.Rows*(4+len(h.Classes))+1)))
	if err != nil || len(body) != h.Rows*(4+len(h.Classes)) {
		return nil, h, fmt.Errorf("read weights: %d bytes, want %d: %w", len(body), h.Rows*(4+len(h.Classes)), err)
	}
	return h.model(body), h, nil
}

func (h header) model(body []byte) *model {
	m := &model{scale: h.Scale, bias: h.Bias, odds: odds{h.Score, h.Gap, h.Known, h.Odds}}
	for _, c := range h.Classes {
		m.classes = append(m.classes, class{c[0], c[1]})
	}
	keys := make([]uint32, h.Rows)
	for i := range keys {
		keys[i] = binary.LittleEndian.Uint32(body[4*i:])
	}
	m.fill(keys, body[4*h.Rows:])
	m.nameIntents()
	return m
}
