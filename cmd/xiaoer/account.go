package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"xiaoer/bot/desk"
	"xiaoer/bot/engine"
	"xiaoer/bot/web/account"
)

type accountCmd struct {
	keptState

	Add      accountAddCmd      `cmd:"" help:"Make an account for a person; the first admin too. 新建账号。"`
	List     accountListCmd     `cmd:"" help:"List the accounts. 列出账号。"`
	Role     accountRoleCmd     `cmd:"" help:"Change what a person may do in a shop. 修改角色。"`
	Password accountPasswordCmd `cmd:"" help:"Set a person's password, and sign them out everywhere. 重设密码。"`
	Remove   accountRemoveCmd   `cmd:"" help:"Remove an account. 删除账号。"`
}

// passwordSource is where a command reads a password from. It is never an argument: those are seen by all users of a machine.
type passwordSource struct {
	PasswordFile string `help:"Read the password from the first line of a file, not from the terminal or standard input." placeholder:"FILE"`
}

type accountAddCmd struct {
	Name string   `arg:"" help:"The person's name, as cases and the audit show it."`
	Role string   `required:"" help:"What the person may do: ${enum}. Each may do what those before it may." enum:"agent,editor,admin"`
	Shop []string `help:"The shop's id; several for a merchant with several shops. Default: every shop." placeholder:"ID,…"`
	shopFolder
	passwordSource
}

// Help teaches the command.
func (accountAddCmd) Help() string {
	return `Makes an account with which a person signs in at /desk/login. The password is read from the terminal, twice and unseen, or from the
first line of standard input or of --password-file. The server must have made its store; one that runs knows the account at once.

  xiaoer account add boss --role admin --store sqlite:xiaoer.db        the first admin, of every shop
  xiaoer account add 小王 --role agent --shop myshop --shops shops/
  xiaoer account add 老板 --role admin --shop shop1,shop2 < secret.txt

Everybody else is better invited on the page of people, where they choose their own password.`
}

// Run makes an account.
func (c *accountAddCmd) Run(a *app, of *accountCmd) error {
	roles := map[string]desk.Role{}
	for _, shop := range c.Shop {
		roles[shop] = desk.Role(c.Role)
	}
	if len(roles) == 0 {
		roles[desk.AllShops] = desk.Role(c.Role)
	}
	if problem := desk.NameProblem(c.Name); problem != "" {
		return usageError("the name " + problem)
	}
	if _, err := c.find(a, c.Shop...); err != nil {
		return err
	}
	return of.book(a, func(book *account.Book) error {
		password, err := c.read(a)
		if err != nil {
			return err
		}
		if err := book.Add(a.ctx, c.Name, password, roles, whoami()); err != nil {
			return err
		}
		fmt.Fprintf(a.err, "%s may sign in now, as %s\n", printable(c.Name), rolesText(roles))
		return nil
	})
}

// book opens the accounts of a store.
func (c *accountCmd) book(a *app, work func(*account.Book) error) error {
	return c.with(a, func(kept engine.Store) error {
		book, err := account.NewBook(account.BookOptions{Store: kept, Clock: a.now, Logger: a.logger("text")})
		if err != nil {
			return err
		}
		return work(book)
	})
}

// rolesText lists roles by shop.
func rolesText(roles map[string]desk.Role) string {
	all := desk.Account{Roles: roles}
	words := []string{}
	for _, shop := range all.Shops() {
		where := "in " + shop
		if shop == desk.AllShops {
			where = "in every shop"
		}
		words = append(words, string(roles[shop])+" "+where)
	}
	return strings.Join(words, ", ")
}

const longestPassword = 4 << 10 // bytes that are read; what a password may have is the accounts' to say

// read asks for a password.
func (p passwordSource) read(a *app) (string, error) {
	if p.PasswordFile != "" {
		file, err := os.Open(p.PasswordFile)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		defer func() { _ = file.Close() }()
		return firstLine(file)
	}
	if file, ok := a.in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return typed(a, int(file.Fd()))
	}
	return firstLine(a.in)
}

// firstLine is the first line, without its end.
func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, longestPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("there is no password: give it on standard input or in --password-file, or use a terminal")
	}
	return line, nil
}

