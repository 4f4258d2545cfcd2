package intents

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEntities(t *testing.T) {
	c := mustBuilt(t)
	for _, tt := range []struct {
		text string
		want []Entity
	}{
		{"240611-123456789012345 这个", []Entity{{OrderNo, "240611-123456789012345", 0, 22}}},
		{"淘宝单 1234567890123456789", []Entity{{OrderNo, "1234567890123456789", 4, 23}}},
		{"订单号:77255590011", []Entity{{OrderNo, "77255590011", 4, 15}}},
		{"订单号：13800138000", []Entity{{OrderNo, "13800138000", 4, 15}}},
		{"电话13800138000", []Entity{{Phone, "13800138000", 2, 13}}},
		{"打 138 0013 8000", []Entity{{Phone, "138 0013 8000", 2, 15}}},
		{"打 138-0013-8000 哦", []Entity{{Phone, "138-0013-8000", 2, 15}}},
		{"call +86 13800138000", []Entity{{Phone, "+86 13800138000", 5, 20}}},
		{"座机 010-12345678", []Entity{{Phone, "010-12345678", 3, 15}}},
		{"SF1234567890123 到哪了", []Entity{{TrackingNo, "SF1234567890123", 0, 15}}},
		{"快递单号 773812345678901", []Entity{{TrackingNo, "773812345678901", 5, 20}}},
		{"order #40551 please", []Entity{{OrderNo, "40551", 7, 12}}},
		{"order number 00123842", []Entity{{OrderNo, "00123842", 13, 21}}},
		{"2026-11-21 下的单", []Entity{{Date, "2026-11-21", 0, 10}}},
		{"2026年11月21日买的", []Entity{{Date, "2026年11月21日", 0, 11}}},
		{"11月3号发货吗", []Entity{{Date, "11月3号", 0, 5}}},
		{"退我39.9元", []Entity{{Amount, "39.9", 2, 6}}},
		{"付了￥1,299.00", []Entity{{Amount, "1,299.00", 3, 11}}},
		{"a refund of $160", []Entity{{Amount, "160", 13, 16}}},
		{"满300减20怎么用", nil},
		{"看 https://example.com/item/1.html 这个", []Entity{{Link, "https://example.com/item/1.html", 2, 33}}},
		{"改到广东省深圳市南山区科技园路88号", []Entity{{Address, "广东省深圳市南山区科技园路88号", 2, 18}}},
		{"寄到江苏南京市鼓楼区中山路18号7单元502，谢谢", []Entity{{Address, "江苏南京市鼓楼区中山路18号7单元502", 2, 22}}},
		{"我在北京，货从哪发", nil},
		{"13位数字的密码", nil},
		{"税号是91110108MA01", nil},
		{"７天内13800138000联系", []Entity{{Phone, "13800138000", 3, 14}}},
	} {
		t.Run(tt.text, func(t *testing.T) { require.Equal(t, tt.want, c.Read(tt.text).Entities) })
	}
}

func TestEntitiesAreBounded(t *testing.T) {
	c := mustBuilt(t)
	text := ""
	for range 400 {
		text += "13800138000 "
	}
	require.Len(t, c.Read(text).Entities, maxEntities)
}
