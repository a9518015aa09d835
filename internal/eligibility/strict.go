package eligibility

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// decodeStrict reads one YAML file of rules into a pointer to a struct. It refuses an unknown key, a key written
// twice, a wrong type, a second document and an empty file, because a rule that is silently left out is worse than
// a service that does not start. The error is always Problems with the file and, where YAML tells it, the line.
//
// Types that implement UnmarshalYAML(ast.Node) may return a Problem or Problems with only Line, What, Why and Mend:
// the file is filled in here.
func decodeStrict(fsys fs.FS, file string, into any) error {
	_, err := decodeStrictAt(fsys, file, into)
	return err
}

// decodeStrictAt is decodeStrict and gives the source, to tell on which line something stands.
func decodeStrictAt(fsys fs.FS, file string, into any) (source, error) {
	parse := func() (ast.Node, error) {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, Problems{{
				File: file, What: "the file cannot be read: " + plainFSError(err),
				Why: "every published version of the rules needs it", Mend: "put the file there, or take the whole folder away",
			}}
		}
		return parseStrict(file, data)
	}
	if once, ok := fsys.(*parsedOnce); ok {
		parse = once.of(file, parse)
	}
	body, err := parse()
	if err != nil {
		return source{file: file}, err
	}
	return decodeBody(file, body, into)
}

// parsedOnce is a folder of which every file is parsed once, however many versions share it: parsing is most of the time that
// the service takes to start. Many may read at once.
type parsedOnce struct {
	fs.FS
	mu    sync.Mutex
	files map[string]func() (ast.Node, error)
}

func (p *parsedOnce) of(file string, parse func() (ast.Node, error)) func() (ast.Node, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.files[file] == nil {
		p.files[file] = sync.OnceValues(parse)
	}
	return p.files[file]
}

func decodeStrictBytes(file string, data []byte, into any) (source, error) {
	body, err := parseStrict(file, data)
	if err != nil {
		return source{file: file}, err
	}
	return decodeBody(file, body, into)
}

// unreadable turns a panic into Problems. The YAML library panics on some tags ("! 0"): a file is refused like any other that
// cannot be read.
func unreadable(file string, err *error) {
	if p := recover(); p != nil {
		*err = Problems{{
			File: file, What: fmt.Sprintf("the YAML cannot be read: %v", p),
			Why: "nothing of it could be used", Mend: "look for a value that begins with an exclamation mark, and put it into quotation marks",
		}}
	}
}

// decodeBody decodes a file's one document.
func decodeBody(file string, body ast.Node, into any) (src source, err error) {
	defer unreadable(file, &err)
	src = source{file: file, body: body}
	if err := decodeNode(body, into); err != nil {
		return src, yamlProblem(file, err)
	}
	return src, nil
}

// parseStrict gives a file's one document.
func parseStrict(file string, data []byte) (body ast.Node, err error) {
	defer unreadable(file, &err)
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, yamlProblem(file, err)
	}
	for _, doc := range tree.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			return nil, Problems{{
				File: file, Line: lineOf(doc.Body), What: "a second document begins here (after a line of three dashes)",
				Why: "only the first one would be used", Mend: "make it one document, or two files",
			}}
		}
		body = doc.Body
	}
	if body == nil {
		return nil, Problems{{
			File: file, What: "the file is empty",
			Why: "an empty file would load as rules that say nothing", Mend: "write the rules, or take the file away",
		}}
	}
	return body, nil
}

// A source knows on which lines of a file things stand.
type source struct {
	file string
	body ast.Node
}

// line follows keys (string) and places in lists (int, from 0) and returns the line of the last one that exists.
func (s source) line(path ...any) int {
	n, line := s.body, lineOf(s.body)
	for _, step := range path {
		var next ast.Node
		switch at := step.(type) {
		case string:
			pairs, _ := pairsOf(n)
			for _, p := range pairs {
				if key, _ := scalarOf(p.Key); key == at {
					next, line = p.Value, lineOf(p.Key)
				}
			}
		case int:
			if l, ok := n.(*ast.SequenceNode); ok && at >= 0 && at < len(l.Values) {
				next, line = l.Values[at], lineOf(l.Values[at])
			}
		}
		if next == nil {
			return line
		}
		n = next
	}
	return line
}

