// Package legacy is the old service behind the orders' gateway. It speaks JSON that was XML once.
package legacy

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
)

// Text is an element with a text.
type Text struct {
	Text string `json:"text"`
}

// Line is a line of an order.
type Line struct {
	SKU      Text `json:"sku"`
	Quantity Text `json:"quantity"`
}

// Order is an order as it is stored.
type Order struct {
	Attributes map[string]string `json:"attributes,omitempty"`
	Number     Text              `json:"number"`
	Customer   Text              `json:"customer"`
	Lines      struct {
		Line any `json:"line"`
	} `json:"lines"`

	state string
}

// Service keeps orders. It is safe for concurrent use.
type Service struct {
	mu     sync.Mutex
	orders []*Order
}

// Handler serves the service.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", s.add)
	mux.HandleFunc("GET /orders", s.list)
	mux.HandleFunc("GET /orders/{number}", s.get)
	return mux
}

// request is the envelope of a new order.
type request struct {
	Envelope struct {
		Order struct {
			Customer Text
			Lines    struct{ Line []Line }
		}
	}
}

func (s *Service) add(w http.ResponseWriter, r *http.Request) {
	var sent request
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		answer(w, "ERROR", "reason", Text{err.Error()})
		return
	}
	order := sent.Envelope.Order
	if len(order.Lines.Line) == 0 {
		answer(w, "ERROR", "reason", Text{"an order has lines"})
		return
	}
	var missing []Text
	for _, line := range order.Lines.Line {
		if line.SKU.Text == "NONE" {
			missing = append(missing, line.SKU)
		}
	}
	if len(missing) > 0 {
		answer(w, "OUT_OF_STOCK", "missing", map[string]any{"sku": bare(missing)})
		return
	}
	stored := &Order{Customer: order.Customer, state: "open"}
	if queue := r.URL.Query().Get("queue"); queue != "" {
		stored.Attributes = map[string]string{"queue": queue}
	}
	stored.Lines.Line = bare(order.Lines.Line)
	s.mu.Lock()
	stored.Number.Text = strconv.Itoa(1001 + len(s.orders))
	s.orders = append(s.orders, stored)
	s.mu.Unlock()
	answer(w, "OK", "number", stored.Number)
}

func (s *Service) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, order := range s.orders {
		if order.Number.Text == r.PathValue("number") {
			write(w, map[string]any{"order": order})
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*Order{} // an empty list, not null
	for _, order := range s.orders {
		if state := r.URL.Query().Get("state"); state == "" || state == order.state {
			found = append(found, order)
		}
	}
	write(w, map[string]any{"orders": map[string]any{"order": found}})
}

// bare is a list as XML had it: one element comes without the list.
func bare[T any](list []T) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

func answer(w http.ResponseWriter, code, name string, value any) {
	write(w, map[string]any{"answer": map[string]any{"code": Text{code}, name: value}})
}

func write(w http.ResponseWriter, envelope any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"envelope": envelope}) // a client that is gone needs no answer
}
