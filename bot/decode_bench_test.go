package bot

import "testing"

// usualBody is a message with an order, as a platform sends it.
const usualBody = `{"id":"m-19b0f3e-12-345-2","conversation":"c-19b0f3e-12-345","buyer":{"id":"b-19b0f3e-12-345","name":"小李"},"kind":"text",` +
	`"text":"怎么还没到","order":{"no":"261118-100000000000002","stage":"shipped","amount":"59.90","paid_at":"2026-11-19T04:06:08Z",` +
	`"shipped_at":"2026-11-20T04:06:08Z","logistics":{"state":"transit","carrier":"顺丰","tracking_no":"SF1000000000002","place":"武汉转运中心"},` +
	`"items":[{"id":"apple5","title":"烟台红富士 5 斤装","quantity":1,"price":"39.90"}]}}`

func BenchmarkDecodeMessage(b *testing.B) {
	for name, decode := range map[string]func([]byte) (Message, error){"now": DecodeMessage, "before": decodeMessageBefore} {
		b.Run(name, func(b *testing.B) {
			body := []byte(usualBody)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := decode(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
