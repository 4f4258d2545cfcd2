package shop_test

type problemCase struct {
	name  string
	files []string
}

func problemCases() []problemCase {
	var all []problemCase
	for _, some := range [][]problemCase{settingsProblems(), textProblems(), folderProblems(), connectProblems(), productProblems()} {
		all = append(all, some...)
	}
	return all
}

func shopCase(name, yaml string) problemCase {
	return problemCase{name: name, files: []string{"s/shop.yaml", smallShop + yaml}}
}

func settingsProblems() []problemCase {
	return []problemCase{
		{name: "no team", files: []string{"s/shop.yaml", "id: small\n", "s/rules.yaml", "rules: [{id: a, reply: 好}]\notherwise: {handoff: {reason: x}}\n"}},
		{name: "id with capitals", files: []string{"s/shop.yaml", "id: Small Shop\nteams: {a: {}}\n", "s/rules.yaml", "rules: [{id: a, reply: 好}]\notherwise: {handoff: {}}\n"}},
		shopCase("unknown key", "sluts: {}\n"),
		shopCase("unknown timezone", "timezone: Asia/Shangai\n"),
		shopCase("unknown day", "hours: {mon-fry: \"09:00-18:00\"}\n"),
		shopCase("day given twice", "hours: {mon-fri: \"09:00-18:00\", wed: \"10:00-12:00\"}\n"),
		shopCase("no hours", "hours: {mon: 9-18}\n"),
		shopCase("hours that overlap", "hours: {mon: \"09:00-12:00,11:00-13:00\"}\n"),
		shopCase("no such holiday", "holidays: [cn, 2027-02-30, \"2027-02-11..2027-02-05\", us]\n"),
		shopCase("policy", "policy: {return-days: 7, list: [1]}\n"),
		shopCase("team that escalates to nobody", "agent_idle: 30m\nslots: {}\nnotices: []\nscripts: {}\ncompliance: []\nteams2: 1\n"),
		shopCase("slots", `slots:
  reason: {kind: choice, ask: 原因？}
  photos: {kind: picture, ask: 照片}
  count: {ask: 几个？, min: 2}
  why: {ask: 为什么？, choices: [a, b]}
  silent: {}
`),
		shopCase("script", "scripts: {greting: 您好, handoff: \"${handoff.teem}\"}\n"),
		shopCase("notice", "notices: [{kind: wether, text: 台风, from: 2026-11-23, until: 2026-11-20}]\n"),
		shopCase("allow", "allow: [{code: complience, why: x}, {code: compliance}, {code: unused, text: 没有, why: 留着}]\n"), //nolint:misspell // the wrong word is what is reported
		shopCase("unused", "policy: {days: 7, ship_within: 48h}\nslots: {bad: {kind: number, ask: 几个？}, order_no: {}}\nnotices: []\n"),
	}
}

func textProblems() []problemCase {
	return []problemCase{
		shopCase("banned words in shop.yaml", `scripts:
  greeting: [您好, 全网最低价，加我微信领券]
slots:
  order_no: {ask: 请先确认收货}
notices: [{kind: stock, text: "100%正品"}]
`),
		{name: "banned words in rules", files: []string{"s/rules.yaml", `rules:
  - id: any
    reply:
      - "好评返现 ${shop.name} 5 元"
      - {text: 我们是第一品牌, choices: [加QQ, 好]}
otherwise: {handoff: {}}
`}},
		{name: "allowed", files: []string{"s/shop.yaml", smallShop + "allow: [{code: compliance, text: 最佳, why: 商品名里就有}]\n", "s/rules.yaml", `rules:
  - {id: any, reply: 最佳拍档系列还有货}
otherwise: {handoff: {}}
`}},
		{name: "an unreachable rule that is allowed", files: []string{"s/shop.yaml", smallShop + "allow: [{code: unreachable-rule, text: b, why: 以后再用}]\n", "s/rules.yaml", `rules:
  - {id: a, reply: 好}
  - {id: b, intent: return, reply: 好的}
otherwise: {handoff: {}}
`}},
		{name: "a mistake that cannot be allowed", files: []string{"s/shop.yaml", smallShop + "allow: [{code: unknown-field, why: 不管}]\n", "s/rules.yaml", `rules:
  - {id: a, when: ordr.known, reply: 好}
otherwise: {handoff: {}}
`}},
		{name: "words of the shop's own", files: []string{"s/shop.yaml", smallShop + "compliance: [隔壁老王, {patterns: ['赔\\d+倍'], what: 不能许诺倍数}, {words: []}, {patterns: ['(']}]\n", "s/rules.yaml", `rules:
  - {id: any, reply: 隔壁老王说赔10倍}
otherwise: {handoff: {}}
`}},
	}
}

