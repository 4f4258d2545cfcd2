package mask

import (
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Words that say that a name comes. They are looked for in plain forms, so that one way of writing each is enough.
var (
	// aProgram is a program in which people have names, and what stands between it and a name of Latin letters.
	aProgram = regexp.MustCompile(`(?i)(?:微信|威信|薇信|v信|vx|wx|wechat|weixin|qq|扣扣|支付宝|alipay|whatsapp|telegram|抖音|小红书|旺旺|淘宝|闲鱼)(?:账号|帐号|号码|号|账户|昵称|名字|名称|名|id|是|为|叫|搜|加|我|=|:|,| )*`)
	// aNick is the same with a word that says that any name follows.
	aNick = regexp.MustCompile(`(?i)(?:微信|威信|薇信|v信|vx|wechat|qq|支付宝|alipay|抖音|小红书|旺旺|淘宝|闲鱼)(?:账号|帐号|号|账户)?(?:昵称|实名|姓名|名字|名称|名|叫|:)(?:是|为|叫|:|=| )*`)
	// aPerson is who signs for, sends or pays something.
	aPerson = regexp.MustCompile(`(?i)(?:收件人|收貨人|收货人|寄件人|发件人|联系人|聯繫人|签收人|收款人|付款人|持卡人|开户人|户名|姓名|名字|实名|我叫|名叫|收件[: ]|consignee|recipient|my name)(?:姓名|名字|名称|名)?(?:改成|改为|换成|写成|不是|是|为|叫|写|填|改|的|is|:|=|,| )*`)
)

const longestNick = 8 // runes

// announced finds names after words that say that one comes.
func (v *view) announced() (out []Span) {
	text := string(v.runes)
	each := func(cue *regexp.Regexp, name func(rest []rune, cue string) int, kind string) {
		runes, bytes := 0, 0
		for _, m := range cue.FindAllStringIndex(text, -1) {
			runes += utf8.RuneCountInString(text[bytes:m[1]])
			bytes = m[1]
			if n := name(v.runes[runes:], text[m[0]:m[1]]); n > 0 {
				out = append(out, v.span(kind, runes, runes+n))
			}
		}
	}
	each(aProgram, latin, Contact)
	each(aNick, nick, Contact)
	each(aPerson, person, Name)
	return out
}

// latin is how long the name in a program at the beginning of a text is, 0 where none is there.
func latin(rest []rune, _ string) int {
	n := 0
	for n < len(rest) && isWordly(rest[n]) {
		n++
	}
	if n < 4 {
		return 0
	}
	return n
}

// nick is the same for a name of any letters. Questions about such names are none.
func nick(rest []rune, _ string) int {
	if len(rest) == 0 || slices.Contains([]rune("怎什不有在可能错没吗呢吧的了也都要会填改换信付支收里上和是"), rest[0]) {
		return 0
	}
	return letters(rest, longestNick)
}

// letters is how many letters stand at the beginning of a text, up to a number.
func letters(rest []rune, most int) int {
	n := 0
	for n < len(rest) && n < most && (unicode.IsLetter(rest[n]) || unicode.IsMark(rest[n]) || rest[n] == '·') {
		n++
	}
	return n
}

// person is how long the name of a person at the beginning of a text is. After a colon all that stands alone is one.
func person(rest []rune, cue string) int {
	if n := western(rest); n > 0 {
		return n
	}
	run := letters(rest, len(rest))
	last, _ := utf8.DecodeLastRuneInString(cue)
	if run >= 2 && run <= 4 && last == ':' {
		return run
	}
	if run < 2 {
		return 0
	}
	var given int
	switch {
	case slices.Contains(twoSurnames(), string(rest[:2])):
		given = 2
	case slices.Contains([]rune(surnames), rest[0]):
		given = 1
	default:
		return 0
	}
	n := given
	for n < run && n < given+2 && (n == given || !slices.Contains([]rune("电手地住联号的吗呢吧在和是写错改换也已收不要想"), rest[n])) {
		n++
	}
	return n
}

// western is how long a name of up to three words of Latin letters is.
func western(rest []rune) int {
	end := 0
	for words, i := 0, 0; words < 3; words++ {
		start := i
		for i < len(rest) && (unicode.In(rest[i], unicode.Latin, unicode.Cyrillic, unicode.Greek) || i > start && (rest[i] == '\'' || rest[i] == '-')) {
			i++
		}
		if i == start {
			break
		}
		end = i
		if i < len(rest) && rest[i] == ' ' {
			i++
		} else {
			break
		}
	}
	return end
}

// surnames are those that nearly all people have; some that are common words are left out.
const surnames = "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅高郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾肖田董潘袁蔡蒋蔣杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石韦韋贾賈夏邹鄒熊白孟秦邱侯江尹薛闫阎段雷龙龍黎史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔汤湯康乔喬赖賴文庄殷施温翁柯季凌"

func twoSurnames() []string {
	return []string{"欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "长孙", "宇文", "端木"}
}
