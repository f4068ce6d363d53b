package validation

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/gen/model"
	"github.com/gatewright/gatewright/gen/plan"
)

// Replies are the answers that a route declares, where they are to be checked; none for a route without validation.
func (s *Set) Replies(r Route) []plan.Value {
	if mode, _ := ModeOf(s.api, r.Item, r.Op); !s.options.Replies || mode == Off {
		return nil
	}
	responses := slices.Clone(r.Op.Responses)
	slices.SortFunc(responses, func(a, b *model.Response) int { return cmp.Compare(a.Status.Value, b.Status.Value) })
	var list []plan.Value
	for _, response := range responses {
		status, ok := statusOf(response.Status.Value)
		if !ok {
			continue
		}
		list = append(list, s.reply(r, response, status)...)
	}
	return list
}

// reply is what a route declares for one status.
func (s *Set) reply(r Route, response *model.Response, status int) []plan.Value {
	fields := []plan.KeyValue{{Key: "Status", Value: plan.Int(status)}}
	if len(response.Content) == 0 {
		return []plan.Value{plan.Composite{Fields: fields}}
	}
	content := slices.Clone(response.Content)
	slices.SortStableFunc(content, func(a, b model.MediaType) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(essence(a.Name.Value), essence(b.Name.Value)))
	})
	var list []plan.Value
	for i, media := range content {
		name := essence(media.Name.Value)
		entry := append(slices.Clip(fields), plan.KeyValue{Key: "MediaType", Value: plan.String(name)})
		if media.Schema != nil && isJSON(name) && !asksNothing(*media.Schema, "") {
			wish, named := modelName(*media.Schema)
			if !named {
				wish = r.Name + " " + response.Status.Value
				if i > 0 {
					wish += " " + name
				}
			}
			entry = append(entry, plan.KeyValue{Key: "Valid", Value: s.schemas.Body(*media.Schema, wish)})
		}
		list = append(list, plan.Composite{Fields: entry})
	}
	return list
}

// statusOf is the status of a response: one, a class by its first digit, or 0 for default.
func statusOf(text string) (int, bool) {
	if strings.EqualFold(text, "default") {
		return 0, true
	}
	if len(text) == 3 && strings.EqualFold(text[1:], "xx") {
		text = text[:1]
	}
	status, err := strconv.Atoi(text)
	return status, err == nil && status > 0
}
