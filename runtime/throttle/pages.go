package throttle

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// addPages adds the pages for operators.
func (l *Limits) addPages() {
	l.core.AddPage(gw.Page{Path: "/limits", Handler: http.HandlerFunc(l.showState)})
	l.core.AddPage(gw.Page{Path: "/usage", Handler: http.HandlerFunc(l.showUsage)})
}

// showState is /limits, with ?key=ID for one key and ?client=TEXT for one client of each x-gateway-throttle that tells them
// apart.
func (l *Limits) showState(w http.ResponseWriter, r *http.Request) {
	query, err := strictQuery(r, "key", "client")
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	key := query.Get("key")
	if key != "" && !l.knows(key) {
		refuse(w, http.StatusNotFound, errUnknown{noKey})
		return
	}
	writeJSON(w, l.State(key, query.Get("client")))
}

// knows reports whether there is, or was, an API key with that id.
func (l *Limits) knows(id string) bool {
	if l.plans == nil {
		return false
	}
	_, ok := l.plans.Keys().NumberOf(id)
	return ok
}

// Bounds of a page of usage: Amazon's lists have 500 items at most, 25 where nobody asks for more (control-plane.md).
const (
	defaultKeys = 500
	maxKeys     = 10_000
)

// showUsage is /usage?plan=NAME&from=YYYY-MM-DD&to=YYYY-MM-DD, with key=ID for one key, format=csv, and limit and
// position for the pages of many keys.
func (l *Limits) showUsage(w http.ResponseWriter, r *http.Request) {
	query, err := strictQuery(r, "plan", "from", "to", "key", "format", "limit", "position")
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	q, err := readUsageQuery(query)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	report, err := l.report(q)
	if unknown := (errUnknown{}); errors.As(err, &unknown) {
		refuse(w, http.StatusNotFound, err)
		return
	}
	if query.Get("format") == "csv" {
		writeCSV(w, report, q.from)
		return
	}
	writeJSON(w, report)
}

// strictQuery is the query of a page, which has these parameters, each once at most.
func strictQuery(r *http.Request, names ...string) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, errors.New("the query cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("unknown parameter %q: there are %q", name, names)
		case len(query[name]) > 1:
			return nil, fmt.Errorf("%s is there twice", name)
		}
	}
	return query, nil
}

func readUsageQuery(query url.Values) (q usageQuery, err error) {
	q = usageQuery{plan: query.Get("plan"), key: query.Get("key"), after: query.Get("position"), limit: defaultKeys}
	if q.plan == "" {
		return q, errors.New("plan is missing: the name of a usage plan")
	}
	if q.from, err = readDate(query, "from"); err != nil {
		return q, err
	}
	if q.to, err = readDate(query, "to"); err != nil {
		return q, err
	}
	switch days := limit.Date(q.to) - limit.Date(q.from) + 1; {
	case days < 1:
		return q, errors.New("from is later than to")
	case days > limit.KeepDays:
		return q, fmt.Errorf("%d days are more than the %d that are kept", days, limit.KeepDays)
	}
	if text := query.Get("limit"); text != "" {
		q.limit, err = strconv.Atoi(text)
		if err != nil || q.limit < 1 || q.limit > maxKeys {
			return q, fmt.Errorf("limit=%q is no number from 1 to %d", text, maxKeys)
		}
	}
	if format := query.Get("format"); format != "" && format != "json" && format != "csv" {
		return q, fmt.Errorf("format=%q is neither json nor csv", format)
	}
	return q, nil
}

// readDate reads a day between 1970 and limit.LastDay.
func readDate(query url.Values, name string) (time.Time, error) {
	text := query.Get(name)
	if text == "" {
		return time.Time{}, fmt.Errorf("%s is missing: a date as 2006-01-02", name)
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || limit.Date(day).String() != text {
		return time.Time{}, fmt.Errorf("%s=%q is no date as 2006-01-02", name, text)
	}
	return day, nil
}

// refuse says what is wrong with a query.
func refuse(w http.ResponseWriter, status int, err error) {
	http.Error(w, err.Error(), status)
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // the client is gone
}

// writeCSV writes a line for each key and day. What JSON has beside that stands in headers.
func writeCSV(w http.ResponseWriter, r *UsageReport, from time.Time) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	for name, value := range map[string]string{"X-Usage-Note": r.Note, "X-Usage-Position": r.Position} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	out := csv.NewWriter(w)
	_ = out.Write([]string{"date", "keyId", "used", "remaining"}) // an error is met again by Flush, when the client is gone
	for _, id := range slices.Sorted(maps.Keys(r.Items)) {
		for i, day := range r.Items[id] {
			date := (limit.Date(from) + limit.CalendarDay(i)).String()
			_ = out.Write([]string{date, id, strconv.FormatInt(day[0], 10), strconv.FormatInt(day[1], 10)})
		}
	}
	out.Flush()
}
