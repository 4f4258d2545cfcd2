package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
)

// A parcel is statements as they go over the wire: all of them and one end, so that they are one transaction, and one round trip.
type parcel struct {
	conn   *pgconn.PgConn
	batch  pgconn.Batch
	values [][]byte // of one statement; they are used again for the next
	forms  []int16
	room   []byte
}

// preparedKey is where a connection keeps what was prepared on it.
const preparedKey = "xiaoer.prepared"

// A statement's text is prepared once on each connection.
type preparedText struct {
	sql  string
	must bool
}

// mustChange lets a statement that changes no row fail, without anybody's having to look at it before the transaction ends. An insertion of
// values fails by itself where nothing tells it not to.
func mustChange(sql string) string {
	if at := strings.LastIndex(sql, "ON CONFLICT"); at > 0 && strings.HasSuffix(sql, "DO NOTHING") && strings.Contains(sql, "VALUES") {
		return sql[:at]
	}
	return "WITH changed AS (" + sql + " RETURNING 1) SELECT 1 / count(*) FROM changed"
}

func prepareOn(ctx context.Context, conn *pgconn.PgConn, turns []*work) (*parcel, error) {
	p := &parcel{conn: conn}
	prepared, _ := conn.CustomData()[preparedKey].(map[preparedText]*pgconn.StatementDescription)
	if prepared == nil {
		prepared = map[preparedText]*pgconn.StatementDescription{}
		conn.CustomData()[preparedKey] = prepared
	}
	for _, one := range turns {
		for i := range one.statements {
			s := &one.statements[i]
			text := preparedText{s.SQL, s.MustChange}
			if prepared[text] == nil {
				made, err := prepare(ctx, conn, text, len(prepared))
				if err != nil {
					return nil, err
				}
				prepared[text] = made
			}
			if err := p.add(prepared[text], s.Args); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

func prepare(ctx context.Context, conn *pgconn.PgConn, text preparedText, n int) (*pgconn.StatementDescription, error) {
	sql := text.sql
	if text.must {
		sql = mustChange(sql)
	}
	made, err := conn.Prepare(ctx, "xiaoer_"+strconv.Itoa(n), sql, nil)
	if err != nil {
		return nil, fmt.Errorf("prepare a statement: %w", err)
	}
	return made, nil
}

// add puts a statement in. All values go as text, but for bytes.
func (p *parcel) add(to *pgconn.StatementDescription, args []any) error {
	p.values, p.forms, p.room = p.values[:0], p.forms[:0], p.room[:0]
	for _, arg := range args {
		form := int16(0)
		begin := len(p.room)
		switch v := arg.(type) {
		case string:
			p.room = append(p.room, storable(v)...)
		case int64:
			p.room = strconv.AppendInt(p.room, v, 10)
		case int:
			p.room = strconv.AppendInt(p.room, int64(v), 10)
		case []byte:
			p.room, form = append(p.room, v...), 1
		case nil:
			p.values, p.forms = append(p.values, nil), append(p.forms, 0)
			continue
		default:
			return fmt.Errorf("a value of type %T", arg)
		}
		// Where the room has grown, earlier values stand in the old one, which is as good.
		p.values, p.forms = append(p.values, p.room[begin:len(p.room):len(p.room)]), append(p.forms, form)
	}
	p.batch.ExecStatement(to, p.values, p.forms, nil)
	return nil
}

// send runs the statements, and gives the place of the one that failed.
func (p *parcel) send(ctx context.Context) (failed int, err error) {
	results := p.conn.ExecBatch(ctx, &p.batch)
	for results.NextResult() {
		if _, err := results.ResultReader().Close(); err != nil {
			break
		}
		failed++
	}
	return failed, results.Close()
}

// storable is a text as PostgreSQL can keep it: without the one character that it has no place for, and without bytes that are no
// characters.
func storable(text string) string {
	if isStorable(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", "�")
}

func isStorable(text string) bool { return strings.IndexByte(text, 0) < 0 && utf8.ValidString(text) }

// allStorable is storable for all texts among values.
func allStorable(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok && !isStorable(text) {
			out := slices.Clone(args)
			for j := i; j < len(out); j++ {
				if text, ok := out[j].(string); ok {
					out[j] = storable(text)
				}
			}
			return out
		}
	}
	return args
}
