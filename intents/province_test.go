package intents

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProvince(t *testing.T) {
	c := mustBuilt(t)
	for place, want := range map[string]string{
		"福州转运中心": "福建", "福建省泉州市晋江市青阳街道": "福建", "快件已到达【广州白云集散点】": "广东", "": "", "顺丰速运": "",
		"上海市浦东新区": "上海", "重庆分拨": "重庆", "内蒙古呼和浩特": "内蒙古", "黑龍江哈爾濱": "黑龙江", "广西壮族自治区南宁市": "广西",
		"上海市黄浦区南京东路": "上海", "天津市和平区南京路": "天津", "南京路": "", "已从深圳发往杭州": "广东", "齐齐哈尔": "黑龙江", "吉林市": "吉林",
		"London": "", "\xff\xfe": "",
	} {
		t.Run(place, func(t *testing.T) { require.Equal(t, want, c.Province(place)) })
	}
}
