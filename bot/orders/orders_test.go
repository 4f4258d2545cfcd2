package orders_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/orders"
	"xiaoer/rules/doc"
)

const (
	mine   = "261118-123456789012345"
	theirs = "261118-999999999999999"
)

var ordersYAML = `orders:
  - {buyer_id: b1, no: ` + mine + `, stage: delivered, amount: 39.90, delivered_at: 2026-11-18 10:00, late_hours: 3, items: [{id: "007", quantity: 2}]}
  - {buyer_id: b2, no: ` + theirs + `, stage: paid}
`

var ordersCSV = "\ufeffbuyer_id,no,stage,amount,delivered_at,gift_due,logistics.state,item.id,item.quantity\n" +
	"b1," + mine + ",delivered,39.90,2026/11/18 10:00,true,signed,007,2\n" +
	"b1," + mine + ",,,,,,008,1\n" +
	"b2," + theirs + ",paid,,,,,,\n"

func shanghai(tb testing.TB) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(tb, err)
	return zone
}

func TestParseFiles(t *testing.T) {
	for _, c := range []struct {
		name, text string
		items      int
	}{{"orders.yaml", ordersYAML, 1}, {"orders.csv", ordersCSV, 2}} {
		t.Run(c.name, func(t *testing.T) {
			var p doc.Problems
			list := orders.Parse(c.name, []byte(c.text), shanghai(t), &p)
			require.Empty(t, p.All())
			require.Len(t, list, 2)
			o := list[0]
			require.Equal(t, mine, o.No)
			require.Equal(t, "b1", o.BuyerID)
			require.Equal(t, "39.90", o.Amount)
			require.Equal(t, "2026-11-18T10:00:00+08:00", o.DeliveredAt.In(shanghai(t)).Format(time.RFC3339))
			require.Len(t, o.Items, c.items)
			require.Equal(t, "007", o.Items[0].ID)
			require.Equal(t, 2, o.Items[0].Quantity)
		})
	}
}

func TestParseProblems(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"no buyer", "orders.yaml", "orders:\n  - {no: \"1\", stage: paid}\n", "orders.yaml:2:6 missing-key an order in a file needs buyer_id"},
		{"wrong type", "orders.yaml", "orders:\n  - {no: \"1\", buyer_id: b, items: 3}\n", "orders.yaml:2:35 wrong-type"},
		{"misspelt list", "orders.yaml", "order: []\n", "orders.yaml:1:1"},
		{"no order", "orders.yaml", "orders: [x]\n", "orders.yaml:1:10 wrong-type"},
		{"no header", "orders.csv", "", "orders.csv:1:1 syntax this file has no header line"},
		{"no column", "orders.csv", "no,stage\n", `orders.csv:1:1 missing-key orders need the column "buyer_id"`},
		{"misspelt column", "orders.csv", "buyer_id,no,stge\n", `orders.csv:1:13 unknown-key unknown column "stge"`},
		{"row", "orders.csv", "buyer_id,no\nb1,1,2\n", "orders.csv:2:1 syntax this row cannot be read"},
		{"nobody's", "orders.csv", "buyer_id,no\n,1\n", "orders.csv:2:1 missing-key an order in a file needs buyer_id"},
		{"bytes", "orders.csv", "buyer_id,no\n\xff,1\n", "orders.csv:1:1 syntax this file is not in UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p doc.Problems
			orders.Parse(c.file, []byte(c.text), nil, &p)
			var got []string
			for _, d := range p.All() {
				got = append(got, d.Range.String()+" "+string(d.Code)+" "+d.Message)
			}
			require.NotEmpty(t, got)
			require.True(t, strings.HasPrefix(strings.Join(got, "\n"), c.want) || strings.Contains(strings.Join(got, "\n"), "\n"+c.want), "%q", got)
		})
	}
}

func lookup(tb testing.TB, s orders.Source, buyer, no string) bot.LookupResult {
	tb.Helper()
	return s(context.Background(), bot.Lookup{Buyer: buyer, No: no})
}

