package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen/plan"
)

func (c *command) routesVerb() *cobra.Command {
	var document documentFlags
	var format string
	cmd := &cobra.Command{
		Use:   "routes SPEC…",
		Short: "List the routes of a gateway",
		Long: `Routes lists every operation of SPEC: its method, path and name, what answers it, and what a reviewer wants to know of
it. It fails when the document has errors.

Exit codes: 0 success; 1 errors in the document; 2 a wrong command line.`,
		Example: `  gatewright routes openapi.yaml
  gatewright routes --format json openapi.yaml`,
		Args: someSpec,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return usagef(cmd, "--format %s: want one of table, json", format)
			}
			options, err := document.options(cmd, args, "gateway")
			if err != nil {
				return err
			}
			result, err := c.compile(cmd.Context(), options)
			if err != nil {
				return err
			}
			if format == "json" {
				return routesJSON(c.out, result.Program.Routes)
			}
			return routesTable(c.out, result.Program.Routes)
		},
	}
	document.register(cmd)
	cmd.Flags().StringVar(&format, "format", "table", "`FORM` of the list: table, json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func routesTable(w io.Writer, routes []plan.Route) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "METHOD\tPATH\tOPERATION\tBACKEND\tFACTS")
	for _, r := range routes {
		fmt.Fprintln(table, strings.TrimRight(strings.Join([]string{r.Method, r.Path, r.ID, r.Backend, strings.Join(r.Facts, ", ")}, "\t"), "\t"))
	}
	return table.Flush()
}

// routeJSON is one route as `routes --format json` prints it.
type routeJSON struct {
	Method    string   `json:"method"`
	Path      string   `json:"path"`
	Operation string   `json:"operation"`
	Backend   string   `json:"backend"`
	Facts     []string `json:"facts"`
}

func routesJSON(w io.Writer, routes []plan.Route) error {
	list := make([]routeJSON, 0, len(routes))
	for _, r := range routes {
		list = append(list, routeJSON{Method: r.Method, Path: r.Path, Operation: r.ID, Backend: r.Backend, Facts: append([]string{}, r.Facts...)})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}
