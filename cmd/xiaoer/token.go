package main

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
)

type tokenCmd struct {
	keptState

	Create tokenCreateCmd `cmd:"" help:"Make a token for an agent; it is shown this once. 新建令牌。"`
	List   tokenListCmd   `cmd:"" help:"List the tokens of a shop. 列出令牌。"`
	Revoke tokenRevokeCmd `cmd:"" help:"Make a token worthless. 吊销令牌。"`
}

type tokenCreateCmd struct {
	Shop  string `required:"" help:"The shop's id, or '*' for every shop."`
	Agent string `required:"" help:"The agent's name, as cases and the audit show it."`
	Role  string `required:"" help:"What the agent may do: ${enum}. Each may do what those before it may." enum:"agent,editor,admin"`
	shopFolder
}

// Help teaches the command.
func (tokenCreateCmd) Help() string {
	return `Makes a token and prints it, this once: only its hash is kept. Agents send it as Authorization: Bearer TOKEN.

  xiaoer token create --store sqlite:xiaoer.db --shop myshop --agent 小王 --role agent
  xiaoer token create --shop '*' --agent boss --role admin

agent takes cases, answers and closes them; editor also pauses rules and reassigns others' cases; admin also gives out tokens,
exports and erases buyers' data and sends dead letters again. The server must have made its store; one that runs knows the token at
once.`
}

// Run makes a token.
func (c *tokenCreateCmd) Run(a *app, of *tokenCmd) error {
	if _, err := c.find(a, c.Shop); err != nil {
		return err
	}
	return of.with(a, func(kept engine.Store) error {
		token, err := desk.NewToken(rand.Reader)
		if err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		by, err := a.entry(c.Shop, "grant", id.String(), c.Role+" "+c.Agent)
		if err != nil {
			return err
		}
		g := desk.Grant{
			ID: id.String(), Shop: c.Shop, Agent: c.Agent, Role: desk.Role(c.Role), Hash: desk.Hash(token), At: by.At, By: by.Who,
		}
		if err := kept.Grant(a.ctx, g, by); err != nil {
			return err
		}
		fmt.Fprintf(a.err, "token %s of %s, %s in %s; it is shown this once:\n", g.ID, g.Agent, g.Role, g.Shop)
		_, err = fmt.Fprintln(a.out, token)
		return err
	})
}

type tokenListCmd struct {
	Shop string `required:"" help:"The shop's id, or '*' for tokens of every shop."`
	JSON bool   `name:"json" help:"Write one JSON list."`

	shopFolder
}

// Help teaches the command.
func (tokenListCmd) Help() string {
	return `Lists who has a token of a shop, with the id by which it is revoked. Tokens for every shop are listed under '*'.

  xiaoer token list --store sqlite:xiaoer.db --shop myshop`
}

// Run lists.
func (c *tokenListCmd) Run(a *app, of *tokenCmd) error {
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return of.with(a, func(kept engine.Store) error {
		all, err := kept.GrantsOf(a.ctx, c.Shop)
		if err == nil {
			err = c.doubt(a, len(all), c.Shop)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(a.out, all)
		}
		lines := [][]string{{"ID", "AGENT", "ROLE", "MADE", "BY"}}
		for _, g := range all {
			lines = append(lines, []string{g.ID, g.Agent, string(g.Role), clock(g.At), g.By})
		}
		return table(a.out, lines)
	})
}

type tokenRevokeCmd struct {
	Shop string `required:"" help:"The shop's id, or '*'."`
	ID   string `arg:"" help:"The token's id, as the list shows it."`

	shopFolder
}

// Help teaches the command.
func (tokenRevokeCmd) Help() string {
	return `Makes a token worthless at once. It needs the id that list shows, not the token itself.

  xiaoer token revoke --store sqlite:xiaoer.db --shop myshop 0193b0c8-…`
}

// Run revokes.
func (c *tokenRevokeCmd) Run(a *app, of *tokenCmd) error {
	if err := c.refuse(c.Shop); err != nil {
		return err
	}
	return of.with(a, func(kept engine.Store) error {
		by, err := a.entry(c.Shop, "revoke", c.ID, "")
		if err != nil {
			return err
		}
		err = kept.Revoke(a.ctx, c.Shop, c.ID, by)
		if errors.Is(err, engine.ErrNotFound) {
			return fmt.Errorf("shop %s has no token %s", c.Shop, c.ID)
		}
		if err == nil {
			fmt.Fprintln(a.err, "revoked", c.ID)
		}
		return err
	})
}
