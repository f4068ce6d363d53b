package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"

	"go.yaml.in/yaml/v4"

	gw "github.com/gatewright/gatewright/runtime"
)

// overridesFile is the form of --overrides: the document's own keys. Unknown keys are errors, so that a setting that
// this gateway would not follow is never taken silently.
type overridesFile struct {
	Stages    map[string]stageOverride    `yaml:"x-gateway-stages"`
	Upstreams map[string]upstreamOverride `yaml:"x-gateway-upstreams"`
	Keys      keyOverrides                `yaml:"x-gateway-api-keys"`
	Plans     map[string]planOverride     `yaml:"x-gateway-usage-plans"`
	Account   accountOverride             `yaml:"x-gateway-account"`
	Throttle  *throttleOverride           `yaml:"x-gateway-throttle"`
	Paths     pathOverrides               `yaml:"paths"`
}

// keyOverrides are read by themselves: the YAML package compares each name of a mapping with each other one, which takes
// minutes for a hundred thousand.
type keyOverrides map[string]keyOverride

type keyOverride struct {
	value      *string
	enabled    *bool
	customerID *string
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (k *keyOverrides) UnmarshalYAML(node *yaml.Node) error {
	fields, err := mappingOf(node)
	if err != nil {
		return fmt.Errorf("x-gateway-api-keys: %w", err)
	}
	*k = make(keyOverrides, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		name := fields[i].Value
		if _, twice := (*k)[name]; twice {
			return fmt.Errorf("line %d: API key %q stands there twice", fields[i].Line, name)
		}
		var key keyOverride
		if err := key.read(fields[i+1]); err != nil {
			return fmt.Errorf("line %d: API key %q: %w", fields[i].Line, name, err)
		}
		(*k)[name] = key
	}
	return nil
}

// read reads one key.
func (k *keyOverride) read(node *yaml.Node) error {
	fields, err := mappingOf(node)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(fields); i += 2 {
		var to any
		switch name := fields[i].Value; name {
		case "value":
			to = &k.value
		case "enabled":
			to = &k.enabled
		case "customerId":
			to = &k.customerID
		default:
			return fmt.Errorf("%q cannot be overridden", name)
		}
		if err := fields[i+1].Decode(to); err != nil {
			return err
		}
	}
	return nil
}

// mappingOf is the names and values of a mapping, in turn; none for null.
func mappingOf(node *yaml.Node) ([]*yaml.Node, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case node.Kind == yaml.MappingNode:
		return node.Content, nil
	case node.Kind == yaml.ScalarNode && node.Tag == "!!null":
		return nil, nil
	}
	return nil, errors.New("it must be an object")
}

type planOverride struct {
	Keys     []string                     `yaml:"keys"`
	Throttle *rateOverride                `yaml:"throttle"`
	Quota    *quotaOverride               `yaml:"quota"`
	Stages   map[string]planStageOverride `yaml:"stages"`
}

type stageOverride struct {
	Variables map[string]string         `yaml:"variables"`
	Throttle  *rateOverride             `yaml:"throttle"`
	Methods   map[string]methodOverride `yaml:"methods"`
}

type upstreamOverride struct {
	Targets []target `yaml:"targets"`
}

// target is a URL, written as text or as an object.
type target string

// UnmarshalYAML implements yaml.Unmarshaler.
func (t *target) UnmarshalYAML(node *yaml.Node) error {
	text := ""
	switch node.Kind {
	case yaml.ScalarNode:
		text = node.Value
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			if key := node.Content[i].Value; key != "url" {
				return fmt.Errorf("%q of a target cannot be overridden", key)
			}
			text = node.Content[i+1].Value
		}
	default:
		return errors.New("a target is a URL or {url: URL}")
	}
	if err := checkTarget(text); err != nil {
		return err
	}
	*t = target(text)
	return nil
}

// readOverrides reads the file named by --overrides.
func readOverrides(path string) (*overridesFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	file, err := decodeOverrides(f)
	if err != nil {
		return nil, fmt.Errorf("%s%w", path, err)
	}
	return file, nil
}

