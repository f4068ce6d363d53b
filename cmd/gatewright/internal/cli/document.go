package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen"
	"github.com/gatewright/gatewright/gen/diag"
)

// basePathModes are what may become of a document's base path.
var basePathModes = []string{"ignore", "prepend", "split"}

// documentFlags are the flags of every verb that reads a document.
type documentFlags struct {
	allow          []string
	basePath       string
	params         []string
	files          []string
	standIns       bool
	checkResponses bool
	formats        []string
	with           []string
}

func (f *documentFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.allow, "allow", nil, "take findings with this `CODE` as warnings; may be repeated")
	cmd.Flags().StringVar(&f.basePath, "base-path", "ignore",
		"`MODE` of the document's base path: ignore it, prepend it, or split\n(prepend it without its first segment)")
	cmd.Flags().StringArrayVar(&f.params, "param", nil,
		"give a value to a template's parameter, a resource, an attribute or a\nplaceholder, as `KEY=VALUE`; may be repeated")
	cmd.Flags().StringArrayVar(&f.files, "params", nil, "`FILE` of such values, YAML or JSON; may be repeated")
	cmd.Flags().BoolVar(&f.standIns, "param-defaults", false, "let visible stand-ins pass for values that are not given")
	cmd.Flags().BoolVar(&f.checkResponses, "check-responses", false,
		"for staging: make the gateway log and count answers that are not what\nthe document says")
	cmd.Flags().StringSliceVar(&f.formats, "assert-formats", nil,
		"check texts against this `FORMAT` of their schemas, such as email; all for\nall of them; may be repeated")
	cmd.Flags().StringSliceVar(&f.with, "with", nil,
		"link this `PART` into the gateway, flags included: "+strings.Join(gen.Parts(), ", ")+"; may be\nrepeated")
	_ = cmd.RegisterFlagCompletionFunc("with", cobra.FixedCompletions(gen.Parts(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("base-path", cobra.FixedCompletions(basePathModes, cobra.ShellCompDirectiveNoFileComp))
}

// options are the generator's options for the documents specs and the package pkg.
func (f *documentFlags) options(cmd *cobra.Command, specs []string, pkg string) (gen.Options, error) {
	options := gen.Options{Document: specs[0], More: specs[1:], Package: pkg, BasePath: f.basePath, CheckResponses: f.checkResponses}
	for _, code := range f.allow {
		options.Allow = append(options.Allow, diag.Code(strings.ToUpper(code)))
	}
	if err := new(diag.List).Allow(options.Allow...); err != nil {
		return options, usagef(cmd, "--allow: %w", err)
	}
	for _, param := range f.params {
		name, value, ok := strings.Cut(param, "=")
		if !ok || name == "" {
			return options, usagef(cmd, "--param %s: want KEY=VALUE", param)
		}
		options.Parameters = append(options.Parameters, gen.Parameter{Name: name, Value: value})
	}
	options.ParameterFiles, options.StandIns = f.files, f.standIns
	for _, format := range f.formats {
		switch {
		case format == "all":
			options.Formats = gen.Formats()
		case slices.Contains(gen.Formats(), format):
			options.Formats = append(options.Formats, format)
		default:
			return options, usagef(cmd, "--assert-formats %s: want all, or some of %s", format, strings.Join(gen.Formats(), ", "))
		}
	}
	for _, part := range f.with {
		if !slices.Contains(gen.Parts(), part) {
			return options, usagef(cmd, "--with %s: want some of %s", part, strings.Join(gen.Parts(), ", "))
		}
	}
	options.With = f.with
	if !slices.Contains(basePathModes, f.basePath) {
		return options, usagef(cmd, "--base-path %s: want one of %s", f.basePath, strings.Join(basePathModes, ", "))
	}
	return options, nil
}

// someSpec asks for at least one document.
func someSpec(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef(cmd, "SPEC is missing: name the OpenAPI document")
	}
	return nil
}
