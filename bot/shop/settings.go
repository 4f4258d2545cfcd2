package shop

import (
	"regexp"
	"slices"
	"time"

	"xiaoer/bot"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// Settings are what shop.yaml says, on top of the base's, before any text of it is compiled.
type settings struct {
	id       string
	name     string
	locale   string
	zone     *time.Location
	hours    week
	anyHours bool // hours were given: without them the shop is always open
	holidays calendar
	workdays calendar // their closed days are days on which the shop works all the same
	policy   []policy
	unread   map[string]bool // keys of which something could not be read, or that are misspelt: what they describe only seems unknown
	teams    []team
	slots    []slot
	idle     time.Duration
	question time.Duration // until an open question is closed
	clock    bot.ReplyClock
	notices  []notice
	scripts  []script
	dropped  map[string]doc.Range
	allowed  []allowance
	banned   []*bannedWords
	quick    []quickReply
}

// A policy is one named value of the shop.
type policy struct {
	node  *doc.Node // the key
	text  *doc.Node // the value, when it is a text that buyers may read
	value rules.Value
	kind  rules.Kind
}

// A team is a bot.Team with its places.
type team struct {
	bot.Team
	node     *doc.Node // the key
	title    *doc.Node
	escalate *doc.Node
}

// A script is a named sentence of the shop with its variants.
type script struct {
	node  *doc.Node // the key
	texts []*doc.Node
}

// A notice is a bot.Declared with the place of its text.
type notice struct {
	bot.Declared
	text *doc.Node
}

// The locale and timezone of a shop that names none.
const (
	defaultLocale = "zh-CN"
	defaultZone   = "Asia/Shanghai"
)

// settingsFields is the table of shop.yaml.
func settingsFields() []doc.Field[settings] {
	return append(identityFields(), []doc.Field[settings]{
		{
			Name: "policy", Doc: "Numbers, texts and durations of the shop's own, read as policy.NAME.",
			Shape: doc.MapShape(doc.AnyShape(doc.NumberShape(), doc.DurationShape(), doc.BoolShape(), doc.TextShape())),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) {
				before := d.Problems.Len()
				s.policy = readPolicy(d, v)
				s.unread["policy"] = s.unread["policy"] || d.Problems.Len() > before
			},
		},
		{
			Name: "teams", Doc: "The groups of agents; the first is the default.", Shape: doc.MapShape(doc.ObjectShape(teamFields())),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) {
				if v.Kind != doc.Null { // an empty one is no-way-out
					s.teams = readTeams(d, v)
				}
			},
		},
		{
			Name: "slots", Doc: "The order details that rules collect.", Shape: doc.MapShape(doc.ObjectShape(slotFields())),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.slots = readSlots(d, v) },
		},
		{
			Name: "agent_idle", Doc: "After this long without a human word a conversation without an open case goes back to the bot.",
			Shape: doc.DurationShape(), Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.idle, _ = d.Duration(v) },
		},
		{
			Name: "question_idle", Doc: "After this long without a word of the buyer an open question is closed; 2h when left out.",
			Shape: doc.DurationShape(), Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.question, _ = d.Duration(v) },
		},
		{
			Name: "reply_clock", Doc: "Which hours count for the deadlines of replies, and whose reply counts.", Shape: doc.ObjectShape(replyClockFields()),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) {
				if v.Kind != doc.Null {
					doc.Decode(d, v, replyClockFields(), "reply_clock", &s.clock)
				}
			},
		},
		{
			Name: "notices", Doc: "What holds parcels up or is worth knowing, by region and date.", Shape: doc.ListShape(doc.ObjectShape(noticeFields())),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.notices = readNotices(d, v) },
		},
		{
			Name: "scripts", Doc: "Named sentences that replace those of the base pack; a list has variants that are taken in turn.",
			Shape: doc.MapShape(doc.OneOrMoreShape(doc.TextShape())),
			Set:   func(d *doc.Decoder, s *settings, v *doc.Node) { s.scripts = readScripts(d, v) },
		},
		{
			Name: "quick_replies", Doc: "Sentences that agents pick from, by their names.",
			Shape: doc.MapShape(doc.AnyShape(doc.TextShape(), doc.ObjectShape(quickFields()))),
			Set:   func(d *doc.Decoder, s *settings, v *doc.Node) { s.quick = readQuick(d, v) },
		},
		{
			Name: "extends", Doc: "The folder whose documents are defaults for this one.", Shape: doc.PatternShape(`^\.\.?/`, "../base"),
			Set: func(*doc.Decoder, *settings, *doc.Node) {}, // followed before anything is decoded
		},
		{
			Name: "drop", Doc: "Ids of the base's rules that this shop does without.", Shape: doc.OneOrMoreShape(doc.TextShape()),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.dropped = readDrop(d, v) },
		},
		{
			Name: "allow", Doc: "Findings of a check that are meant, each with its reason.", Shape: doc.ListShape(doc.ObjectShape(allowFields())),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.allowed = readAllow(d, v) },
		},
		{
			Name: "compliance", Doc: "Words that this shop forbids itself besides those of the base list.",
			Shape: doc.ListShape(doc.AnyShape(doc.TextShape(), doc.ObjectShape(bannedFields()))),
			Set:   func(d *doc.Decoder, s *settings, v *doc.Node) { s.banned = readBanned(d, v) },
		},
	}...)
}