func folderProblems() []problemCase {
	return []problemCase{
		{name: "base that is not there", files: []string{"s/shop.yaml", smallShop + "extends: ../bse\n"}},
		{name: "circle", files: []string{"s/shop.yaml", smallShop + "extends: ../b\n", "b/shop.yaml", "extends: ../s\n"}},
		{name: "absolute base", files: []string{"s/shop.yaml", smallShop + "extends: /etc\n"}},
		{name: "empty base", files: []string{"s/shop.yaml", smallShop + "extends: ../b\n", "b/readme.txt", "x"}},
		{name: "unknown rule dropped", files: []string{
			"s/shop.yaml", smallShop + "extends: ../b\ndrop: [delay.wether]\n", "b/rules.yaml", "rules: [{id: delay.weather, intent: delay, reply: 好}]\n",
		}},
		{name: "mistake in the base", files: []string{
			"s/shop.yaml", smallShop + "extends: ../b\n", "b/rules/1.yaml", "rules: [{id: a, intent: dlay, reply: 好}]\n",
		}},
		{name: "files that are not read", files: []string{"s/rule.yaml", "rules: []\n", "s/product.csv", "id\n", "s/intents.yml", "intents: {}\n", "s/orders.yaml", "orders: []\n"}},
		{name: "no rules", files: []string{"s/rules.yaml", ""}},
	}
}

func connectProblems() []problemCase {
	one := func(name, yaml string) problemCase {
		return problemCase{name: name, files: []string{"s/connect.yaml", yaml, "s/orders.csv", "buyer_id,no\n"}}
	}
	return []problemCase{
		one("secret in the file", "webhook: {secret: whsec_c2VjcmV0c2VjcmV0}\n"),
		one("secret that is missing", "webhook: {secret: \"env:NONE\"}\n"),
		one("secret that is none", "webhook: {secret: \"env:ODD\"}\n"),
		one("no secret", "webhook: {rate: 5}\n"),
		one("odd values", "webhook: {secret: \"env:GOOD\", rate: -1, callback: ftp://x}\norders: {file: ../orders.csv, timeout: 2m}\n"),
		one("two sources", "orders: {file: orders.csv, url: \"https://x.example/o\"}\n"),
		one("no such file", "orders: {file: order.csv}\n"),
		one("origins", "chat: {origins: [\"https://a.example/x\", \"*.a.example\", \"https://*.a.example\", \"https://a.example; script-src *\", \"https://小店.example\", \"javascript:x\", 7]}\n"),
		one("chat", "chat: {origin: \"https://a.example\", secret: abc, rate: -1}\n"),
	}
}

func productProblems() []problemCase {
	one := func(name, csv string) problemCase {
		return problemCase{name: name, files: []string{"s/products.csv", csv}}
	}
	return []problemCase{
		one("good", "\ufeffid,title,price,tags\na,\"一,二\",39.90,fresh;new\n"),
		one("rows", "id,title,price,stock,no_reason\na,苹果,三块,1,true\nb,梨,5\n,桃,5,1,false\nd,杏,5,1.5,maybe\na,枣,5,1,true\n"),
		one("header", "ids,price,price,9x\n"),
		one("quotes", "id,title\na,\"梨\nb,c\n"),
		one("not utf-8", "id,title\na,\xc0\xaf\n"),
	}
}
