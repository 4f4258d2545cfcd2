// Command xiaoer is the whole product in one binary: the server, the shop owner's checks and tests, a terminal chat
// and the demo. It wires the packages together and holds no logic of its own: one file per command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// The exit codes of every command (design: command line).
const (
	exitOK       = 0 // warnings allowed
	exitProblems = 1 // problems in a shop's files, or failed tests
	exitUsage    = 2
	exitFailed   = 3 // could not run
)

// errProblems ends a command that ran and has said what is wrong.
var errProblems = errors.New("there are problems")

// An app is what a command may touch of the world outside.
type app struct {
	ctx context.Context // it lives as long as the one command that is run with it
	in  io.Reader
	out io.Writer
	err io.Writer
	env func(string) (string, bool)
	now func() time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(&app{ctx: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: time.Now}, os.Args[1:])
	stop()
	os.Exit(code)
}

// commands are the words of the command line, in the order in which --help lists them.
type commands struct {
	Demo     demoCmd     `cmd:"" help:"Try it now: a page to chat as a buyer of a demo shop. 一条命令试用。"`
	Serve    serveCmd    `cmd:"" help:"Serve the webhook for one shop or many. 启动服务。"`
	Check    checkCmd    `cmd:"" help:"Report every problem of a shop folder. 检查店铺文件。"`
	Test     testCmd     `cmd:"" help:"Run a shop's own conversation tests. 运行店铺的对话测试。"`
	Chat     chatCmd     `cmd:"" help:"Talk to a shop in the terminal. 在终端里对话。"`
	Explain  explainCmd  `cmd:"" help:"Show what one message would get, and why. 看一句话为什么这样回答。"`
	Classify classifyCmd `cmd:"" help:"Work out the intents of lines on standard input. 识别意图。"`
	Eval     evalCmd     `cmd:"" help:"Measure accuracy on labelled messages. 测量识别准确率。"`
	Replay   replayCmd   `cmd:"" help:"Run recorded messages through a folder, and see what would change. 用历史消息回放。"`
	Init     initCmd     `cmd:"" help:"Write a starter shop. 新建一个店铺。"`
	Scripts  scriptsCmd  `cmd:"" help:"List every named sentence of a shop. 列出全部话术。"`
	Schema   schemaCmd   `cmd:"" help:"Print the JSON Schema of the shop files, for editors. 输出 JSON Schema。"`
	Bench    benchCmd    `cmd:"" help:"Measure how many messages a second this machine answers. 压测。"`

	Account    accountCmd    `cmd:"" help:"Make accounts for people, list and remove them; the first admin too. 管理账号。"`
	Token      tokenCmd      `cmd:"" help:"Give agents tokens, list and revoke them. 管理客服令牌。"`
	Pause      pauseCmd      `cmd:"" help:"Switch a rule or a shop off for now. 暂停规则或店铺。"`
	Unpause    unpauseCmd    `cmd:"" help:"Switch it on again. 恢复规则或店铺。"`
	Deliveries deliveriesCmd `cmd:"" help:"List late replies and send dead ones again. 查看和重发异步回复。"`
	Figures    figuresCmd    `cmd:"" help:"Sum what a shop's conversations came to. 店铺数据。"`
	Audit      auditCmd      `cmd:"" help:"List who changed what. 操作记录。"`
	Buyer      buyerCmd      `cmd:"" help:"Export or erase what is kept of a buyer. 导出或删除买家数据。"`
	Backup     backupCmd     `cmd:"" help:"Back up a server's state while it runs. 备份。"`
	Restore    restoreCmd    `cmd:"" help:"Put a backup back. 恢复备份。"`
	Move       moveCmd       `cmd:"" help:"Carry all that is kept to another store. 迁移数据。"`

	Version versionCmd `cmd:"" help:"Print the version."`
}

// run parses the words, runs the command and turns its error into an exit code.
func run(a *app, args []string) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("xiaoer"),
		kong.Description("小二 Xiaoer answers a shop's buyers by the shop's own rules, and hands over to a human with the case complete.\n\nStart with: xiaoer demo"),
		kong.Writers(a.out, a.err),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return report(a, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // --help has been answered
		return exit
	}
	if err != nil {
		fmt.Fprintf(a.err, "xiaoer: %v\nxiaoer: see xiaoer %s--help\n", err, commandWord(err))
		return exitUsage
	}
	return report(a, parsed.Run(a))
}

// commandWord is the command that was read before a usage error, followed by a space, for the hint after it.
func commandWord(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		return strings.TrimSpace(parse.Context.Selected().Path()) + " "
	}
	return ""
}

// report says what went wrong, if anything did, and gives the exit code.
func report(a *app, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errProblems):
		return exitProblems
	case errors.As(err, &usage):
		fmt.Fprintln(a.err, "xiaoer:", err)
		return exitUsage
	default:
		fmt.Fprintln(a.err, "xiaoer:", err)
		return exitFailed
	}
}

// A usageError is a wrong word on the command line that the parser cannot know.
type usageError string

func (e usageError) Error() string { return string(e) }
