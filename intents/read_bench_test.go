package intents

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"xiaoer/rules/doc"
)

// built is one for all tests: nothing changes a classifier once it is made.
var built = sync.OnceValues(Built)

func mustBuilt(tb testing.TB) *Classifier {
	tb.Helper()
	c, err := built()
	require.NoError(tb, err)
	return c
}

// BenchmarkRead grows the length of the message.
func BenchmarkRead(b *testing.B) {
	c := mustBuilt(b)
	const line = "上周买的鞋子穿着有点挤脚想换大一码"
	for _, n := range []int{5, 20, 50, 200, 2000} {
		message := string([]rune(strings.Repeat(line+"，", 130))[:n])
		b.Run(fmt.Sprintf("runes=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Read(message)
			}
		})
	}
}

// BenchmarkIntents grows the number of intents that a shop adds.
func BenchmarkIntents(b *testing.B) {
	base := mustBuilt(b)
	for _, n := range []int{0, 10, 100} {
		var file strings.Builder
		file.WriteString("intents:\n")
		for i := range n {
			fmt.Fprintf(&file, "  own%d:\n    keywords: [暗号%d]\n    examples: [编号%d的服务怎么弄, 我要办%d号套餐]\n", i, i, i, i)
		}
		c := base
		if n > 0 {
			p := &doc.Problems{}
			c = base.Extend(doc.Parse("intents.yaml", []byte(file.String()), p), p)
			require.Zero(b, p.Len())
		}
		b.Run(fmt.Sprintf("added=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Read("鞋子有点挤脚想换大一码可以吗亲麻烦了")
			}
		})
	}
}

// BenchmarkBuilt is what a start costs.
func BenchmarkBuilt(b *testing.B) {
	for b.Loop() {
		_, err := Built()
		require.NoError(b, err)
	}
}
