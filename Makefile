# The targets of this file. `make check` is exactly what CI runs.

GO ?= go
STATICCHECK = $(GO) tool staticcheck
# How long each fuzz target runs.
FUZZTIME ?= 10s
# What make bench measures, such as -quick or -parts load,router; go run ./golden/bench -h lists all.
BENCHFLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help build test golden generate lint fuzz bench run run-orders check

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "%-10s %s\n", $$1, $$2}'

build: ## build the command to bin/gatewright
	$(GO) build -o bin/gatewright ./cmd/gatewright

test: ## run all tests
	$(GO) test ./...

golden: ## rewrite the golden files from what the code does now; read the diff
	$(GO) test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' cmd gen golden runtime | xargs -n1 dirname | sort -u | sed 's,^,./,') -update || true
	git diff --stat

generate: build ## generate the examples' gateways again
	cd examples/petstore && $(CURDIR)/bin/gatewright generate -o gateway openapi.yaml
	cd examples/plain && $(CURDIR)/bin/gatewright generate -o gateway openapi.yaml
	cd examples/orders && $(CURDIR)/bin/gatewright generate -o gateway openapi.yaml
	cd examples/functions && $(CURDIR)/bin/gatewright generate -o gateway openapi.yaml

lint: ## gofmt, go vet and staticcheck
	@unformatted="$$("$$($(GO) env GOROOT)/bin/gofmt" -l .)"; \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...

fuzz: ## run every fuzz target for FUZZTIME (default 10s)
	GO="$(GO)" FUZZTIME="$(FUZZTIME)" .ci/fuzz

bench: ## compare gateways, templates and validators with their peers on this machine
	$(GO) run ./golden/bench $(BENCHFLAGS)
	$(GO) run ./golden/bench/templates
	$(GO) test -run - -bench . -benchtime 300ms ./golden/bench/schemas
	$(GO) test -run - -bench . -benchtime 300ms ./runtime/function/process ./runtime/internal/sigv4

run: build ## run the pet store: its backend and its gateway, until Ctrl-C
	@$(CURDIR)/bin/gatewright generate -o examples/petstore/gateway examples/petstore/openapi.yaml
	@$(CURDIR)/bin/gatewright build -o bin/petstore examples/petstore/openapi.yaml
	@$(GO) build -o bin/petstore-demo ./examples/petstore/demo
	@exec bin/petstore-demo -gateway bin/petstore

run-orders: build ## run the orders with DynamoDB and SQS on this machine, until Ctrl-C; needs node and npm
	@$(CURDIR)/bin/gatewright generate -o examples/orders/gateway examples/orders/openapi.yaml
	@$(GO) build -o bin/orders ./examples/orders
	@$(GO) build -o bin/orders-demo ./examples/orders/demo
	@GATEWRIGHT_NODE_MODULES="$$(.ci/peers)" exec bin/orders-demo -gateway bin/orders

check: lint test ## what CI runs