// decodeOverrides reads overrides. Its errors go on from the file's name.
func decodeOverrides(from io.Reader) (*overridesFile, error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	if node, ok := jsonNode(string(text)); ok {
		var file overridesFile
		if node.Load(&file, yaml.WithKnownFields()) == nil && file.check() == nil {
			return &file, nil
		}
	}
	return decodeYAML(text)
}

// decodeYAML reads overrides in YAML, and says on which line something is wrong.
func decodeYAML(text []byte) (*overridesFile, error) {
	var file overridesFile
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	err := decoder.Decode(&file)
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New(" is empty")
	case err != nil:
		err = plainly(err)
	default:
		err = file.check()
	}
	if err == nil && !nothingMore(decoder) {
		err = errors.New("something stands behind the first YAML document, which nobody would read")
	}
	if err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	return &file, nil
}

// nothingMore reports whether the documents behind the first are empty.
func nothingMore(decoder *yaml.Decoder) bool {
	for {
		var next yaml.Node
		switch err := decoder.Decode(&next); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil || !saysNothing(&next):
			return false
		}
	}
}

func saysNothing(document *yaml.Node) bool {
	return len(document.Content) == 0 && document.Value == "" || len(document.Content) == 1 && document.Content[0].Tag == "!!null"
}

// What the YAML package says of types of this program, and of a line that is named already.
var (
	unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)
	wrongType    = regexp.MustCompile(`cannot construct (!!.+) into (server\.\w+|\S*\[\S*\]\S*)`)
	lineOfLine   = regexp.MustCompile(`line \d+: (line \d+: )`)
)

// plainly says what is wrong with a file in the words of who writes it.
func plainly(err error) error {
	text := unknownField.ReplaceAllString(err.Error(), `"$1" cannot be overridden`)
	text = wrongType.ReplaceAllString(text, "$1 cannot stand here")
	return errors.New(lineOfLine.ReplaceAllString(text, "$1"))
}

// check finds settings without a value, which would be taken for nothing silently.
func (f *overridesFile) check() error {
	for name, upstream := range f.Upstreams {
		if len(upstream.Targets) == 0 {
			return fmt.Errorf("x-gateway-upstreams.%s has no targets", name)
		}
	}
	return f.checkLimits()
}

// addKeys adds what the file says of API keys.
func (f *overridesFile) addKeys(o *gw.Overrides) {
	if len(f.Keys) > 0 {
		o.APIKeys = make(map[string]gw.APIKeyOverride, len(f.Keys))
	}
	if len(f.Plans) > 0 {
		o.PlanKeys = make(map[string][]string, len(f.Plans))
	}
	for name, key := range f.Keys {
		o.APIKeys[name] = gw.APIKeyOverride{Value: key.value, Enabled: key.enabled, CustomerID: key.customerID}
	}
	for name, plan := range f.Plans {
		if plan.Keys != nil {
			o.PlanKeys[name] = plan.Keys
		}
	}
}

// override lays the file named by --overrides over what the gateway was started with. What flags say wins over the
// file, as it does over the document.
func (s *settings) override(apply func(gw.Overrides) error) error {
	if s.overrides == "" {
		return nil
	}
	file, err := readOverrides(s.overrides)
	if err != nil {
		return fmt.Errorf("--overrides: %w", err)
	}
	o := gw.Overrides{Variables: map[string]map[string]string{}, Upstreams: map[string][]string{}}
	for stage, values := range file.Stages {
		o.Variables[stage] = map[string]string{}
		maps.Copy(o.Variables[stage], values.Variables)
		maps.Copy(o.Variables[stage], s.variables)
	}
	for name, upstream := range file.Upstreams {
		for _, t := range upstream.Targets {
			o.Upstreams[name] = append(o.Upstreams[name], string(t))
		}
		if urls, ok := s.upstreams[name]; ok {
			o.Upstreams[name] = urls
		}
	}
	file.addKeys(&o)
	file.addLimits(&o.Limits)
	if err := apply(o); err != nil {
		return fmt.Errorf("--overrides: %s: %w", s.overrides, err)
	}
	return nil
}
