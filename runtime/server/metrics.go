package server

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/limit"
)

// metrics counts and times requests under the names of OpenTelemetry's HTTP conventions; what is ours alone starts
// with gatewright_.
type metrics struct {
	registry *prometheus.Registry
	duration *prometheus.HistogramVec
	reloads  *prometheus.CounterVec
	routes   []atomic.Pointer[[]series] // by RouteIndex+1
	names    []string
}

// series is one route's histogram for one method and status. A route has few; finding one in a list costs less than
// finding it by its labels.
type series struct {
	method   gw.Method
	status   int
	observer prometheus.Observer
}

// durationBuckets are those that OpenTelemetry recommends for HTTP, in seconds, with two below for answers without a
// backend.
func durationBuckets() []float64 {
	return []float64{.0005, .001, .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}
}

// noRoute is the label of a request that no route served. Its path is the client's choice and must not become a label.
const noRoute = ""

func newMetrics(api *gw.API) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_server_request_duration_seconds", Help: "Time from a request's head to the end of its handling.",
			Buckets: durationBuckets(),
		}, []string{"http_request_method", "http_route", "http_response_status_code"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatewright_reloads_total", Help: "Files read again while running, by result.",
		}, []string{"result"}),
		routes: make([]atomic.Pointer[[]series], len(api.Routes)+1),
		names:  make([]string, len(api.Routes)+1),
	}
	m.names[0] = noRoute
	for i, r := range api.Routes {
		m.names[i+1] = r.Path
	}
	m.registry.MustRegister(m.duration, m.reloads, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// connections shows a front's counters.
func (m *metrics) connections(open func() int, refused, unproven, shed func() int64) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gatewright_connections", Help: "Client connections open.",
		}, func() float64 { return float64(open()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "gatewright_requests_refused_total", Help: "Requests refused before routing: malformed, too large or too slow.",
		}, func() float64 { return float64(refused()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "gatewright_connections_unproven_total", Help: "Connections closed for want of a trusted balancer's PROXY protocol header.",
		}, func() float64 { return float64(unproven()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "gatewright_shed_total", Help: "Requests answered 503 because they waited too long to be read (--shed-after).",
		}, func() float64 { return float64(shed()) }),
	)
}

// mismatches shows how many answers were not what the document says.
func (m *metrics) mismatches(count func() int64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "gatewright_response_mismatches_total", Help: "Answers that are not what the document says, where they are checked.",
	}, func() float64 { return float64(count()) }))
}

// store shows how limits are shared.
func (m *metrics) store(store limit.Store, missed func() int64) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gatewright_store_up", Help: "Whether the store that limits are shared by answers: 1 or 0.",
		}, func() float64 {
			if store.Healthy() != nil {
				return 0
			}
			return 1
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gatewright_store_gateways", Help: "Gateways that share limits, as last seen.",
		}, func() float64 { return float64(store.Nodes()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "gatewright_store_missed_total", Help: "Requests whose limits the store could not tell in time.",
		}, func() float64 { return float64(missed()) }),
	)
}

// observe notes one request. It does not allocate once a series exists.
func (m *metrics) observe(route int, method gw.Method, status int, elapsed time.Duration) {
	slot := &m.routes[route+1]
	if list := slot.Load(); list != nil {
		for i := range *list {
			if s := &(*list)[i]; s.status == status && s.method == method {
				s.observer.Observe(elapsed.Seconds())
				return
			}
		}
	}
	m.add(slot, route, method, status).Observe(elapsed.Seconds())
}

// add makes a series. Two at a time may make the same one: the histogram behind it is one all the same.
func (m *metrics) add(slot *atomic.Pointer[[]series], route int, method gw.Method, status int) prometheus.Observer {
	label := method.String()
	if label == "" {
		label = "_OTHER" // OpenTelemetry's word for a method that the client made up
	}
	observer := m.duration.WithLabelValues(label, m.names[route+1], strconv.Itoa(status))
	for {
		old := slot.Load()
		list := []series{{method, status, observer}}
		if old != nil {
			list = append(append([]series(nil), *old...), list...)
		}
		if slot.CompareAndSwap(old, &list) {
			return observer
		}
	}
}
