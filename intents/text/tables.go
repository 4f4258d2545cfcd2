package text

import (
	_ "embed"
	"strings"
)

const (
	cjkStart = 0x4E00
	cjkEnd   = 0xA000
)

//go:embed tables/traditional.txt
var traditionalTable string

//go:embed tables/pinyin.txt
var pinyinTable string

// emojiTable and stickerTable sort faces by what a buyer means by them.
const emojiTable = `
Joy 😀😃😄😁😆😅🤣😂🙂😊😇🥰😍🤩😘😗😚😙😋😛😜🤪😝🤗😎🥳😺😸🌹💐🎉❤💕💗💖🧡💛💚💙💜😌☺😉💓🌸🎊🤭💪
Okay 👌👍🆗✅✔🤝👏☑
Pray 🙏
Sad 😭😢😞😔😟🙁☹😣😖😫😩🥺😥😓😪😿💔😰😨😱😳😵😦😧
Angry 😡😠🤬👿😤💢🖕👎😾💩🔪💣
Doubt 🤔❓❔🤨😕😐😑🙄😒❗❕🧐
`

const stickerTable = `
Joy 微笑 呲牙 愉快 玫瑰 可爱 偷笑 笑 大笑 憨笑 爱心 鲜花 飞吻 笑脸 害羞 调皮 加油 嘿嘿 比心 拥抱 哈哈 花 亲亲 爱慕
Okay ok 强 握手 赞 好的 鼓掌 胜利
Pray 抱拳 合十 拜托 祈祷
Sad 流泪 大哭 难过 委屈 快哭了 苦涩 哭 伤心 叹气 无奈
Angry 发怒 怒 怒骂 咒骂 抓狂 弱 鄙视 生气 炸弹 吐
Doubt 疑问 白眼 撇嘴 问号 思考
`

var classNames = map[string]rune{"Joy": Joy, "Okay": Okay, "Pray": Pray, "Sad": Sad, "Angry": Angry, "Doubt": Doubt}

// NewTables reads the embedded character tables. It takes about a millisecond.
func NewTables() *Tables {
	t := &Tables{emoji: map[rune]rune{}, sticker: map[string]rune{}, names: []string{""}, byName: map[string]uint16{}}
	t.readTraditional()
	t.readPinyin()
	for line := range strings.Lines(emojiTable) {
		name, faces, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, r := range faces {
			t.emoji[r] = classNames[name]
		}
	}
	for line := range strings.Lines(stickerTable) {
		words := strings.Fields(line)
		for i := 1; i < len(words); i++ {
			t.sticker[words[i]] = classNames[words[0]]
		}
	}
	return t
}

func (t *Tables) readTraditional() {
	var above []rune
	for line := range strings.Lines(traditionalTable) {
		switch line = strings.TrimSpace(line); {
		case line == "" || line[0] == '#':
		case above == nil:
			above = []rune(line)
		default:
			for i, r := range []rune(line) {
				if i < len(above) && r < 0x10000 {
					t.han[above[i]-cjkStart].simple = uint16(r)
				}
			}
			above = nil
		}
	}
	for from, to := range map[rune]rune{'妳': '你', '甚': '什', '裏': '里', '乾': '干', '後': '后', '麼': '么'} {
		t.han[from-cjkStart].simple = uint16(to)
	}
}

func (t *Tables) readPinyin() {
	for line := range strings.Lines(pinyinTable) {
		name, characters, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || line[0] == '#' {
			continue
		}
		id := t.soundID(fuzzy(name))
		for _, r := range characters {
			t.han[r-cjkStart].syllable = id
		}
		t.byName[name] = id
	}
}

// soundID numbers the sounds that are told apart.
func (t *Tables) soundID(name string) uint16 {
	if id, ok := t.byName[name]; ok {
		return id
	}
	t.names = append(t.names, name)
	id := uint16(len(t.names) - 1)
	t.byName[name] = id
	return id
}

// fuzzy gives one form to syllables that many speakers and keyboards mix up.
func fuzzy(s string) string {
	for _, p := range [...][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}} {
		if strings.HasPrefix(s, p[0]) {
			s = p[1] + s[2:]
			break
		}
	}
	for _, p := range [...][2]string{{"ang", "an"}, {"eng", "en"}, {"ing", "in"}} {
		if stem, ok := strings.CutSuffix(s, p[0]); ok {
			return stem + p[1]
		}
	}
	return s
}

// Sound numbers the fuzzy reading of a character; 0 where it has none.
func (t *Tables) Sound(r rune) uint16 {
	if r < cjkStart || r >= cjkEnd {
		return 0
	}
	return t.han[r-cjkStart].syllable
}

// Spell cuts a run of letters into syllables, longest first, and appends their sounds to out. It gives nothing
// unless the whole run can be read aloud.
func (t *Tables) Spell(letters []rune, out []uint16) []uint16 {
	start := len(out)
	for len(letters) > 0 {
		n, id := t.firstSyllable(letters)
		if n == 0 {
			return out[:start]
		}
		out, letters = append(out, id), letters[n:]
	}
	return out
}

func (t *Tables) firstSyllable(letters []rune) (int, uint16) {
	var buf [6]byte
	best, id := 0, uint16(0)
	for n := 0; n < len(letters) && n < len(buf) && letters[n] >= 'a' && letters[n] <= 'z'; n++ {
		buf[n] = byte(letters[n])
		if s, ok := t.byName[string(buf[:n+1])]; ok && t.canFollow(letters[n+1:]) {
			best, id = n+1, s
		}
	}
	return best, id
}

// canFollow asks that what comes after a syllable does not begin like the rest of a longer one.
func (t *Tables) canFollow(rest []rune) bool {
	if len(rest) == 0 {
		return true
	}
	switch rest[0] {
	case 'i', 'u', 'v':
		return false
	}
	return true
}

// IsHan tells the characters of Chinese.
func IsHan(r rune) bool { return r >= cjkStart && r < cjkEnd }
