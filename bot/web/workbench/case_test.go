package workbench_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"xiaoer/bot"
	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/web/workbench"
)

func withOrder(m *bot.Message) {
	paid := morning()
	m.Order = &bot.Order{
		No: "261118-123456789012345", Stage: "delivered", Amount: "39.90", PaidAt: &paid,
		Logistics:  &bot.Logistics{Carrier: "顺丰", TrackingNo: "SF1234567890123", State: "out_for_delivery"},
		Aftersales: &bot.Aftersales{Type: "refund_only", State: "wait_shop"},
		Items:      []bot.Item{{ID: "a", Title: "苹果 <i>大</i>", Quantity: 2}},
	}
	m.Images = []string{"https://img.example/a.jpg", "javascript:alert(1)", "http://plain.example/b.jpg", "https://user@evil.example/c.jpg", "/chat/fruit/photo/1"}
}

func TestACaseShowsAllThatAnAgentWouldAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.say("fruit", "c-1", "我想退货", withOrder)
	id := w.hand("fruit", "c-1")
	w.say("tea", "c-1", "转人工")
	page := w.see("chen", at("fruit", id))
	for _, want := range []string{
		"261118-123456789012345", "顺丰", "SF1234567890123", "39.90", "已签收", "派送中", "仅退款 待商家处理", "苹果 &lt;i&gt;大&lt;/i&gt;", // the order
		`src="https://img.example/a.jpg"`, `src="/chat/fruit/photo/1"`, // photos
		"return.in_window", "/why/", // what the bot said, and under which rule
		"return_days", "policy", // policy values
		"小果水果店 &lt;b&gt;fruit&lt;/b&gt;", "data-due=", "还剩", // the shop, the clock in words
		"签收 7 天内可以退。", "快递单号是 SF1234567890123。", // quick replies with facts
		`name="seen"`, `data-copy=`,
	} {
		require.Contains(t, page, want)
	}
	for _, never := range []string{"javascript:alert", "plain.example/b.jpg\"", `src="https://user@evil`, "<i>大", "style="} {
		require.NotContains(t, page, never)
	}
	require.Contains(t, w.ask("chen", http.MethodGet, at("fruit", id), nil).Header().Get("Content-Security-Policy"), "img-src 'self' https:")
	en := w.see("chen", at("fruit", id)+"?lang=en")
	require.Contains(t, en, "left")
	require.Contains(t, en, `lang="en"`)
}

func TestFromTheQueueToTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.say("fruit", "c-1", "我想退货", withOrder)
	id := w.hand("fruit", "c-1")
	require.Contains(t, w.see("chen", "/desk/cases"), "#1")
	w.post("chen", at("fruit", id, "/act/claim"))
	require.Equal(t, "小陈", w.one("fruit", id).Agent)
	require.Contains(t, w.see("wang", "/desk/cases"), "小陈 处理中", "a colleague sees who has it")
	page := w.see("chen", at("fruit", id))
	w.post("chen", at("fruit", id, "/reply"), "text", "您好，马上为您处理", "seen", field(t, page, "seen"), "key", field(t, page, "key"))
	w.post("chen", at("fruit", id, "/reply"), "text", "您好，马上为您处理", "seen", field(t, page, "seen"), "key", field(t, page, "key"))
	c := w.one("fruit", id)
	require.Equal(t, 1, count(c.Transcript, "您好，马上为您处理"), "the same form twice is sent once")
	require.Contains(t, w.see("chen", at("fruit", id)), "等待读取", "the delivery of the line stands beside it")
	_, forms, _ := strings.Cut(w.see("chen", at("fruit", id)), "/act/note")
	for range 2 {
		w.post("chen", at("fruit", id, "/act/note"), "text", "客户说周三寄回", "key", field(t, forms, "key"))
	}
	require.Len(t, w.one("fruit", id).Notes, 1, "the same form twice is one note")
	require.Equal(t, "客户说周三寄回", w.one("fruit", id).Notes[0].Text)
	w.post("chen", at("fruit", id, "/act/close"), "outcome", "refunded", "cause", "courier", "cost", "12.50")
	c = w.one("fruit", id)
	require.Equal(t, desk.Closed, c.State)
	require.Equal(t, "courier", c.Cause)
	require.Equal(t, "refunded", c.Outcome)
	require.Equal(t, "12.50", c.Cost)
	closed := w.see("wang", at("fruit", id))
	require.Contains(t, closed, "¥ 12.50")
	require.NotContains(t, closed, `id="answer"`, "nothing more is said in a closed case")
	require.NotContains(t, w.see("chen", "/desk/cases"), "#1 ")
}

