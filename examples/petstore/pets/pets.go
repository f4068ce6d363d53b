// Package pets is the service behind the pet store's gateway: a handful of pets in memory. It knows nothing of the gateway.
package pets

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// Pet is an animal on offer.
type Pet struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	Kind string   `json:"kind"`
	Tags []string `json:"tags,omitempty"`
}

// Shop keeps the pets. Its zero value is empty; NewShop gives one with three pets.
type Shop struct {
	mu       sync.Mutex
	pets     []Pet
	photos   map[string][]byte
	last     int
	watchers map[chan Pet]struct{}
}

// NewShop returns a shop with three pets.
func NewShop() *Shop {
	s := &Shop{}
	s.add(Pet{Name: "Rex", Kind: "dog", Tags: []string{"loud", "loyal"}})
	s.add(Pet{Name: "Tom", Kind: "cat", Tags: []string{"quiet"}})
	s.add(Pet{Name: "Nemo", Kind: "fish", Tags: []string{"quiet", "wet"}})
	return s
}

// Handler serves the shop over HTTP.
func (s *Shop) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /pets", s.list)
	mux.HandleFunc("POST /pets", s.create)
	mux.HandleFunc("GET /pets/{id}", s.get)
	mux.HandleFunc("DELETE /pets/{id}", s.remove)
	mux.HandleFunc("GET /adoptions", s.watch)
	mux.HandleFunc("GET /photos/{name...}", s.photo)
	mux.HandleFunc("PUT /photos/{name...}", s.putPhoto)
	return mux
}

// Logged logs every request but those of health checks, then passes it to next.
func Logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			slog.Info("backend", "method", r.Method, "uri", r.RequestURI)
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Shop) add(p Pet) Pet {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	p.ID = strconv.Itoa(s.last)
	s.pets = append(s.pets, p)
	return p
}

// list answers GET /pets?kind=K&tag=T&tag=U: pets of kind K that have every tag.
func (s *Shop) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	found := []Pet{}
	s.mu.Lock()
	for _, p := range s.pets {
		if kind := query.Get("kind"); kind != "" && p.Kind != kind {
			continue
		}
		if slices.ContainsFunc(query["tag"], func(tag string) bool { return !slices.Contains(p.Tags, tag) }) {
			continue
		}
		found = append(found, p)
	}
	s.mu.Unlock()
	w.Header().Set("X-Total", strconv.Itoa(len(found)))
	w.Header().Set("X-Internal", "not for clients")
	send(w, http.StatusOK, found)
}

// create answers POST /pets.
func (s *Shop) create(w http.ResponseWriter, r *http.Request) {
	var p Pet
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		refuse(w, http.StatusBadRequest, "the body is no pet")
		return
	}
	if p.Name == "" || p.Kind == "" {
		refuse(w, http.StatusUnprocessableEntity, "a pet has a name and a kind")
		return
	}
	p = s.add(p)
	w.Header().Set("Location", "/pets/"+p.ID)
	send(w, http.StatusCreated, p)
}

// get answers GET /pets/{id}.
func (s *Shop) get(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	i := slices.IndexFunc(s.pets, func(p Pet) bool { return p.ID == id })
	var p Pet
	if i >= 0 {
		p = s.pets[i]
	}
	s.mu.Unlock()
	if i < 0 {
		refuse(w, http.StatusNotFound, "no pet "+id)
		return
	}
	send(w, http.StatusOK, p)
}

// remove answers DELETE /pets/{id} and tells those who watch.
func (s *Shop) remove(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.pets, func(p Pet) bool { return p.ID == id })
	if i < 0 {
		refuse(w, http.StatusNotFound, "no pet "+id)
		return
	}
	for watcher := range s.watchers {
		select {
		case watcher <- s.pets[i]:
		default: // a watcher that cannot keep up misses an event
		}
	}
	s.pets = slices.Delete(s.pets, i, i+1)
	w.WriteHeader(http.StatusNoContent)
}

// watch answers GET /adoptions: one server-sent event for each pet that leaves, as it leaves.
func (s *Shop) watch(w http.ResponseWriter, r *http.Request) {
	events := make(chan Pet, 16)
	s.mu.Lock()
	if s.watchers == nil {
		s.watchers = map[chan Pet]struct{}{}
	}
	s.watchers[events] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.watchers, events)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, ": watching\n\n")
	flush := http.NewResponseController(w)
	for {
		if flush.Flush() != nil {
			return
		}
		select {
		case p := <-events:
			fmt.Fprintf(w, "event: adopted\ndata: %s\n\n", p.Name)
		case <-r.Context().Done():
			return
		}
	}
}

// photo answers GET /photos/….
func (s *Shop) photo(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	data, ok := s.photos[r.PathValue("name")]
	s.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, "no such photo")
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(data) // the client may have gone
}

// maxPhoto is the size of the largest photo that is taken.
const maxPhoto = 4 << 20

// putPhoto answers PUT /photos/….
func (s *Shop) putPhoto(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPhoto))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "the photo did not arrive whole, or is too large")
		return
	}
	s.mu.Lock()
	if s.photos == nil {
		s.photos = map[string][]byte{}
	}
	s.photos[r.PathValue("name")] = data
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func send(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client may have gone
}

func refuse(w http.ResponseWriter, status int, message string) {
	send(w, status, map[string]string{"message": message})
}
