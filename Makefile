# One page of commands. `make` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

BIN     := bin/metronome
URL     ?= http://127.0.0.1:8080
BOTS    ?= 20
PLAYERS ?= 200
FUZZTIME ?= 30s

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the binary: bin/metronome
	CGO_ENABLED=0 go build -o $(BIN) ./cmd/metronome

.PHONY: run
run: build ## a node with a room of bots (BOTS=20) at http://127.0.0.1:8080
	exec $(BIN) serve --bots $(BOTS)

.PHONY: bots
bots: build ## let bots (PLAYERS=200) play on a running node (URL=http://127.0.0.1:8080)
	exec $(BIN) bots --server $(URL) --players $(PLAYERS)

.PHONY: test
test: ## install what the tests need, then run every check
	scripts/test

.PHONY: bench
bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: fuzz
fuzz: ## fuzz each reader (FUZZTIME=30s each)
	scripts/fuzz $(FUZZTIME)

.PHONY: gen
gen: ## write the generated files
	scripts/gen

.PHONY: lint
lint: ## check the format, the schema and the code
	scripts/lint

.PHONY: up
up: ## build and start redis and a node in containers
	docker compose up --build --detach --wait

.PHONY: down
down: ## stop the containers
	docker compose --profile load down
