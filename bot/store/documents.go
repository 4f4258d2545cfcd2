package store

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// A documentKey names a document of a shop.
type documentKey struct{ kind, id string }

// Document gives one document.
func (m *Memory) Document(_ context.Context, shop, kind, id string) (desk.Document, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.shops[shop]; d != nil {
		if doc, there := d.documents[documentKey{kind, id}]; there {
			return cloned(doc), nil
		}
	}
	return desk.Document{}, engine.ErrNotFound
}

// Documents lists the documents of a kind.
func (m *Memory) Documents(_ context.Context, shop, kind, after string, limit int) ([]desk.Document, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []desk.Document{}
	if d := m.shops[shop]; d != nil {
		for k, doc := range d.documents {
			if k.kind == kind && k.id > after {
				out = append(out, cloned(doc))
			}
		}
	}
	slices.SortFunc(out, func(a, b desk.Document) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(max(limit, 0), len(out))], nil
}

// PutDocument keeps a document in place of the version that it comes with.
func (m *Memory) PutDocument(_ context.Context, doc desk.Document, by *desk.Entry) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, k := m.shop(doc.Shop), documentKey{doc.Kind, doc.ID}
	before, there := d.documents[k]
	if before.Version != doc.Version {
		return 0, engine.ErrStale
	}
	grows := len(doc.Body) - len(before.Body)
	if !there {
		grows += overhead
	}
	if grows > 0 && m.kept+grows > m.limits.Kept {
		return 0, engine.ErrFull
	}
	m.kept += grows
	doc = cloned(doc)
	doc.Version, doc.At = doc.Version+1, rounded(doc.At)
	if !doc.Until.IsZero() {
		doc.Until = rounded(doc.Until)
	}
	d.documents[k] = doc
	if by != nil {
		m.keepEntry(*by)
	}
	return doc.Version, nil
}

// DropDocument forgets a document.
func (m *Memory) DropDocument(_ context.Context, shop, kind, id string, by *desk.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, k := m.shop(shop), documentKey{kind, id}
	if _, there := d.documents[k]; !there {
		return engine.ErrNotFound
	}
	m.forgetDocument(d, k)
	if by != nil {
		m.keepEntry(*by)
	}
	return nil
}

// documentsOf are the documents of a buyer, in a steady order.
func (d *shop) documentsOf(buyer string) (out []desk.Document) {
	for _, doc := range d.documents {
		if doc.Buyer == buyer && buyer != "" {
			out = append(out, doc)
		}
	}
	slices.SortFunc(out, func(a, b desk.Document) int { return strings.Compare(a.Kind+"\x00"+a.ID, b.Kind+"\x00"+b.ID) })
	return out
}

func (m *Memory) forgetDocument(d *shop, k documentKey) {
	m.kept -= len(d.documents[k].Body) + overhead
	delete(d.documents, k)
}

// cloned shares nothing with the one that is kept.
func cloned(d desk.Document) desk.Document {
	d.Body = bytes.Clone(d.Body)
	return d
}
