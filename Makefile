# One page of commands. `make` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

BIN     := bin/metronome
URL     ?= http://127.0.0.1:8080
BOTS    ?= 20
STATE   ?= bin/state
FUZZTIME ?= 30s
BENCHING = $(if $(BENCH),BENCH='$(BENCH)') $(if $(COUNT),COUNT=$(COUNT)) $(if $(BENCHTIME),BENCHTIME=$(BENCHTIME))

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the binary: bin/metronome
	CGO_ENABLED=0 go build -o $(BIN) ./cmd/metronome

.PHONY: run
run: build ## a node with a room of bots (BOTS=20) at http://127.0.0.1:8080; its matches go on when it starts again (STATE=bin/state)
	exec $(BIN) serve --bots $(BOTS) --state $(STATE)

.PHONY: bots
bots: build ## let bots (PLAYERS=200) play on a running node (URL=http://127.0.0.1:8080)
	exec $(BIN) bots --server $(URL) --players $(or $(PLAYERS),200)

.PHONY: test
test: ## install what the tests need, then run every check
	scripts/test

.PHONY: bench
bench: ## run the benchmarks, beside bench/baseline.txt (BENCH=Tick, COUNT=6)
	$(BENCHING) scripts/bench

.PHONY: bench-baseline
bench-baseline: ## run the benchmarks and keep them as bench/baseline.txt
	scripts/bench --renew

# WORKLOAD=w1 PLAYERS=1000 SECONDS=10 ROUNDS=3 ARRIVALS=even TARGETS=a,b SIZES=500,1000: bench/README.md
MEASURE = $(if $(SECONDS),--seconds $(SECONDS)) $(if $(WARM),--warm $(WARM)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	$(if $(ARRIVALS),--arrivals $(ARRIVALS)) $(if $(TARGETS),--targets $(TARGETS)) \
	$(if $(JSON),--json $(JSON)) $(if $(NODEJS),--nodejs $(NODEJS))

.PHONY: compare
compare: ## what a player costs this server and others, side by side (WORKLOAD=w1)
	bench/compare $(if $(WORKLOAD),--workload $(WORKLOAD)) $(if $(PLAYERS),--players $(PLAYERS)) $(MEASURE)

.PHONY: compare-setup
compare-setup: ## install Colyseus for make compare (needs Node.js and npm)
	npm ci --prefix bench/colyseus

.PHONY: curve
curve: ## what a player costs as a room grows (SIZES=500,1000,...); draws docs/curve.svg
	bench/curve $(if $(SIZES),--sizes $(SIZES)) $(MEASURE)

.PHONY: entropy
entropy: ## bits per entity of snapshots, beside the entropy floor of the same run
	go run ./bench/entropy $(if $(PLAYERS),--players $(PLAYERS)) $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: console-cost
console-cost: build ## what the console costs 3 nodes with 60 rooms, watched and not
	go run ./bench/console --binary $(BIN)

.PHONY: moves
moves: build ## what players feel of a room that moves between nodes (MOVES=100 PLAYERS=50)
	go run ./bench/moves --binary $(BIN) $(if $(MOVES),--moves $(MOVES)) $(if $(PLAYERS),--players $(PLAYERS))

.PHONY: deploys
deploys: build ## what players feel of rolling restarts to builds with more columns (PLAYERS=600 WINDOW=10m SURVIVE=async)
	bench/deploy/next $(BIN)-next
	bench/deploy/next $(BIN)-after 2
	go run ./bench/deploy --builds $(BIN),$(BIN)-next,$(BIN)-after $(if $(PLAYERS),--players $(PLAYERS)) $(if $(WINDOW),--window $(WINDOW)) $(if $(SURVIVE),--survive $(SURVIVE))

.PHONY: survival
survival: ## what is lost when nodes and the store die, stop and are cut off (FAULTS=kill,move,stop,cut,stall,term,store-restart,store-stands TIMES=100 SURVIVE=strict SEED=1)
	go run ./bench/survival $(if $(FAULTS),--faults $(FAULTS)) $(if $(TIMES),--times $(TIMES)) $(if $(SURVIVE),--survive $(SURVIVE)) $(if $(SEED),--seed $(SEED))

.PHONY: queue-rate
queue-rate: ## entries a second through queues, beside Redis alone (SHAPES=1v1,100 WAITING=0,1000 NODES=3 APART=1 PLAYERS=10000 RATE=5000 BURST=100000)
	go run ./bench/queues/rate $(if $(SHAPES),--shapes $(SHAPES)) $(if $(WAITING),--waiting $(WAITING)) $(if $(NODES),--nodes $(NODES)) $(if $(APART),--apart) $(if $(PLAYERS),--players $(PLAYERS)) $(if $(RATE),--rate $(RATE)) $(if $(BURST),--burst $(BURST)) $(if $(SECONDS),--window $(SECONDS)s)

.PHONY: attacks
attacks: build ## what players feel beside each attack (ONLY=gzip,metrics SECONDS=10 BASELINE=BINARY)
	go run ./bench/attacks --binary $(BIN) $(if $(BASELINE),--baseline $(BASELINE)) $(if $(ONLY),--only $(ONLY)) $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: queue-chaos
queue-chaos: ## faults between all steps of the queues, and what came of it (FAULTS=20000 SEED=1)
	FAULTS=$(or $(FAULTS),20000) $(if $(SEED),SEED=$(SEED)) go test -count=1 -timeout 2h -v ./lobby/matchmaker/chaos

.PHONY: fuzz
fuzz: ## fuzz each reader (FUZZTIME=30s each)
	scripts/fuzz $(FUZZTIME)

.PHONY: gen
gen: ## write the generated files
	scripts/gen

.PHONY: web
web: ## build the pages into web/dist, which the server embeds (needs Node.js)
	scripts/web build

.PHONY: sdk
sdk: ## build the SDK's package into web/sdk/dist, as npm pack takes it (needs Node.js)
	scripts/web sdk

.PHONY: examples
examples: ## build the examples with the packed SDK and have each see a match (needs npm's registry)
	scripts/examples

.PHONY: screenshots
screenshots: ## take the pictures in docs/img again, and all states into bin/screens (STATES=play,menu)
	$(if $(STATES),STATES=$(STATES)) scripts/web screenshots

.PHONY: joins
joins: ## how soon a newcomer sees another ship (JOINS=20 FIRST=20 LOOK=1 MODES=ffa,duel SIZES=390x844)
	$(if $(JOINS),JOINS=$(JOINS)) $(if $(FIRST),FIRST=$(FIRST)) $(if $(LOOK),LOOK=$(LOOK)) $(if $(MODES),MODES=$(MODES)) $(if $(SIZES),SIZES=$(SIZES)) scripts/web joins

.PHONY: predicted
predicted: ## how right the prediction of own rows is, alone and in a fight (MINUTES=10 FIGHT=5)
	$(if $(MINUTES),MINUTES=$(MINUTES)) $(if $(FIGHT),FIGHT=$(FIGHT)) scripts/web predict

.PHONY: weight
weight: ## what the first visit loads and how soon one flies (RUNS=5)
	$(if $(RUNS),RUNS=$(RUNS)) scripts/web weight

.PHONY: lint
lint: ## check the format, the schema and the code
	scripts/lint

.PHONY: up
up: ## build and start redis and a node in containers
	VERSION=$$(git describe --tags --always --dirty) docker compose up --build --detach --wait

.PHONY: down
down: ## stop the containers
	docker compose --profile load --profile observe down
