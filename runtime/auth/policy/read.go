package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/runtime/auth/policy/language"
	"github.com/gatewright/gatewright/runtime/value"
)

// MaxDocument is how many bytes a policy that comes at run time may have.
const MaxDocument = 8192

// errTooLarge stops the reading of what would be too much to keep.
var errTooLarge = fmt.Errorf("policy: more than %d bytes", MaxDocument)

// ParseDocument reads a policy's JSON. An error says why the text is no policy that could be evaluated as it is meant:
// whoever sent it made a mistake, and nothing of it counts. The text may be changed afterwards.
func ParseDocument(text string) (*Document, error) {
	if len(text) > MaxDocument {
		return nil, errTooLarge
	}
	var d value.Document
	v, strict, err := d.Read(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("policy: %w", err)
	case !strict:
		return nil, errors.New("policy: not JSON by RFC 8259")
	case d.Repeated():
		return nil, errors.New("policy: an object has a name twice")
	}
	return ReadDocument(v)
}

// ReadDocument is ParseDocument for JSON that was parsed already, as a part of an answer. Whether an object had a name
// twice, the caller has asked. Nothing of v is kept.
func ReadDocument(v value.Value) (*Document, error) {
	r := reader{left: MaxDocument}
	d, err := r.document(v)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return d, nil
}

// reader reads one policy.
type reader struct {
	left      int  // bytes that may still come
	variables bool // the policy's version knows policy variables
}

// versions are the versions of the language. Policy variables came with the later one.
const (
	firstVersion   = "2008-10-17"
	currentVersion = "2012-10-17"
)

func (r *reader) document(v value.Value) (*Document, error) {
	m, ok := v.AsMap()
	if !ok {
		return nil, errors.New("not an object")
	}
	var statements value.Value
	for _, e := range m.Entries {
		switch name, _ := e.Key.AsString(); name {
		case "Version":
			version, _ := e.Value.AsString()
			if version != firstVersion && version != currentVersion {
				return nil, fmt.Errorf("unknown Version %.40q", version)
			}
			r.variables = version == currentVersion
		case "Id":
			if _, err := r.text(e.Value); err != nil {
				return nil, fmt.Errorf("element Id: %w", err)
			}
		case "Statement":
			statements = e.Value
		default:
			return nil, fmt.Errorf("unknown element %.40q", name)
		}
	}
	return r.statements(statements)
}

func (r *reader) statements(v value.Value) (*Document, error) {
	all := []value.Value{v}
	if list, ok := v.AsList(); ok {
		all = list.Elements
	}
	if len(all) > MaxDocument/len(`{"Effect":"Deny"},`) {
		return nil, errTooLarge
	}
	d := &Document{statements: make([]statement, len(all))}
	for i, v := range all {
		if err := r.statement(&d.statements[i], v); err != nil {
			return nil, fmt.Errorf("statement %d: %w", i, err)
		}
	}
	return d, nil
}

func (r *reader) statement(s *statement, v value.Value) error {
	m, ok := v.AsMap()
	if !ok {
		return errors.New("not an object")
	}
	actions, resources := 0, 0
	for _, e := range m.Entries {
		name, _ := e.Key.AsString()
		var err error
		switch name {
		case "Sid":
			_, err = r.text(e.Value)
		case "Effect":
			s.effect, err = r.effect(e.Value)
		case "Action", "NotAction":
			actions++
			s.actions, err = r.actions(e.Value, name == "NotAction")
		case "Resource", "NotResource":
			resources++
			s.except = name == "NotResource"
			s.resources, err = r.resources(e.Value)
		case "Condition":
			s.conditions, err = r.conditions(e.Value)
		default:
			err = errors.New("unknown element")
		}
		if err != nil {
			return fmt.Errorf("%.40s: %w", name, err)
		}
	}
	switch {
	case s.effect == Neutral:
		return errors.New("no Effect")
	case actions != 1:
		return errors.New("needs either Action or NotAction")
	case resources != 1:
		return errors.New("needs either Resource or NotResource")
	}
	return nil
}

func (r *reader) effect(v value.Value) (Effect, error) {
	switch text, _ := v.AsString(); text {
	case "Allow":
		return Allow, nil
	case "Deny":
		return ExplicitDeny, nil
	}
	return Neutral, errors.New("neither Allow nor Deny")
}

func (r *reader) actions(v value.Value, except bool) (set Action, err error) {
	err = r.each(v, func(text string) error {
		named, ok := language.ParseAction(text)
		if !ok {
			return fmt.Errorf("%.80q is not service:action", text)
		}
		set |= named
		return nil
	})
	if except {
		set = language.AnyAction &^ set
	}
	return set, err
}

func (r *reader) resources(v value.Value) (all []pattern, err error) {
	err = r.each(v, func(entry string) error {
		text, own, ok := language.Resource(entry, r.variables)
		if !ok || own {
			return fmt.Errorf("%.80q is not an ARN", entry)
		}
		p, err := r.pattern(text)
		all = append(all, p)
		return err
	})
	return all, err
}

// pattern is a text that may hold policy variables.
func (r *reader) pattern(text string) (pattern, error) {
	if !r.variables || !language.HasVariable(text) {
		return pattern{text: strings.Clone(text)}, nil
	}
	t, err := newTemplate(strings.Clone(text))
	if err != nil {
		return pattern{}, err
	}
	return pattern{template: t}, nil
}

// each calls f with a text, or with all of a list of them, of which there must be one.
func (r *reader) each(v value.Value, f func(text string) error) error {
	all := []value.Value{v}
	if list, ok := v.AsList(); ok {
		all = list.Elements
	}
	if len(all) == 0 {
		return errors.New("an empty list")
	}
	for _, v := range all {
		text, err := r.text(v)
		if err != nil {
			return err
		}
		if err := f(text); err != nil {
			return err
		}
	}
	return nil
}

// text is a text, number or truth value as a text.
func (r *reader) text(v value.Value) (string, error) {
	text, ok := v.AsString()
	if !ok {
		switch v.Kind() {
		case value.KindBool, value.KindInt, value.KindLong, value.KindDouble:
			text = value.Text(v)
		default:
			return "", errors.New("not a text")
		}
	}
	if r.left -= len(text) + len(`"",`); r.left < 0 {
		return "", errTooLarge
	}
	return text, nil
}
