package shop

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"xiaoer/rules/doc"
)

// Chat is the shop's own chat, as connect.yaml has it. The zero Chat is off.
type Chat struct {
	On      bool
	Origins []string // sites that may show it in a frame, such as https://shop.example; none: it is reached by its link only
	Secrets []string // "whsec_…"; an identity that the site passes is good when one of them signed it. Empty: there are no identities
	Rate    int      // buyers' messages a second, 0 for no limit
}

// DefaultChatRate is how many messages a second the shop's own chat lets in where nothing else is said.
const DefaultChatRate = 20

const maxOrigins = 20

func (c *Chat) equal(d *Chat) bool {
	return c.On == d.On && c.Rate == d.Rate && slices.Equal(c.Origins, d.Origins) && slices.Equal(c.Secrets, d.Secrets)
}

// chatFields is the table of chat.
func chatFields() []doc.Field[connector] {
	return []doc.Field[connector]{
		{
			Name: "origins", Doc: "The sites whose pages may show the chat; none when left out, then it is reached by its link.",
			Shape: doc.OneOrMoreShape(doc.PatternShape(`^https?://[^/]+/?$`, "https://shop.example")),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				texts, _ := d.Texts(v)
				for i, t := range texts {
					if i == maxOrigins {
						d.Problems.Error(t.Range(), doc.WrongType, "there are more than %d origins", maxOrigins)
						break
					}
					if origin := c.origin(t); origin != "" && !slices.Contains(c.out.Chat.Origins, origin) {
						c.out.Chat.Origins = append(c.out.Chat.Origins, origin)
					}
				}
			},
		},
		{
			Name: "secret", Doc: "Where the secret is kept with which the site signs who a buyer is: env:NAME or file:PATH; a list while secrets are exchanged.",
			Shape: doc.OneOrMoreShape(doc.PatternShape(`^(env|file):.+`, "env:CHAT_SECRET")),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				texts, _ := d.Texts(v)
				for i, t := range texts {
					if secret := c.secret(t); secret != "" && i < maxSecrets {
						c.out.Chat.Secrets = append(c.out.Chat.Secrets, secret)
					}
				}
			},
		},
		{
			Name: "rate", Doc: "Buyers' messages a second that are let in, of all buyers together; 20 when left out, 0 for no limit.", Shape: doc.IntegerShape(0, maxRate),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				if n, ok := d.Int(v, 0, maxRate); ok {
					c.out.Chat.Rate = n
				}
			},
		},
	}
}

// readChat switches the chat on. A key without a value does, too.
func (c *connector) readChat(v *doc.Node) {
	c.out.Chat = Chat{On: true, Rate: DefaultChatRate}
	if v.Kind != doc.Null {
		doc.Decode(c.d, v, chatFields(), "chat", c)
	}
}

var originHost = regexp.MustCompile(`^([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$`)

// origin reads what a browser calls the site of a page: scheme, host, and port where it is not the usual one.
func (c *connector) origin(n *doc.Node) string {
	text, ok := c.d.Text(n)
	if !ok {
		return ""
	}
	u, err := url.Parse(strings.ToLower(text))
	plain := err == nil && u.User == nil && u.RawQuery == "" && u.Fragment == "" && (u.Path == "" || u.Path == "/")
	if !plain || (u.Scheme != "http" && u.Scheme != "https") || !originHost.MatchString(u.Host) {
		c.d.Problems.Error(n.Range(), doc.WrongType, "this is no origin of a site").
			WithHint("write scheme and host only, one for each: https://shop.example, https://www.shop.example; other scripts than Latin as xn--…")
		return ""
	}
	return u.Scheme + "://" + strings.TrimSuffix(u.Host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
}