// requireOwn holds a source with the two orders above to what every source must keep.
func requireOwn(t *testing.T, s orders.Source) {
	t.Helper()
	got := lookup(t, s, "b1", mine)
	require.Equal(t, bot.Found, got.State)
	require.Equal(t, mine, got.Orders[0].No)
	require.NotZero(t, got.Orders[0].SeenAt)
	require.Equal(t, bot.LookupResult{State: bot.NotYours}, lookup(t, s, "b1", theirs), "nothing of another buyer's order is told")
	require.Equal(t, bot.LookupResult{State: bot.NotFound}, lookup(t, s, "b1", "261118-000000000000000"))
	open := lookup(t, s, "b1", "")
	require.Equal(t, bot.Found, open.State)
	require.Len(t, open.Orders, 1)
	require.Equal(t, bot.NotFound, lookup(t, s, "b3", "").State)
	require.Equal(t, bot.NotYours, lookup(t, s, "", mine).State, "nobody is nobody's buyer")
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "orders.yaml")
	require.NoError(t, os.WriteFile(name, []byte(ordersYAML), 0o600))
	var changes [][]doc.Diagnostic
	f, problems := orders.NewFile(orders.FileOptions{Path: name, Zone: shanghai(t), Changed: func(d []doc.Diagnostic) { changes = append(changes, d) }})
	require.Empty(t, problems)
	requireOwn(t, f.Lookup)
	require.Empty(t, changes, "a file that did not change is not read again")

	require.NoError(t, os.WriteFile(name, []byte("orders: [\n"), 0o600))
	require.Equal(t, bot.Found, lookup(t, f.Lookup, "b1", mine).State, "the last good orders stay")
	require.NotEmpty(t, changes[0])

	require.NoError(t, os.WriteFile(name, []byte("orders: []\n"), 0o600))
	require.Equal(t, bot.NotFound, lookup(t, f.Lookup, "b1", mine).State)
	require.NoError(t, os.Remove(name))
	require.Equal(t, bot.NotFound, lookup(t, f.Lookup, "b1", mine).State)
}

func TestFileThatIsBroken(t *testing.T) {
	name := filepath.Join(t.TempDir(), "orders.csv")
	f, problems := orders.NewFile(orders.FileOptions{Path: name})
	require.NotEmpty(t, problems)
	require.Equal(t, bot.Down, lookup(t, f.Lookup, "b1", mine).State)
	require.NoError(t, os.WriteFile(name, []byte(ordersCSV), 0o600))
	require.Equal(t, bot.Found, lookup(t, f.Lookup, "b1", mine).State, "a mended file is read")
}

func TestMemory(t *testing.T) {
	m := &orders.Memory{}
	m.Put(bot.Order{No: mine, BuyerID: "b1", Stage: "paid"})
	m.Put(bot.Order{No: theirs, BuyerID: "b2"})
	m.Put(bot.Order{No: mine, BuyerID: "b1", Stage: "shipped"})
	requireOwn(t, m.Lookup)
	require.Equal(t, "shipped", lookup(t, m.Lookup, "b1", mine).Orders[0].Stage)
	m.SetDown(true)
	require.Equal(t, bot.Down, lookup(t, m.Lookup, "b1", mine).State)
}

const secret = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"

// answer makes a source on a server that answers so.
func answer(t *testing.T, o orders.HTTPOptions, handler http.HandlerFunc) (*orders.HTTP, *[]string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	failures := &[]string{}
	var mu sync.Mutex
	o.URL = server.URL + "/orders?shop=1"
	o.Failed = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		*failures = append(*failures, err.Error())
	}
	h, err := orders.NewHTTP(o)
	require.NoError(t, err)
	return h, failures
}

func TestHTTPAnswers(t *testing.T) {
	for _, c := range []struct {
		name, no string
		status   int
		body     string
		want     bot.LookupState
		orders   int
	}{
		{"an order", mine, 200, `{"no":"` + mine + `","stage":"paid"}`, bot.Found, 1},
		{"a list", "", 200, `[{"no":"1"},{"no":"2"}]`, bot.Found, 2},
		{"orders", "", 200, `{"orders":[{"no":"1"}]}`, bot.Found, 1},
		{"order", mine, 200, `{"order":{"no":"` + mine + `"}}`, bot.Found, 1},
		{"nothing", "", 200, `[]`, bot.NotFound, 0},
		{"null", mine, 200, `null`, bot.NotFound, 0},
		{"another buyer's", mine, 200, `{"no":"` + mine + `","buyer_id":"b2"}`, bot.NotYours, 0},
		{"another buyer's in a list", "", 200, `[{"no":"1","buyer_id":"b2"},{"no":"2","buyer_id":"b1"}]`, bot.Found, 1},
		{"another order", mine, 200, `{"no":"` + theirs + `"}`, bot.NotFound, 0},
		{"not found", mine, 404, ``, bot.NotFound, 0},
		{"not yours", mine, 403, ``, bot.NotYours, 0},
		{"error", mine, 500, `{"no":"` + mine + `"}`, bot.Down, 0},
		{"redirect", mine, 302, ``, bot.Down, 0},
		{"no JSON", mine, 200, `<html>`, bot.Down, 0},
		{"no order", mine, 200, `{"no":5,"items":"x"}`, bot.Down, 0},
		{"too large", mine, 200, `{"no":"` + mine + `","remark":"` + strings.Repeat("x", 1<<20) + `"}`, bot.Down, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, failures := answer(t, orders.HTTPOptions{}, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("buyer") != "b1" || r.URL.Query().Get("no") != c.no || r.URL.Query().Get("shop") != "1" {
					w.WriteHeader(http.StatusTeapot)
					return
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			got := lookup(t, h.Lookup, "b1", c.no)
			require.Equal(t, c.want, got.State, "%v", *failures)
			require.Len(t, got.Orders, c.orders)
			require.Equal(t, c.want == bot.Down, len(*failures) > 0)
			for _, f := range *failures {
				require.NotContains(t, f, mine)
				require.NotContains(t, f, "b1")
			}
		})
	}
}

func TestHTTPIsSigned(t *testing.T) {
	verifier, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	h, failures := answer(t, orders.HTTPOptions{Secret: secret}, func(w http.ResponseWriter, r *http.Request) {
		if verifier.Verify(nil, r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`[]`))
	})
	require.Equal(t, bot.NotFound, lookup(t, h.Lookup, "b1", mine).State, "%v", *failures)
	_, err = orders.NewHTTP(orders.HTTPOptions{URL: "https://x.example", Secret: "whsec_?"})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "?")
	_, err = orders.NewHTTP(orders.HTTPOptions{URL: "file:///etc/passwd"})
	require.Error(t, err)
}

