package shop

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

// Connect is what connect.yaml says, with its secrets looked up. The zero Connect of a shop without the file has
// DefaultRate and no secret.
type Connect struct {
	Webhook Webhook
	Orders  OrderSource
	Chat    Chat
}

// Webhook is how buyers' messages come in and late replies go out.
type Webhook struct {
	Secrets  []string // "whsec_…"; a call is good when one of them signed it. Empty when none could be found.
	Unsigned bool     // calls need no signature
	Rate     int      // calls a second, 0 for no limit
	Callback string   // where late replies are sent, "" for nowhere
	Budget   bot.Budget
}

// OrderSource is where orders are looked up: File or URL, or neither.
type OrderSource struct {
	File    string // below the shop's folder, with slashes
	URL     string
	Secret  string // "whsec_…", "" when calls are not signed
	Timeout time.Duration
}

// The defaults of connect.yaml.
const (
	DefaultRate    = 200
	DefaultTimeout = 2 * time.Second
	maxRate        = 1_000_000
	maxTimeout     = 30 * time.Second
	maxSecrets     = 5
)

// Secrets finds the value that connect.yaml refers to: kind is "env" or "file", name what follows the colon. An error
// must not hold the value.
type Secrets func(kind, name string) (string, error)

func (c Connect) equal(d Connect) bool {
	same := slices.Equal(c.Webhook.Secrets, d.Webhook.Secrets)
	return same && c.Webhook.Unsigned == d.Webhook.Unsigned && c.Webhook.Rate == d.Webhook.Rate &&
		c.Webhook.Callback == d.Webhook.Callback && c.Webhook.Budget == d.Webhook.Budget && c.Orders == d.Orders &&
		c.Chat.equal(&d.Chat)
}

// connector reads connect.yaml.
type connector struct {
	d       *doc.Decoder
	secrets Secrets
	tree    fs.FS
	out     Connect
}

func defaultConnect() Connect {
	return Connect{Webhook: Webhook{Rate: DefaultRate}, Orders: OrderSource{Timeout: DefaultTimeout}}
}

func connectFields() []doc.Field[connector] {
	return []doc.Field[connector]{
		{
			Name: "webhook", Doc: "How buyers' messages come in.", Shape: doc.ObjectShape(webhookFields()),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				if doc.Decode(d, v, webhookFields(), "webhook", c) {
					c.warnUnsignable(v)
				}
			},
		},
		{
			Name: "orders", Doc: "Where orders are looked up.", Shape: doc.ObjectShape(orderFields()),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				doc.Decode(d, v, orderFields(), "orders", c)
				if c.out.Orders.File != "" && c.out.Orders.URL != "" {
					d.Problems.Error(v.Pair("url").Key.Range(), doc.WrongType, "orders come from a file or from a url, not from both").
						WithHint("remove one of the two")
				}
			},
		},
		{
			Name: "chat", Doc: "The shop's own chat, on a page of its own and on the shop's site; there is none when left out.", Shape: doc.ObjectShape(chatFields()),
			Set: func(_ *doc.Decoder, c *connector, v *doc.Node) { c.readChat(v) },
		},
	}
}

func (c *connector) warnUnsignable(v *doc.Node) {
	if v.Pair("secret") == nil && !c.out.Webhook.Unsigned {
		c.d.Problems.Warn(v.Range(), doc.MissingSecret, "the webhook has no secret, so every call will be refused").
			WithHint(`give secret: "env:NAME"`)
	}
}

func webhookFields() []doc.Field[connector] {
	return []doc.Field[connector]{
		{
			Name: "secret", Doc: "Where the signing secret is kept: env:NAME or file:PATH; a list while secrets are exchanged.",
			Shape: doc.OneOrMoreShape(doc.PatternShape(`^(env|file):.+`, "env:SHOP_SECRET")),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				texts, _ := d.Texts(v)
				for i, t := range texts {
					if secret := c.secret(t); secret != "" && i < maxSecrets {
						c.out.Webhook.Secrets = append(c.out.Webhook.Secrets, secret)
					}
				}
			},
		},
		{
			Name: "unsigned", Doc: "Take calls without a signature; for trying out only.", Shape: doc.BoolShape(),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) { c.out.Webhook.Unsigned, _ = d.Bool(v) },
		},
		{
			Name: "rate", Doc: "Calls a second that are let in; 0 for no limit.", Shape: doc.IntegerShape(0, maxRate),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				if n, ok := d.Int(v, 0, maxRate); ok {
					c.out.Webhook.Rate = n
				}
			},
		},
		{
			Name: "callback", Doc: "The address that late replies are sent to.", Shape: doc.PatternShape(`^https?://`, "https://shop.example/xiaoer"),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) { c.out.Webhook.Callback = c.address(v) },
		},
		{
			Name: "budget", Doc: "How many messages the channel lets through after one of the buyer's; no limit when left out.", Shape: doc.ObjectShape(budgetFields()),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				if v.Kind != doc.Null {
					doc.Decode(d, v, budgetFields(), "budget", &c.out.Webhook.Budget)
				}
			},
		},
	}
}

