package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/bot/engine"
	"xiaoer/bot/shop"
	"xiaoer/bot/store"
	"xiaoer/bot/web"
)

// sampleBuyer is who a newcomer plays; the sample orders are this buyer's.
const sampleBuyer = "demo"

// page is what the demo page shows. Each visitor gets an engine and a clock of their own.
func (d *demo) page(s *service) *web.Demo {
	page := &web.Demo{Open: func(clock func() time.Time) (web.Talk, error) {
		eng, err := engine.New(engine.Options{
			Store: store.NewMemory(store.Limits{}), Shops: d.shops(clock).get, Clock: clock, Logger: s.log,
		})
		if err != nil {
			return web.Talk{}, err
		}
		return talk(eng), nil
	}}
	for _, one := range d.list {
		page.Shops = append(page.Shops, d.pageShop(one))
	}
	return page
}

func (d *demo) pageShop(s *shop.Shop) web.DemoShop {
	out := web.DemoShop{
		ID: s.ID, Name: s.Book.Shop.Name, Locale: s.Book.Shop.Locale, Zone: s.Book.Shop.Location,
		Buyer:  bot.Buyer{ID: sampleBuyer, Name: "小李", Tier: "gold"},
		Photos: photos(s.ID), Chips: chips()[s.ID],
	}
	if !strings.HasPrefix(out.Locale, "zh") {
		out.Buyer.Name = "Alex"
	}
	var own []bot.Order
	seen := map[string]bool{}
	for _, o := range d.orders[s.ID] {
		if o.BuyerID != sampleBuyer {
			continue
		}
		own = append(own, o)
		for _, item := range o.Items {
			if !seen[item.ID] {
				seen[item.ID] = true
				out.Products = append(out.Products, bot.Product{ID: item.ID, Title: item.Title, Price: item.Price})
			}
		}
	}
	out.Orders = func(time.Time) []bot.Order { return own }
	return out
}

// photos are the sample pictures that a buyer of the shop might send: its goods, the parcel and the label.
func photos(shop string) []string {
	goods := map[string]string{"xiaoguo": "fruit.svg", "yunshang": "clothes.svg", "shiguang": "device.svg"}
	return slices.DeleteFunc(web.Photos(), func(name string) bool {
		return name != "parcel.svg" && name != "label.svg" && name != goods[shop]
	})
}

// chips are the messages that a newcomer may begin with, by shop.
func chips() map[string][]string {
	return map[string][]string{
		"xiaoguo":  {"我想退货", "苹果好多都烂了", "芒果怎么还没到", "坚果什么时候发货", "吃完拉肚子进医院了", "转人工"},
		"yunshang": {"我一米六五穿什么码", "想换大一码", "赠品没有收到", "快递到哪了", "刚买就降价了，退差价", "转人工"},
		"shiguang": {"充电宝充不进电了", "充电宝冒烟了", "台灯怎么还没发出来", "可以开发票吗", "不是要退货，是要换货", "转人工"},
		"teahouse": {"where is my parcel?", "I want to return the kettle", "please cancel my order", "it arrived broken", "I want to talk to a person"},
	}
}

// talk gives the page the methods of an engine that it needs.
func talk(eng *engine.Engine) web.Talk {
	return web.Talk{
		Handle:       eng.Handle,
		Act:          eng.Act,
		Tick:         eng.Tick,
		NextDue:      eng.NextDue,
		Conversation: eng.Conversation,
		Trace:        func(ctx context.Context, shop, id string) (any, error) { return eng.Trace(ctx, shop, id) },
		Late: func(ctx context.Context, shop, conversation, after string) ([]web.Late, error) {
			replies, err := eng.Replies(ctx, shop, conversation, after)
			out := make([]web.Late, len(replies))
			for i, r := range replies {
				out[i] = web.Late{ID: r.ID, Conversation: r.Conversation, Status: r.Status, Replies: r.Replies, Handoff: r.Handoff, At: r.At}
			}
			return out, err
		},
	}
}