// A transport answers calls by a function, so that time can be moved by synctest.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHTTPTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failure error
		h, err := orders.NewHTTP(orders.HTTPOptions{
			URL: "https://shop.example/orders", Failed: func(err error) { failure = err },
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}),
		})
		require.NoError(t, err)
		began := time.Now()
		require.Equal(t, bot.Down, lookup(t, h.Lookup, "b1", mine).State)
		require.Equal(t, 2*time.Second, time.Since(began))
		require.ErrorIs(t, failure, context.DeadlineExceeded)
		require.NotContains(t, failure.Error(), mine)
	})
}

func TestHTTPCacheAndSharedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		down := atomic.Bool{}
		h, err := orders.NewHTTP(orders.HTTPOptions{
			URL: "https://shop.example/orders",
			Transport: transport(func(*http.Request) (*http.Response, error) {
				calls.Add(1)
				elapse(time.Second)
				w := httptest.NewRecorder()
				if down.Load() {
					w.WriteHeader(http.StatusBadGateway)
				} else {
					_, _ = w.WriteString(`{"no":"` + mine + `"}`)
				}
				return w.Result(), nil
			}),
		})
		require.NoError(t, err)
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var group sync.WaitGroup
		group.Go(func() {
			got := h.Lookup(impatient, bot.Lookup{Buyer: "b1", No: mine})
			require.Equal(t, bot.Down, got.State, "who gives up is told down")
		})
		for range 5 {
			group.Go(func() { require.Equal(t, bot.Found, lookup(t, h.Lookup, "b1", mine).State) })
		}
		group.Wait()
		require.EqualValues(t, 1, calls.Load(), "equal look-ups at the same time are one call")
		lookup(t, h.Lookup, "b1", mine)
		require.EqualValues(t, 1, calls.Load(), "the answer is kept for a while")
		lookup(t, h.Lookup, "b2", mine)
		require.EqualValues(t, 2, calls.Load(), "another buyer's look-up is another")
		elapse(16 * time.Second)
		down.Store(true)
		require.Equal(t, bot.Down, lookup(t, h.Lookup, "b1", mine).State)
		down.Store(false)
		require.Equal(t, bot.Found, lookup(t, h.Lookup, "b1", mine).State, "being down is not kept")
	})
}

func FuzzParse(f *testing.F) {
	f.Add("orders.yaml", []byte(ordersYAML))
	f.Add("orders.csv", []byte(ordersCSV))
	f.Add("orders.csv", []byte("buyer_id,no,item.quantity\n\"a\nb\",1,x\n"))
	f.Add("orders.yaml", []byte("- {buyer_id: b, no: 1}\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if strings.Contains(name, "csv") {
			name = "o.csv"
		} else {
			name = "o.yaml"
		}
		var p doc.Problems
		for _, o := range orders.Parse(name, data, nil, &p) {
			require.NotEmpty(t, o.BuyerID)
			require.NotEmpty(t, o.No)
		}
		for _, d := range p.All() {
			require.True(t, d.Range.Start.IsValid(), d.Message)
		}
	})
}

// elapse lets the clock of a synctest bubble run; it is called inside one only.
func elapse(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // the bubble's clock does not keep anybody waiting
	synctest.Wait()
}