func orderFields() []doc.Field[connector] {
	return []doc.Field[connector]{
		{
			Name: "file", Doc: "A CSV or YAML file with orders in the shop's folder.", Shape: doc.PatternShape(`\.(csv|yaml)$`, "orders.csv"),
			Set: func(_ *doc.Decoder, c *connector, v *doc.Node) { c.out.Orders.File = c.ordersFile(v) },
		},
		{
			Name: "url", Doc: "The address of the shop's order interface, asked as ?no=…&buyer=….",
			Shape: doc.PatternShape(`^https?://`, "https://shop.example/orders"),
			Set:   func(_ *doc.Decoder, c *connector, v *doc.Node) { c.out.Orders.URL = c.address(v) },
		},
		{
			Name: "secret", Doc: "Where the secret that signs the calls is kept: env:NAME or file:PATH.",
			Shape: doc.PatternShape(`^(env|file):.+`, "env:ORDERS_SECRET"),
			Set:   func(_ *doc.Decoder, c *connector, v *doc.Node) { c.out.Orders.Secret = c.secret(v) },
		},
		{
			Name: "timeout", Doc: "How long an answer is waited for, at most 30s.", Shape: doc.DurationShape(),
			Set: func(d *doc.Decoder, c *connector, v *doc.Node) {
				t, ok := d.Duration(v)
				if ok && t > maxTimeout {
					d.Problems.Error(v.Range(), doc.WrongType, "timeout is longer than 30s")
				} else if ok {
					c.out.Orders.Timeout = t
				}
			},
		},
	}
}

// readConnect reads connect.yaml; tree is the shop's folder, where the orders file has to be.
func readConnect(d *doc.Decoder, root *doc.Node, secrets Secrets, tree fs.FS) Connect {
	c := connector{d: d, secrets: secrets, tree: tree, out: defaultConnect()}
	if root == nil || root.Kind == doc.Null {
		return c.out
	}
	doc.Decode(d, root, connectFields(), "connect.yaml", &c)
	return c.out
}

// secret looks a secret up. No message ever holds the secret, nor a text that might be one.
func (c *connector) secret(n *doc.Node) string {
	text, ok := c.d.Text(n)
	if !ok {
		return ""
	}
	kind, name, cut := strings.Cut(text, ":")
	if !cut || (kind != "env" && kind != "file") || name == "" {
		c.d.Problems.Error(n.Range(), doc.WrongType, "a secret must not stand in the file itself").
			WithHint(`say where it is kept: "env:NAME" for an environment variable, "file:PATH" for a file`)
		return ""
	}
	if c.secrets == nil {
		return ""
	}
	secret, err := c.find(kind, name)
	secret = strings.TrimSpace(secret)
	if err != nil || secret == "" {
		c.d.Problems.Warn(n.Range(), doc.MissingSecret, "the secret %s cannot be found", text).
			WithHint("calls cannot be signed or checked until it is there")
		return ""
	}
	if !isSecret(secret) {
		c.d.Problems.Warn(n.Range(), doc.MissingSecret, "what %s holds is no signing secret", text).
			WithHint("a signing secret is whsec_ followed by base64")
		return ""
	}
	return secret
}

// find looks a secret up. A file that is named without a root stands in the shop's folder.
func (c *connector) find(kind, name string) (string, error) {
	if kind == "file" && c.tree != nil && fs.ValidPath(path.Clean(name)) {
		if data, err := readBounded(c.tree, path.Clean(name)); err == nil {
			return string(data), nil
		}
	}
	return c.secrets(kind, name)
}

func isSecret(s string) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "whsec_"))
	return err == nil && len(raw) > 0
}

func (c *connector) address(n *doc.Node) string {
	text, ok := c.d.Text(n)
	if !ok {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		c.d.Problems.Error(n.Range(), doc.WrongType, "this is no address on the web").WithHint("write it as https://shop.example/path")
		return ""
	}
	return text
}

// ordersFile checks that the file is there and below the shop's folder.
func (c *connector) ordersFile(n *doc.Node) string {
	text, ok := c.d.Text(n)
	if !ok {
		return ""
	}
	name := path.Clean(text)
	ext := path.Ext(name)
	switch {
	case !fs.ValidPath(name):
		c.d.Problems.Error(n.Range(), doc.WrongType, "the orders file has to be in the shop's folder")
	case ext != ".csv" && ext != ".yaml":
		c.d.Problems.Error(n.Range(), doc.WrongType, "the orders file has to be a .csv or a .yaml")
	default:
		if _, err := fs.Stat(c.tree, name); err != nil {
			c.d.Problems.Error(n.Range(), doc.MissingKey, "there is no file %q in the shop's folder", text).
				WithHint(fmt.Sprintf("put the orders there, or remove %q", "file"))
			return ""
		}
		return name
	}
	return ""
}
