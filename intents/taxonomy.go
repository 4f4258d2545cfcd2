package intents

func named(name, zh, en string, topics ...Topic) Intent {
	return Intent{Name: name, Titles: map[string]string{"zh": zh, "en": en}, Topics: topics}
}

func kind(name, zh, en string) Topic {
	return Topic{Name: name, Titles: map[string]string{"zh": zh, "en": en}}
}

// builtTaxonomy lists the intents of the built-in sentences in the order that pages show them.
func builtTaxonomy() []Intent {
	return []Intent{
		named("return", "退货", "a return"),
		named("exchange", "换货", "an exchange"),
		named("refund", "退款", "a refund",
			kind("where", "退款进度", "where a refund is"), kind("only", "仅退款", "a refund without return"), kind("refused", "退款被拒", "a refused refund")),
		named("delay", "催促物流", "a late order", kind("ship", "催发货", "a late dispatch"), kind("move", "催派送", "a late parcel")),
		named("logistics", "物流查询", "shipping"),
		named("lost_or_damaged", "丢件破损", "a lost or damaged parcel",
			kind("lost", "丢件", "a lost parcel"), kind("damaged", "破损", "a damaged parcel"), kind("signed", "签收未收到", "a parcel signed for but not received")),
		named("wrong_item", "错发漏发", "wrong or missing goods",
			kind("wrong", "发错货", "wrong goods"), kind("missing", "少发", "missing goods"), kind("gift", "赠品没收到", "a missing gift")),
		named("wrong_order", "修改订单", "changing an order",
			kind("address", "改地址", "changing the address"), kind("goods", "改商品", "changing the goods"), kind("remark", "改备注", "changing the note"),
			kind("date", "改送货时间", "changing the date"), kind("carrier", "指定快递", "choosing the carrier"), kind("cancel", "取消订单", "cancelling an order")),
		named("quality", "质量问题", "a quality problem"),
		named("coupon", "优惠活动", "coupons and offers",
			kind("use", "优惠券", "using a coupon"), kind("price_drop", "降价补差", "a price drop"), kind("bargain", "议价", "a better price")),
		named("invoice", "发票", "an invoice"),
		named("product", "商品咨询", "a product",
			kind("size", "尺码", "sizes"), kind("stock", "库存", "stock"), kind("price", "价格", "prices"), kind("warranty", "保修", "warranty")),
		named(Human, "人工客服", "a human agent"),
		named(Complaint, "投诉", "a complaint"),
		named(Greeting, "问候", "a greeting"),
		named(Thanks, "感谢", "thanks"),
		named(Other, "其他", "something else"),
	}
}
