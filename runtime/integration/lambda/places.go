package lambda

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatewright/gatewright/runtime/function"
)

// Regional is a place that can be had in another region: Amazon's own.
type Regional interface {
	function.Place
	// InRegion is the same place in region; the empty one is the gateway's own.
	InRegion(region string) function.Place
}

// parsePlace reads the target of an option (extensions.md, Flags). at is where the document has the function.
func parsePlace(target string, at function.Place) (function.Place, error) {
	scheme, rest, _ := strings.Cut(target, ":")
	switch {
	case scheme == "http" && strings.HasPrefix(rest, "//"), scheme == "https" && strings.HasPrefix(rest, "//"):
		return nil, errors.New("this gateway does not call functions by URL: package emulator is not merged")
	case scheme == "exec":
		return nil, errors.New("this gateway does not run functions as processes: package process is not merged")
	case scheme == "aws":
		regional, ok := at.(Regional)
		if !ok {
			return nil, errors.New("this gateway does not link Amazon's Invoke API for it")
		}
		if rest != "" && !word(rest, "-") {
			return nil, fmt.Errorf("%q is no region", rest)
		}
		return regional.InRegion(rest), nil
	default:
		return nil, fmt.Errorf("target %q is no http or https URL, exec:COMMAND, aws or aws:REGION", target)
	}
}