// identityFields are who the shop is and when it is there.
func identityFields() []doc.Field[settings] {
	return []doc.Field[settings]{
		{
			Name: "id", Required: true, Doc: "The shop's name in addresses: lower-case letters, digits and hyphens.",
			Shape: doc.PatternShape(idPattern, "xiaoguo"), Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.id = readID(d, v) },
		},
		{
			Name: "name", Doc: "How buyers know the shop; its id when left out.", Shape: doc.TextShape(),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.name, _ = d.FilledText(v) },
		},
		{
			Name: "locale", Doc: "The language of the shop's words; zh-CN when left out.", Shape: doc.PatternShape(localePattern, defaultLocale),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.locale = readLocale(d, v) },
		},
		{
			Name: "timezone", Doc: "Where the shop's days and hours are; Asia/Shanghai when left out.", Shape: doc.PatternShape(`^[A-Za-z_+/0-9-]+$`, defaultZone),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) { s.zone = readZone(d, v) },
		},
		{
			Name: "hours", Doc: "When agents are at the desk, by day; a stretch may end past midnight. Always, when left out.",
			Shape: hoursShape(),
			Set: func(d *doc.Decoder, s *settings, v *doc.Node) {
				s.hours, s.anyHours = readHours(d, v), true
			},
		},
		{
			Name: "holidays", Doc: "Days on which the shop is closed: cn for the mainland's public holidays, days, and ranges of days.",
			Shape: doc.OneOrMoreShape(doc.PatternShape(`^(cn|\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?)$`, "2027-02-05..2027-02-11")),
			Set:   func(d *doc.Decoder, s *settings, v *doc.Node) { s.holidays = readHolidays(d, v) },
		},
		{
			Name: "workdays", Doc: "Days on which the shop works although they are holidays or days of rest: days, and ranges of days.",
			Shape: doc.OneOrMoreShape(doc.PatternShape(`^\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?$`, "2027-02-14")),
			Set:   func(d *doc.Decoder, s *settings, v *doc.Node) { s.workdays = readWorkdays(d, v) },
		},
	}
}

const (
	idPattern     = `^[a-z0-9-]+$`
	localePattern = `^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$`
	maxID         = 64
)

var (
	idForm     = regexp.MustCompile(idPattern)
	localeForm = regexp.MustCompile(localePattern)
)

func readID(d *doc.Decoder, v *doc.Node) string {
	id, ok := d.FilledText(v)
	if ok && (!idForm.MatchString(id) || len(id) > maxID) {
		d.Problems.Error(v.Range(), doc.WrongType, "an id has lower-case letters, digits and hyphens only, and at most %d of them", maxID).
			WithHint("for example xiaoguo")
		return ""
	}
	return id
}

func readLocale(d *doc.Decoder, v *doc.Node) string {
	locale, ok := d.FilledText(v)
	if ok && !localeForm.MatchString(locale) {
		d.Wrong(v, "expected a language", "for example zh-CN or en")
		return ""
	}
	return locale
}

func readZone(d *doc.Decoder, v *doc.Node) *time.Location {
	name, ok := d.FilledText(v)
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		d.Problems.Error(v.Range(), doc.UnknownValue, "there is no timezone %q", name).
			WithHint(didYouMean(name, []string{"Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Singapore", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "UTC"}, "for example Asia/Shanghai"))
		return nil
	}
	return zone
}

// readSettings decodes the merged shop.yaml.
func readSettings(p *doc.Problems, root *doc.Node) *settings {
	s := &settings{unread: misspelt(root)}
	zone := time.UTC
	if n := root.Get("timezone"); n != nil && n.Kind == doc.Scalar {
		if z, err := time.LoadLocation(n.Text); err == nil {
			zone = z
		}
	}
	doc.Decode(&doc.Decoder{Problems: p, Zone: zone}, root, settingsFields(), "shop.yaml", s)
	s.holidays.open(s.workdays)
	if s.name == "" {
		s.name = s.id
	}
	if s.locale == "" {
		s.locale = defaultLocale
	}
	if s.zone == nil {
		s.zone, _ = time.LoadLocation(defaultZone)
	}
	return s
}

// misspelt gives the keys that unknown ones were probably meant to be.
func misspelt(root *doc.Node) map[string]bool {
	out := map[string]bool{}
	if root == nil {
		return out
	}
	var names []string
	for _, f := range settingsFields() {
		names = append(names, f.Name)
	}
	for _, pair := range root.Pairs {
		if !slices.Contains(names, pair.Key.Text) {
			out[doc.Suggest(pair.Key.Text, names)] = true
		}
	}
	return out
}