// decodeNode decodes a part of a file with the same strictness as the whole.
func decodeNode(n ast.Node, into any) error {
	return yaml.NodeToValue(n, into, yaml.Strict())
}

// yamlProblem turns what the YAML library or one of our own types says into Problems.
func yamlProblem(file string, err error) error {
	if ps := (Problems)(nil); errors.As(err, &ps) {
		for i := range ps {
			ps[i].File = file
		}
		return ps
	}
	if p := (Problem{}); errors.As(err, &p) {
		p.File = file
		return Problems{p}
	}
	p := Problem{
		File: file, What: "this is not well-formed YAML: " + err.Error(),
		Why: "the rules cannot be read past this point", Mend: "check indents (spaces, no tabs), colons and quotes near this line",
	}
	var ye yaml.Error
	if errors.As(err, &ye) {
		if t := ye.GetToken(); t != nil && t.Position != nil {
			p.Line = t.Position.Line
		}
		p.What = "this is not well-formed YAML: " + ye.GetMessage()
	}
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var wrongType *yaml.TypeError
	var wrongNode *yaml.UnexpectedNodeTypeError
	switch {
	case errors.As(err, &unknown):
		key := strings.TrimSuffix(strings.TrimPrefix(unknown.GetMessage(), `unknown field "`), `"`)
		p.What = fmt.Sprintf("the key %q is not known here", key)
		p.Why = "a key that nobody reads would look like a rule and change nothing"
		p.Mend = "correct the spelling, or take the line away"
	case errors.As(err, &twice), strings.Contains(p.What, "already defined"): // the parser calls it a syntax error
		p.What = "the same key is written twice: " + quoted(p.What)
		p.Why = "only one of the two would count, and a reader could not tell which"
		p.Mend = "keep one of them"
	case errors.As(err, &wrongType):
		p.What = "there is a value of the wrong kind here" + keyOf(wrongType)
		p.Why = "it cannot be understood as what the rules need in this place"
		p.Mend = "look at the same key elsewhere in the file and write it the same way"
	case errors.As(err, &wrongNode):
		p.What = fmt.Sprintf("there is a %s here where a %s belongs", strings.ToLower(wrongNode.Actual.String()), strings.ToLower(wrongNode.Expected.String()))
		p.Why = "it cannot be understood as what the rules need in this place"
		p.Mend = "look at the same key elsewhere in the file and write it the same way"
	}
	return Problems{p}
}

func keyOf(e *yaml.TypeError) string {
	if e.StructFieldName == nil {
		return ""
	}
	name := *e.StructFieldName
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	return " (for " + strings.ToLower(name) + ")"
}

// quoted returns the first thing in quotation marks in a message, quotation marks included, or the whole message.
func quoted(msg string) string {
	if i := strings.IndexByte(msg, '"'); i >= 0 {
		if j := strings.IndexByte(msg[i+1:], '"'); j >= 0 {
			return msg[i : i+j+2]
		}
	}
	return msg
}

func plainFSError(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	return err.Error()
}

// lineOf is the line on which a node begins, counted from 1, or 0.
func lineOf(n ast.Node) int {
	if n == nil {
		return 0
	}
	// The token of a mapping is the colon of its first pair, which may stand on a later line than the key.
	if pairs, ok := pairsOf(n); ok && len(pairs) > 0 {
		n = pairs[0].Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// pairsOf returns the pairs of a mapping node. The parser gives a mapping of one pair in two shapes.
func pairsOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	return nil, false
}

// scalarOf returns a plain value as it was written: yes, no, true and 2 are all just words to the rules.
func scalarOf(n ast.Node) (string, bool) {
	switch n.(type) {
	case *ast.StringNode, *ast.BoolNode, *ast.IntegerNode:
		return n.GetToken().Value, true
	}
	return "", false
}
