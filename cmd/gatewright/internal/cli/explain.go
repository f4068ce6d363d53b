package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatewright/gatewright/gen/diag"
)

func (c *command) explainVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Explain a diagnostic code, or list all codes",
		Long: `Explain tells what a code such as GW2001 means: the rule, why it is one, a piece of a document that breaks it, how to
mend it, and what --allow makes of it. Without CODE it lists every code.

Exit codes: 0 success; 2 a wrong command line, such as a code that does not exist.`,
		Example: `  gatewright explain GW2001
  gatewright explain`,
		Args: atMost(1, "one CODE"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, info := range diag.Codes() {
				codes = append(codes, string(info.Code)+"\t"+info.Title)
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listCodes(c.out)
			}
			code := diag.Code(strings.ToUpper(args[0]))
			info, ok := diag.Explain(code)
			if !ok {
				return usagef(cmd, "there is no code %s; 'gatewright explain' lists all", code)
			}
			_, err := io.WriteString(c.out, info.Text())
			return err
		},
	}
}

func listCodes(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, info := range diag.Codes() {
		fmt.Fprintf(table, "%s\t%s\n", info.Code, info.Title)
	}
	return table.Flush()
}
