package throttle

import (
	"fmt"
	"strconv"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/runtime/limit"
)

// Facts are what a reviewer wants to know of an operation's limits. keyed says that it wants an API key.
func Facts(api *model.API, item *model.PathItem, op *model.Operation, keyed bool) []string {
	var facts []string
	if place := PlaceOf(api, item, op).Throttle; place != nil {
		by := ""
		if place.Key != nil && place.Key.Value != "none" {
			by = " by " + place.Key.Value
		}
		if rate, ok := RateOf(place); ok {
			facts = append(facts, "throttle "+rateText(rate)+by)
		}
		if place.Concurrent != nil {
			facts = append(facts, fmt.Sprintf("at most %d at a time%s", place.Concurrent.Value, by))
		}
	}
	for _, s := range api.Stages {
		t := Fitting(s.Methods, item, op)
		if t == nil {
			t = s.Throttle
		}
		if rate, ok := RateOf(t); ok {
			facts = append(facts, "throttle "+rateText(rate)+" in "+s.Name.Value)
		}
	}
	if rate, ok := RateOf(api.AccountThrottle); ok {
		facts = append(facts, "throttle "+rateText(rate)+" of the account")
	}
	if keyed && Planned(api, item, op) {
		facts = append(facts, "usage plans")
	}
	return facts
}

func rateText(rate limit.Rate) string {
	return fmt.Sprintf("%s/s burst %d", strconv.FormatFloat(rate.PerSecond, 'f', -1, 64), rate.Burst)
}
