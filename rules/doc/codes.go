// contract

package doc

// A Code names a kind of diagnostic. Codes are stable: scripts, `allow:` and the manual refer to them.
type Code string

// The errors.
const (
	Syntax            Code = "syntax"
	LostText          Code = "lost-text"
	UnknownKey        Code = "unknown-key"
	DuplicateKey      Code = "duplicate-key"
	WrongType         Code = "wrong-type"
	MissingKey        Code = "missing-key"
	UnknownField      Code = "unknown-field"
	UnknownValue      Code = "unknown-value"
	UnknownFunction   Code = "unknown-function"
	TypeMismatch      Code = "type-mismatch"
	UnknownIntent     Code = "unknown-intent"
	UnknownSlot       Code = "unknown-slot"
	UnknownTeam       Code = "unknown-team"
	UnknownScript     Code = "unknown-script"
	BadPattern        Code = "bad-pattern"
	DuplicateID       Code = "duplicate-id"
	UnreachableRule   Code = "unreachable-rule"
	ConstantCondition Code = "constant-condition"
	MissingOtherwise  Code = "missing-otherwise"
	NoWayOut          Code = "no-way-out"
	Compliance        Code = "compliance"
	TooCostly         Code = "too-costly"
	EmptyTest         Code = "empty-test"
)

// The warnings.
const (
	UnansweredIntent Code = "unanswered-intent"
	Unused           Code = "unused"
	NeedsOrder       Code = "needs-order"
	UnsafePromise    Code = "unsafe-promise"
	MissingSecret    Code = "missing-secret"
)

// TooMany is the code of the closing note when more was found than is kept.
const TooMany Code = "too-many"

// A CodeInfo explains a code to a shop owner, in one English and one Chinese sentence.
type CodeInfo struct {
	Code     Code
	Severity Severity
	English  string
	Chinese  string
}

// Codes lists every code in the order of the manual: errors first.
func Codes() []CodeInfo { return append(errorCodes(), warningCodes()...) }

// Explain finds the entry of a code; ok is false for a word that is no code.
func Explain(code Code) (info CodeInfo, ok bool) {
	for _, c := range Codes() {
		if c.Code == code {
			return c, true
		}
	}
	return CodeInfo{}, false
}

func errorCodes() []CodeInfo {
	return []CodeInfo{
		{Syntax, Error, "The file cannot be read as YAML at this place, so nothing in it takes effect until it is mended.", "文件在这里不符合 YAML 的写法，修好之前整个文件都不生效。"},
		{LostText, Error, "Part of what you wrote is dropped by YAML, because `#` starts a comment or `!` starts a tag; put the text in quotes.", "YAML 会丢掉您写的一部分内容（# 之后当作注释，! 开头当作标记），请给文字加上引号。"},
		{UnknownKey, Error, "This word means nothing here, mostly because it is misspelt or stands in the wrong place.", "这里不认识这个词，多半是拼错了或写错了位置。"},
		{DuplicateKey, Error, "The same word is given twice in one place, so one of the two values would be ignored.", "同一处写了两次同样的词，其中一个值会被忽略。"},
		{WrongType, Error, "The value has the wrong form, for example a text where a number is expected.", "值的形式不对，比如该写数字的地方写了文字。"},
		{MissingKey, Error, "Something that has to be given is missing.", "缺少必须填写的内容。"},
		{UnknownField, Error, "A condition or a text reads a fact that does not exist.", "条件或话术里用了一个不存在的字段。"},
		{UnknownValue, Error, "A fact is compared with a value that it can never have.", "拿字段和一个它不可能有的值作比较。"},
		{UnknownFunction, Error, "A condition calls a function that does not exist or is not allowed.", "条件里用了不存在或不允许的函数。"},
		{TypeMismatch, Error, "A condition puts together values that do not go together, such as a text and a number.", "条件把不同类型的值放在一起，比如文字和数字。"},
		{UnknownIntent, Error, "No intent or topic of this name exists.", "没有叫这个名字的意图或细分意图。"},
		{UnknownSlot, Error, "No slot of this name is described in shop.yaml.", "shop.yaml 里没有叫这个名字的收集项。"},
		{UnknownTeam, Error, "No team of this name is described in shop.yaml.", "shop.yaml 里没有叫这个名字的客服组。"},
		{UnknownScript, Error, "No script of this name exists.", "没有叫这个名字的话术。"},
		{BadPattern, Error, "A search pattern (regular expression) is not written correctly.", "匹配式（正则表达式）写得不对。"},
		{DuplicateID, Error, "Two entries carry the same id, so tests and reports cannot tell them apart.", "两处用了同一个 id，测试和报表无法区分它们。"},
		{UnreachableRule, Error, "This rule can never answer, because earlier rules always answer before it.", "这条规则永远轮不到，前面的规则总会先回答。"},
		{ConstantCondition, Error, "This condition is always true or never true, whatever the order looks like.", "这个条件永远成立或永远不成立，与订单无关。"},
		{MissingOtherwise, Error, "There is no `otherwise`, so messages that no rule answers would be left alone.", "缺少 otherwise，没有规则能回答的消息会无人处理。"},
		{NoWayOut, Error, "The shop has no team, so a buyer who needs a human could not reach one.", "店铺没有设置客服组，需要人工的买家会找不到人。"},
		{Compliance, Error, "The text says something that advertising law or platform rules forbid.", "话术里有广告法或平台规则不允许的说法。"},
		{TooCostly, Error, "A condition or pattern would take too long to work out.", "条件或匹配式计算起来太慢。"},
		{EmptyTest, Error, "This test checks nothing, so it could never fail.", "这个测试什么都没有检查，永远不会失败。"},
	}
}

func warningCodes() []CodeInfo {
	return []CodeInfo{
		{UnansweredIntent, Warning, "Buyers can ask for this, but no rule answers it.", "买家会问到这件事，但没有规则来回答。"},
		{Unused, Warning, "This is described but used nowhere.", "写了但没有任何地方用到。"},
		{NeedsOrder, Warning, "All rules for this intent need an order, and none of them finds it.", "这个意图的规则都需要订单，却没有一条去查找订单。"},
		{UnsafePromise, Warning, "The text promises a time or money, but nothing records or limits the promise.", "话术承诺了时间或金额，却没有用 promise 或 offer 记录和限制。"},
		{MissingSecret, Warning, "A secret that connect.yaml names cannot be found, so calls cannot be signed.", "找不到 connect.yaml 里写的密钥，无法签名和验签。"},
		{TooMany, Warning, "More was found than is listed; mend what is listed and check again.", "问题太多没有全部列出，请先修好列出的再检查一遍。"},
	}
}