// typed reads a password twice from a terminal that does not show it.
func typed(a *app, fd int) (string, error) {
	var words [2]string
	for i, question := range []string{"Password: ", "Again: "} {
		fmt.Fprint(a.err, question)
		raw, err := term.ReadPassword(fd)
		fmt.Fprintln(a.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		words[i] = string(raw)
	}
	if words[0] != words[1] {
		return "", errors.New("the two passwords are not the same")
	}
	return words[0], nil
}

type accountListCmd struct {
	JSON bool `name:"json" help:"Write one JSON list."`
}

// Help teaches the command.
func (accountListCmd) Help() string {
	return `Lists who may sign in, with their roles and when they last did.

  xiaoer account list --store sqlite:xiaoer.db`
}

// A listedAccount is an account without its secrets.
type listedAccount struct {
	Name     string               `json:"name"`
	Roles    map[string]desk.Role `json:"roles"`
	Off      bool                 `json:"off"`
	Sessions int                  `json:"sessions"`
	Made     string               `json:"made"`
	By       string               `json:"by"`
	Last     string               `json:"last"`
}

// Run lists.
func (c *accountListCmd) Run(a *app, of *accountCmd) error {
	return of.book(a, func(book *account.Book) error {
		all, err := book.List(a.ctx)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(x, y desk.Account) int { return cmp.Compare(x.Name, y.Name) })
		listed := []listedAccount{}
		lines := [][]string{{"NAME", "ROLES", "STATE", "SESSIONS", "LAST", "MADE", "BY"}}
		for _, one := range all {
			l := listedAccount{one.Name, one.Roles, one.Off, len(one.Sessions), clock(one.Made), one.By, clock(one.Last)}
			state := "on"
			if l.Off {
				state = "off"
			}
			listed = append(listed, l)
			lines = append(lines, []string{l.Name, rolesText(l.Roles), state, strconv.Itoa(l.Sessions), l.Last, l.Made, l.By})
		}
		if c.JSON {
			return writeJSON(a.out, listed)
		}
		return table(a.out, lines)
	})
}

type accountRoleCmd struct {
	Name string `arg:"" help:"The person's name."`
	Role string `required:"" help:"What the person may do there: ${enum}." enum:"agent,editor,admin,none"`
	Shop string `required:"" help:"The shop's id, or '*' for every shop."`
	shopFolder
}

// Help teaches the command.
func (accountRoleCmd) Help() string {
	return `Changes what a person may do in one shop; none takes them out of it. A server that runs knows it at once. The role of a shop's last admin
stays as it is without --force.

  xiaoer account role 小王 --shop myshop --role editor`
}

// Run changes a role.
func (c *accountRoleCmd) Run(a *app, of *accountCmd) error {
	role := desk.Role(c.Role)
	if c.Role == "none" {
		role = ""
	} else if _, err := c.find(a, c.Shop); err != nil {
		return err
	}
	return of.book(a, func(book *account.Book) error {
		if err := keepAdmins(a, book, c.Name, c.Force, func(roles map[string]desk.Role) { roles[c.Shop] = role }); err != nil {
			return err
		}
		if err := book.SetRole(a.ctx, c.Name, c.Shop, role, whoami()); err != nil {
			return found(c.Name, err)
		}
		fmt.Fprintf(a.err, "%s is %s now\n", printable(c.Name), rolesText(map[string]desk.Role{c.Shop: cmp.Or(role, "without a role")}))
		return nil
	})
}

// found says of whom there is no account.
func found(name string, err error) error {
	if errors.Is(err, desk.ErrNotFound) {
		return fmt.Errorf("there is no account %s", printable(name))
	}
	return err
}

type accountPasswordCmd struct {
	Name string `arg:"" help:"The person's name."`
	passwordSource
}

// Help teaches the command.
func (accountPasswordCmd) Help() string {
	return `Sets a person's password and ends all their sessions. It is read as account add reads it.

  xiaoer account password 小王 --store sqlite:xiaoer.db`
}

// Run sets a password.
func (c *accountPasswordCmd) Run(a *app, of *accountCmd) error {
	return of.book(a, func(book *account.Book) error {
		if _, err := book.Find(a.ctx, c.Name); err != nil {
			return found(c.Name, err)
		}
		password, err := c.read(a)
		if err != nil {
			return err
		}
		if err := book.SetPassword(a.ctx, c.Name, password, whoami()); err != nil {
			return found(c.Name, err)
		}
		fmt.Fprintf(a.err, "%s has another password now, and is signed out everywhere\n", printable(c.Name))
		return nil
	})
}

type accountRemoveCmd struct {
	Name  string `arg:"" help:"The person's name."`
	Force bool   `help:"Remove the last admin of a shop too."`
}

// Help teaches the command.
func (accountRemoveCmd) Help() string {
	return `Removes an account; its sessions end at once. What the person did stays in the audit. The last admin of a shop, without whom nobody
manages its people, is removed with --force only.

  xiaoer account remove 小王 --store sqlite:xiaoer.db`
}

// Run removes an account.
func (c *accountRemoveCmd) Run(a *app, of *accountCmd) error {
	return of.book(a, func(book *account.Book) error {
		if err := keepAdmins(a, book, c.Name, c.Force, func(roles map[string]desk.Role) { clear(roles) }); err != nil {
			return err
		}
		if err := book.Remove(a.ctx, c.Name, whoami()); err != nil {
			return found(c.Name, err)
		}
		fmt.Fprintf(a.err, "the account %s is gone, with its sessions and tokens\n", printable(c.Name))
		return nil
	})
}
