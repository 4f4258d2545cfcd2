package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The packages that each package of the house may import, besides the standard library and outside libraries.
// The way of a message has no doubling back: cmd → bot/* → bot → rules, intents → rules/doc.
var mayImport = map[string][]string{
	"rules/doc":           {},
	"rules":               {"rules/doc"},
	"intents":             {"rules/doc", "intents/"},
	"intents/":            {"rules/doc", "intents", "intents/"},
	"bot":                 {"rules", "rules/doc", "intents"},
	"bot/":                {"bot", "rules", "rules/doc", "intents"},
	"bot/desk":            {"bot"},
	"bot/figures":         {"bot", "bot/mask", "intents", "intents/text"},
	"bot/mask":            {"intents"},
	"bot/patience":        {},
	"bot/engine":          {"bot", "bot/desk", "bot/figures", "bot/patience", "rules", "rules/doc", "intents"},
	"bot/web":             {"bot", "bot/desk", "bot/patience", "bot/web/stream", "bot/web/throttle", "rules", "rules/doc", "intents"},
	"bot/web/":            {"bot", "bot/desk", "bot/mask", "bot/web/page", "bot/web/photo", "bot/web/stream", "bot/web/throttle", "rules", "rules/doc", "intents"},
	"bot/web/figures":     {"bot/desk", "bot/figures", "bot/web/page"},
	"bot/web/throttle":    {},
	"bot/web/browsertest": {},
	"bot/web/page":        {"bot/desk"},
	"bot/web/photo":       {"bot", "bot/desk", "bot/web/page", "bot/web/throttle"},
	"bot/web/stream":      {},
	"bot/store/storetest": {"bot", "bot/desk", "bot/engine"},
	"bot/store":           {"bot", "bot/desk", "bot/engine"},
	"bot/store/sqlstore":  {"bot", "bot/desk", "bot/engine"},
	"bot/store/":          {"bot", "bot/desk", "bot/engine", "bot/store/sqlstore"},
	"fixtures":            {},
	"cmd/xiaoer":          {"bot", "bot/", "rules", "rules/doc", "intents", "intents/", "fixtures"},
}

// Outside libraries that stay in one package, with the reason.
var confined = map[string]struct{ home, why string }{
	"gopkg.in/yaml.v3":         {"rules/doc", "every leaf has its position, and the library can be changed in one place"},
	"github.com/labstack/echo": {"bot/web", "handlers can outlive it"},
}

func TestImportsPointOneWay(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != root {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		seen++
		checkImports(t, filepath.ToSlash(dir), name)
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, seen, 50, "the walk must have seen the house")
}

func checkImports(t *testing.T, dir, name string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if inner, ok := strings.CutPrefix(imported, "xiaoer/"); ok {
			require.Truef(t, allowed(dir, inner), "%s imports %s, which its place in the house does not allow", name, inner)
		}
		for library, rule := range confined {
			if imported == library || strings.HasPrefix(imported, library+"/") {
				require.Equalf(t, rule.home, dir, "%s imports %s, which stays in %s so that %s", name, library, rule.home, rule.why)
			}
		}
	}
}

// allowed looks a package up by its own name, else by its nearest parent with a slash.
func allowed(dir, inner string) bool {
	list, ok := mayImport[dir]
	for parent := dir; !ok && parent != "."; {
		parent = path.Dir(parent)
		list, ok = mayImport[parent+"/"]
	}
	for _, one := range list {
		if inner == one || (strings.HasSuffix(one, "/") && strings.HasPrefix(inner, one)) {
			return true
		}
	}
	return false
}
