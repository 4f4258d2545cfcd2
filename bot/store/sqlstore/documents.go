package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

// Documents. $1 shop, $2 kind, $3 id.
const (
	selectDocument  = `SELECT ` + documentColumns + ` FROM documents WHERE shop_id = $1 AND kind = $2 AND id = $3`
	selectDocuments = `SELECT ` + documentColumns + ` FROM documents WHERE shop_id = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4`
	documentColumns = `shop_id, kind, id, version, buyer_id, at, until_at, body`

	insertDocument = `
INSERT INTO documents (shop_id, kind, id, version, buyer_id, at, until_at, body) VALUES ($1, $2, $3, 1, $4, $5, $6, $7)
ON CONFLICT (shop_id, kind, id) DO NOTHING`
	updateDocument = `
UPDATE documents SET version = version + 1, buyer_id = $4, at = $5, until_at = $6, body = $7
WHERE shop_id = $1 AND kind = $2 AND id = $3 AND version = $8`
	deleteDocument = `DELETE FROM documents WHERE shop_id = $1 AND kind = $2 AND id = $3`

	// deleteDocuments forgets those whose time is over. $1 before when, $2 how many.
	deleteDocuments = `
DELETE FROM documents WHERE (shop_id, kind, id) IN (
	SELECT shop_id, kind, id FROM documents WHERE until_at < $1 ORDER BY until_at LIMIT $2)`

	// Of a buyer: $1 shop, $2 buyer, who has a name.
	selectDocumentsOf = `
SELECT ` + documentColumns + ` FROM documents WHERE shop_id = $1 AND buyer_id = $2 AND buyer_id <> '' AND (kind, id) > ($3, $4)
ORDER BY kind, id LIMIT $5`
	eraseDocuments = `DELETE FROM documents WHERE shop_id = $1 AND buyer_id = $2 AND buyer_id <> ''`
)

// Document gives one document.
func (s *Store) Document(ctx context.Context, shop, kind, id string) (desk.Document, error) {
	all, err := s.documents(ctx, selectDocument, shop, kind, id)
	switch {
	case err != nil:
		return desk.Document{}, err
	case len(all) == 0:
		return desk.Document{}, engine.ErrNotFound
	}
	return all[0], nil
}

// Documents lists the documents of a kind.
func (s *Store) Documents(ctx context.Context, shop, kind, after string, limit int) ([]desk.Document, error) {
	return s.documents(ctx, selectDocuments, shop, kind, after, max(limit, 0))
}

func (s *Store) documents(ctx context.Context, query string, args ...any) ([]desk.Document, error) {
	out := []desk.Document{}
	err := s.each(ctx, query, args, func(row Row) error {
		var d desk.Document
		var at int64
		var until sql.NullInt64
		err := row.Scan(&d.Shop, &d.Kind, &d.ID, &d.Version, &d.Buyer, &at, &until, &d.Body)
		if d.At = moment(at); until.Valid {
			d.Until = moment(until.Int64)
		}
		out = append(out, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return out, nil
}

// PutDocument keeps a document in place of the version that it comes with.
func (s *Store) PutDocument(ctx context.Context, d desk.Document, by *desk.Entry) (int64, error) {
	body := d.Body
	if body == nil {
		body = []byte{}
	}
	err := s.db.Write(ctx, func(to Tx) error {
		args := []any{d.Shop, d.Kind, d.ID, d.Buyer, millis(d.At), due(d.Until), body}
		var err error
		if d.Version == 0 {
			err = changed(to.Exec(insertDocument, args...))
		} else {
			err = changed(to.Exec(updateDocument, append(args, d.Version)...))
		}
		if err == nil && by != nil {
			err = keepEntry(to, *by)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return d.Version + 1, nil
}

// DropDocument forgets a document.
func (s *Store) DropDocument(ctx context.Context, shop, kind, id string, by *desk.Entry) error {
	return s.db.Write(ctx, func(to Tx) error {
		err := found(to.Exec(deleteDocument, shop, kind, id))
		if err == nil && by != nil {
			err = keepEntry(to, *by)
		}
		return err
	})
}

// documentsAtOnce is how many documents are held at once; each may have the size of a photo.
const documentsAtOnce = 4

func (s *Store) exportDocuments(ctx context.Context, shop, buyer string, take func(kind string, body []byte) error) error {
	kind, id := "", ""
	for {
		some, err := s.documents(ctx, selectDocumentsOf, shop, buyer, kind, id, documentsAtOnce)
		if err != nil {
			return err
		}
		for i := range some {
			if err := handJSON(take, "document", engine.ExportDocument(&some[i])); err != nil {
				return err
			}
			kind, id = some[i].Kind, some[i].ID
		}
		if len(some) < documentsAtOnce {
			return nil
		}
	}
}