func count(lines []bot.Line, text string) (n int) {
	for _, l := range lines {
		if l.Text == text {
			n++
		}
	}
	return n
}

// field is the value of a hidden field of the answer's form.
func field(t *testing.T, page, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `name="`+name+`" value="`)
	require.True(t, found, name)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestTwoAgentsCannotAnswerOverEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	w.post("chen", at("fruit", id, "/act/claim"))
	page := w.see("chen", at("fruit", id))
	w.say("fruit", "c-1", "等等，我又不退了")
	form := formOf("text", "已为您退款", "seen", field(t, page, "seen"), "key", field(t, page, "key"))
	rw := w.ask("chen", http.MethodPost, at("fruit", id, "/reply"), form)
	require.Equal(t, http.StatusConflict, rw.Code)
	require.Contains(t, rw.Body.String(), "有新消息")
	require.Contains(t, rw.Body.String(), "已为您退款</textarea>", "the draft is kept")
	require.Contains(t, rw.Body.String(), "等等，我又不退了", "beside what was new")
	require.Zero(t, count(w.one("fruit", id).Transcript, "已为您退款"))
	rw = w.ask("chen", http.MethodPost, at("fruit", id, "/reply"), form, "X-Fragment", "1")
	require.JSONEq(t, `{"refused":"news","detail":"您写的时候有新消息，没有发送；请先看看，草稿还在","hits":[]}`, rw.Body.String())
	page = w.see("wang", at("fruit", id))
	rw = w.ask("wang", http.MethodPost, at("fruit", id, "/reply"), formOf("text", "我来", "seen", field(t, page, "seen"), "key", "k"))
	require.Equal(t, http.StatusConflict, rw.Code)
	require.Contains(t, rw.Body.String(), "同事已经接手")
}

func TestForbiddenWordsAreNotSentUnawares(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	text := "加我微信 abc 聊"
	rw := w.ask("chen", http.MethodPost, at("fruit", id, "/check"), formOf("text", text))
	require.Equal(t, http.StatusOK, rw.Code)
	require.Contains(t, rw.Body.String(), "微信")
	require.JSONEq(t, `{"hits":[]}`, w.ask("chen", http.MethodPost, at("fruit", id, "/check"), formOf("text", "您好")).Body.String())
	rw = w.ask("chen", http.MethodPost, at("fruit", id, "/reply"), formOf("text", text, "key", "k-1"))
	require.Equal(t, http.StatusUnprocessableEntity, rw.Code)
	require.Contains(t, rw.Body.String(), text+"</textarea>")
	require.Zero(t, count(w.one("fruit", id).Transcript, text))
	w.post("chen", at("fruit", id, "/reply"), "text", text, "key", "k-1", "anyway", "1")
	require.Equal(t, 1, count(w.one("fruit", id).Transcript, text))
}

func TestQuickRepliesAndDraftsWithoutAScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	page := w.see("chen", at("fruit", id))
	require.Contains(t, page, "logistics.tracking_no", "a quick reply whose facts are unknown says which")
	require.Contains(t, w.see("chen", at("fruit", id)+"?quick=退货期"), "签收 7 天内可以退。</textarea>")
	require.NotContains(t, w.see("chen", at("fruit", id)+"?quick=单号"), "快递单号是")
	w.post("chen", at("fruit", id, "/act/claim"))
	w.say("fruit", "c-1", "我想退货")
	require.Contains(t, w.see("chen", at("fruit", id)), `<noscript><p><a href="`+at("fruit", id)+`?help=1#quick">`)
	page = w.see("chen", at("fruit", id)+"?help=1")
	require.Contains(t, page, "草稿")
	require.Contains(t, page, "签收 7 天内支持退货。")
	require.Contains(t, w.see("chen", at("fruit", id)+"?draft=0"), "签收 7 天内支持退货。</textarea>")
	w.see("chen", at("fruit", id)+"?draft=99&quick=nothing")
}

func TestNoPartWaitsForWhatItDoesNotShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	for _, c := range []struct {
		query              string
		said, quick, draft bool
	}{
		{query: "?part=file"},
		{query: "?part=talk", said: true},
		{query: "?part=help", quick: true, draft: true},
		{query: "", said: true, quick: true},
		{query: "?help=1", said: true, quick: true, draft: true},
		{query: "?draft=0", said: true, quick: true, draft: true},
	} {
		w.wanted = nil
		w.see("chen", at("fruit", id)+c.query)
		if !c.said && !c.quick && !c.draft {
			require.Empty(t, w.wanted, c.query)
			continue
		}
		require.Len(t, w.wanted, 1, c.query)
		require.Equal(t, c.said, w.wanted[0].Said, c.query)
		require.Equal(t, c.quick, len(w.wanted[0].Quick) > 0, c.query)
		require.Equal(t, c.draft, w.wanted[0].Draft, c.query)
	}
	w.post("chen", at("fruit", id, "/act/close"))
	w.wanted = nil
	w.see("chen", at("fruit", id)+"?help=1")
	require.Equal(t, []desk.Wanted{{Said: true}}, w.wanted, "nothing is said in a closed case")
}

func TestOffersAboveTheCap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.say("fruit", "c-1", "苹果坏了", withOrder)
	r := w.say("fruit", "c-1", "3")
	require.NotNil(t, r.Handoff, r.Replies)
	id := r.Handoff.ID
	offer := w.one("fruit", id).Offers[0]
	require.True(t, offer.Approval)
	require.Contains(t, w.see("chen", at("fruit", id)), "待批准")
	approve, refuse := at("fruit", id, "/act/approve"), at("fruit", id, "/act/refuse")
	form := formOf("offer", offer.ID, "tell", "1")
	require.GreaterOrEqual(t, w.ask("wang", http.MethodPost, approve, form).Code, 400, "only who has the case, or an editor")
	require.NotContains(t, w.see("wang", at("fruit", id)), approve)
	require.Contains(t, w.see("lead", at("fruit", id)), approve)
	w.post("chen", at("fruit", id, "/act/claim"))
	page := w.see("chen", at("fruit", id))
	_, page, _ = strings.Cut(page, approve)
	require.Contains(t, page, `name="tell" value="1" id="tell-`+offer.ID+`" checked`)
	key := field(t, page, "key")
	w.broken = engine.ErrBusy
	require.Equal(t, http.StatusServiceUnavailable, w.ask("chen", http.MethodPost, approve, form).Code)
	w.broken = nil
	require.Empty(t, w.one("fruit", id).Offers[0].Verdict)
	before := len(w.one("fruit", id).Transcript)
	for range 2 {
		w.post("chen", approve, "offer", offer.ID, "key", key)
	}
	offer = w.one("fruit", id).Offers[0]
	require.Equal(t, bot.OfferApproved, offer.Verdict)
	require.Equal(t, "小陈", offer.By)
	require.Len(t, w.one("fruit", id).Transcript, before, "without the box the buyer is not told")
	require.Equal(t, http.StatusConflict, w.ask("chen", http.MethodPost, refuse, formOf("offer", offer.ID)).Code, "nobody takes it back")
	require.Equal(t, http.StatusConflict, w.ask("lead", http.MethodPost, refuse, formOf("offer", offer.ID)).Code, "it is decided once")
	page = w.see("wang", at("fruit", id))
	require.Contains(t, page, "小陈 已批准")
	require.NotContains(t, page, "待批准")
	require.GreaterOrEqual(t, w.ask("lead", http.MethodPost, approve, formOf("offer", "o-none")).Code, 400)
}

func TestARefusedOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.say("fruit", "c-1", "苹果坏了", withOrder)
	id := w.say("fruit", "c-1", "3").Handoff.ID
	offer := w.one("fruit", id).Offers[0]
	rw := w.post("lead", at("fruit", id, "/act/refuse"), "offer", offer.ID, "back", "https://evil.example/")
	require.Equal(t, at("fruit", id)+"?done=refuse", rw.Header().Get("Location"), "a form sends nobody elsewhere")
	require.Equal(t, bot.OfferRefused, w.one("fruit", id).Offers[0].Verdict)
	require.Contains(t, w.see("chen", at("fruit", id)), "主管 已拒绝")
}

func TestStagesOfADispute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.say("fruit", "c-1", "我要投诉你们").Handoff.ID
	w.post("chen", at("fruit", id, "/act/claim"))
	require.True(t, w.one("fruit", id).Dispute)
	before := len(w.one("fruit", id).Transcript)
	w.post("chen", at("fruit", id, "/act/stage"), "stage", "investigating")
	require.Equal(t, "investigating", w.one("fruit", id).Stage)
	require.Len(t, w.one("fruit", id).Transcript, before, "without the box the buyer is not told")
	w.post("chen", at("fruit", id, "/act/stage"), "stage", "negotiating", "tell", "1")
	require.Len(t, w.one("fruit", id).Transcript, before+1)
	require.Equal(t, http.StatusBadRequest, w.ask("chen", http.MethodPost, at("fruit", id, "/act/stage"), formOf("stage", "nowhere")).Code)
}

func TestWhyTheBotSaidSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	first := w.say("fruit", "c-1", "我想退货")
	id := w.hand("fruit", "c-1")
	page := w.see("chen", at("fruit", id, "/why/", first.TraceID))
	require.Contains(t, page, "return.in_window")
	require.Contains(t, page, "rules.yaml:2")
	stranger := w.say("fruit", "c-2", "我想退货")
	require.Equal(t, http.StatusNotFound, w.ask("chen", http.MethodGet, at("fruit", id, "/why/", stranger.TraceID), nil).Code, "another buyer's turn is none of this case")
	require.Equal(t, http.StatusNotFound, w.ask("chen", http.MethodGet, at("fruit", id, "/why/none"), nil).Code)
}

func TestEachLineSaysItsRuleAndHowItsDeliveryStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	for range 12 {
		w.say("fruit", "c-1", "我想退货")
		w.pass(30 * time.Hour)
	}
	id := w.hand("fruit", "c-1")
	w.post("chen", at("fruit", id, "/act/claim"))
	for n := range 12 {
		w.pass(time.Second)
		w.post("chen", at("fruit", id, "/reply"), "text", "在看了", "key", fmt.Sprint("k", n)) // the same words again and again
	}
	_, late, err := w.Case(t.Context(), "fruit", id)
	require.NoError(t, err)
	require.NoError(t, w.Acknowledge(t.Context(), "fruit", "c-1", late[len(late)-2].ID))
	page := w.see("chen", at("fruit", id, "?part=talk"))
	require.Equal(t, 12, strings.Count(page, ">return.in_window</a>"), "also lines that are long past")
	require.Equal(t, 11, strings.Count(page, ">已送达</span>"))
	require.Equal(t, 1, strings.Count(page, ">等待读取</span>"))
	require.NotContains(t, page, "更早的不在这里")

	own := bot.ChatID("visitor")
	id = w.hand("fruit", own)
	w.post("chen", at("fruit", id, "/reply"), "text", "您好", "key", "own")
	require.Contains(t, w.see("chen", at("fruit", id)), "买家的页面还没有取到")
	_, late, err = w.Case(t.Context(), "fruit", id)
	require.NoError(t, err)
	require.NoError(t, w.Acknowledge(t.Context(), "fruit", own, late[len(late)-1].ID))
	require.Contains(t, w.see("chen", at("fruit", id)), "买家的页面已取到")
}

func TestALongConversationSaysWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	for n := range 60 {
		w.say("fruit", "c-1", fmt.Sprint("第", n, "句"))
	}
	page := w.see("chen", at("fruit", id))
	require.Contains(t, page, "最近 50 条")
	require.NotContains(t, page, "第1句")
	require.Contains(t, page, "第59句")
}

func TestBuiltInNamesAreInThePagesLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	human := w.hand("fruit", "c-1")
	angry := w.say("fruit", "c-2", "我要投诉你们").Handoff.ID
	for _, page := range []string{at("fruit", human, "?part=talk&lang=en"), "/desk/cases?lang=en", "/desk/lead?lang=en"} {
		en := w.see("chen", page)
		require.NotContains(t, en, "人工客服", page+": intents")
		require.NotContains(t, en, "买家要求人工", page+": reasons that the bot gives")
	}
	require.Contains(t, w.see("chen", at("fruit", human, "?part=file&lang=en")), "<dd>the buyer asked for a human")
	require.Contains(t, w.see("chen", at("fruit", human)+"?lang=zh"), "买家要求人工")
	require.Contains(t, w.see("chen", at("fruit", angry)+"?lang=en"), "投诉", "a shop's own reason stays as it is written")
}

func TestTimesAreThoseOfTheShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	page := w.see("chen", at("fruit", id))
	require.Contains(t, page, `title="2026-11-21 10:00:01 +08:00 Asia/Shanghai">10:00</time>`)
	require.Contains(t, page, `data-zone="480"`)
	require.NotContains(t, page, "data-local")
}

func TestWhatHappenedIsSaidInThePagesLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	w.say("fruit", "c-1", "苹果坏了", withOrder)
	id := w.say("fruit", "c-1", "3").Handoff.ID
	require.NoError(t, w.Pause(t.Context(), desk.Pause{Shop: "fruit", Rule: "fresh.claim", By: "主管", At: w.clock()}))
	w.post("chen", at("fruit", id, "/act/claim"))
	rw := w.post("chen", at("fruit", id, "/act/approve"), "offer", w.one("fruit", id).Offers[0].ID, "tell", "1")
	require.Contains(t, rw.Header().Get("Location"), "done=untold", "whoever approves learns that the buyer knows nothing yet")
	require.Contains(t, w.see("chen", at("fruit", id)+"?done=untold"), "没能自动告诉买家")
	w.post("chen", at("fruit", id, "/act/move"), "team", "lead")
	w.post("lead", at("fruit", id, "/act/close"))
	zh, en := w.see("chen", at("fruit", id, "?part=file")), w.see("chen", at("fruit", id, "?part=file&lang=en"))
	for _, want := range []string{"<b>机器人</b> 建立个案", "<b>小陈</b> 接手", "<b>小陈</b> 批准 退款 119.7", "没能告诉买家", "转给 主管", "<b>主管</b> 已关闭"} {
		require.Contains(t, zh, want)
	}
	for _, want := range []string{"<b>Bot</b> opened", "approved refund 119.7", "moved to 主管", "the buyer could not be told"} {
		require.Contains(t, en, want)
	}
}

func TestPhotosWithoutWordsHaveNoWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, workbench.Limits{})
	id := w.hand("fruit", "c-1")
	w.say("fruit", "c-1", "", func(m *bot.Message) { m.Kind, m.Images = bot.KindImage, []string{"https://img.example/a.jpg"} })
	w.say("fruit", "c-1", "", func(m *bot.Message) { m.Kind, m.Images = bot.KindImage, []string{"javascript:alert(1)"} })
	talk := w.see("chen", at("fruit", id, "?part=talk"))
	require.Equal(t, 1, strings.Count(talk, "https://img.example/a.jpg\" target"), "the photo is shown")
	require.Equal(t, 1, strings.Count(talk, `<p class="bubble">[image ×1]</p>`), "words stand only for the one that cannot be shown")
}
