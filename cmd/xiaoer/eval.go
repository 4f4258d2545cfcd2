package main

import (
	"fmt"
	"os"

	"xiaoer/intents"
	"xiaoer/intents/eval"
)

type evalCmd struct {
	File  string `arg:"" help:"Labelled messages: JSONL with text and intents or intent; SIGDIAL22 and CLINC150 JSON; CSV with text and category."`
	Shop  string `help:"Use this shop's own intents too." placeholder:"DIR" xor:"classifier"`
	Train string `help:"Learn from this file in place of the built-in examples." placeholder:"FILE" xor:"classifier"`
	JSON  bool   `name:"json" help:"Write the whole report as JSON."`
}

// Help teaches the command.
func (evalCmd) Help() string {
	return `Measures how well messages are understood, on a file with one labelled message a line:

  {"text": "我想退货", "intents": ["return"], "acceptable": ["exchange"], "not_intents": ["refund"]}

strict: the primary intent is the first label; lenient: it is among the labels or the acceptable ones; traps: an answer that
must not be given. "other" means that no answer is right. A file with a split of its own is trained on its training part
and measured on its test part when it is given as both FILE and --train.`
}

// Run measures.
func (c *evalCmd) Run(a *app) error {
	set, err := loadSet(c.File)
	if err != nil {
		return err
	}
	classifier, err := c.classifier(a)
	if err != nil {
		return err
	}
	report := eval.Run(classifier, set.Test, eval.Options{})
	if c.JSON {
		return writeJSON(a.out, report)
	}
	return report.WriteText(a.out)
}

func (c *evalCmd) classifier(a *app) (*intents.Classifier, error) {
	if c.Train == "" {
		return a.classifier(c.Shop)
	}
	set, err := loadSet(c.Train)
	if err != nil {
		return nil, err
	}
	examples := eval.Examples(set.Train)
	fmt.Fprintf(a.err, "learning from %s\n", counted(len(examples), "sentence"))
	return intents.Train(examples)
}

// loadSet reads a file of labelled messages.
func loadSet(name string) (eval.Set, error) {
	file, err := os.Open(name)
	if err != nil {
		return eval.Set{}, err
	}
	defer func() { _ = file.Close() }()
	set, err := eval.Load(name, file)
	if err != nil {
		return eval.Set{}, fmt.Errorf("read %s: %w", name, err)
	}
	return set, nil
}
