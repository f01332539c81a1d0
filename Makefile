# `make` alone lists the targets.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help python-worker scenario scenarios sweep capacity gate gate-check chaos bench bench-store accuracy bench-micro test build lint format deps deps-test deps-bench clean fuzz fuzz-lines up logs stop

NAME ?=
BROKER ?=
STORE ?=
SET ?=
WORKERS ?=
VARY ?=
LIMIT ?=
TARGET ?=
SECONDS ?= 600
ROUNDS ?= 5
ROWS ?=
MINUTES ?= 10
METRIC ?=
UPDATE ?=
AGAINST ?=
BASELINE ?=
MEASURE ?=
COMPARISONS ?= 20,10
RUNS ?= 50
SEED ?=
ONLY ?=

rafale := .build/release/rafale
compose := docker compose

help:
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 } /^##> / { printf "  %-13s %s\n", "", substr($$0, 5) }' $(MAKEFILE_LIST)

##@ Measure
scenario: ## run a scenario and report: make scenario NAME=burst
##> BROKER=amqp://guest:guest@127.0.0.1:5672/   another broker
##> STORE=none   SET="load.connections=8 …"      other keys
	@scripts/scenario check '$(NAME)'
	@$(MAKE) --no-print-directory build
	@$(rafale) run 'scenarios/$(NAME).yaml' \
	    $(if $(BROKER),--broker '$${BROKER}') $(if $(STORE),--store '$${STORE}') $(foreach pair,$(SET),--set '$(pair)')

scenarios: ## list the scenarios, each with what it shows
	@scripts/scenario list

sweep: ## how it scales with workers: make sweep NAME=steady [WORKERS=1,2,4,8]
##> VARY="workers.lanes=1,2,4 …"   other keys; BROKER, STORE and SET as above
##> MEASURE=20s                    how long each run measures
	@scripts/scenario check '$(NAME)'
	@$(MAKE) --no-print-directory build
	@$(rafale) sweep 'scenarios/$(NAME).yaml' $(if $(WORKERS),--workers '$(WORKERS)') \
	    $(foreach pair,$(VARY),--vary '$(pair)') $(if $(MEASURE),--measure '$(MEASURE)') \
	    $(if $(BROKER),--broker '$${BROKER}') $(if $(STORE),--store '$${STORE}') $(foreach pair,$(SET),--set '$(pair)')

capacity: ## the highest rate within the limits: make capacity NAME=steady [WORKERS=1,2,4]
##> LIMIT='end_to_end.p99 < 200ms'   in place of the scenario's thresholds
##> TARGET=20000/s                   how many workers does this rate need?
##> MEASURE=20s                      how long the first run at each rate measures
	@scripts/scenario check '$(NAME)'
	@$(MAKE) --no-print-directory build
	@$(rafale) capacity 'scenarios/$(NAME).yaml' $(if $(WORKERS),--workers '$(WORKERS)') \
	    $(if $(LIMIT),--limit '$(LIMIT)') $(if $(TARGET),--target '$(TARGET)') $(if $(MEASURE),--measure '$(MEASURE)') \
	    $(if $(BROKER),--broker '$${BROKER}') $(if $(STORE),--store '$${STORE}') $(foreach pair,$(SET),--set '$(pair)')

gate: ## is this worse than before? make gate NAME=saturate AGAINST=main [MEASURE=5s]
##> BASELINE=write           keep figures in reports/baselines/NAME.json
##> (without AGAINST)        compare with them; docs/gate.md says how it decides
	@scripts/scenario check '$(NAME)'
	@$(MAKE) --no-print-directory build
	@$(rafale) gate 'scenarios/$(NAME).yaml' $(if $(MEASURE),--measure '$(MEASURE)') \
	    $(if $(AGAINST),--against '$(AGAINST)',$(if $(filter write,$(BASELINE)),--write-baseline,--baseline \
	        '$(or $(BASELINE),reports/baselines/$(NAME).json)')) \
	    $(if $(BROKER),--broker '$${BROKER}') $(if $(STORE),--store '$${STORE}') $(foreach pair,$(SET),--set '$(pair)')

gate-check: build ## how often the gate is right, on this machine (20 minutes): make gate-check [COMPARISONS=20,10]
	@$(rafale) gate scenarios/saturate.yaml --calibrate '$(COMPARISONS)' --measure 1500ms --rounds 4..12 --store none \
	    --set 'phases[0].for=500ms' --set workers.count=1 --set workers.lanes=1

chaos: deps-test build ## break the pipeline in many ways by chance; nothing may be lost: make chaos [RUNS=50]
##> SEED=7 ONLY=17           one run of a campaign again        BROKER=amqp://…   another broker
	@scripts/chaos --runs '$(RUNS)' $(if $(SEED),--seed '$(SEED)') $(if $(ONLY),--only '$(ONLY)')

bench: deps-bench build ## how fast it is beside the peers found here and a C program: make bench [ROUNDS=5]
##> ROWS=publish,confirm     only these; all but memory without it (Benchmarks/bench --list)
##> ROWS=memory MINUTES=10   the memory of a long run
	@Benchmarks/bench --rounds $(ROUNDS) --rows '$(ROWS)' --minutes $(MINUTES)

bench-store: deps-test ## how fast the MySQL store is beside LOAD DATA of the same rows
	@Benchmarks/store

bench-micro: deps ## what single steps of the hot paths allocate, against Benchmarks/Thresholds
##> METRIC=wallClock         how long they take      UPDATE=1   write the thresholds anew
	@scripts/micro-benchmarks $(if $(METRIC),time $(METRIC),$(if $(UPDATE),update,check))

accuracy: deps ## hold what is reported against known truths (3 minutes): docs/accuracy.md
	@swift build --configuration release --product accuracy
	@.build/release/accuracy docs/accuracy.md

##@ Develop
build: deps ## build the program (release): .build/release/rafale
	@swift build --configuration release --product rafale

test: deps-test ## run all tests, against real servers too: make test [FILTER=…]
	@scripts/test $(if $(FILTER),--filter '$(FILTER)')

lint: ## check format, documentation and shell scripts
	@scripts/lint

format: ## put the sources into the house format
	@swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks/Micro Benchmarks/StoreFill

fuzz: deps ## feed the wire decoder random bytes: make fuzz SECONDS=600
	@scripts/fuzz wire $(SECONDS)

fuzz-lines: deps ## feed the parser of access logs random bytes: make fuzz-lines SECONDS=600
	@scripts/fuzz line $(SECONDS)

deps: ## install the missing packages that building and running need
	@scripts/dependencies run

deps-test: ## install what the tests need as well: RabbitMQ, MariaDB, third-party clients
	@scripts/dependencies test

deps-bench:
	@scripts/dependencies bench

python-worker: ## install what the Python example worker needs (scenarios/workers/python)
	@scripts/python-worker

clean: ## remove what was built and the servers' data; reports stay
	@scripts/rabbitmq destroy
	@scripts/mariadb destroy
	@rm -rf .build .services logs

##@ Serve with Docker
up: .env ## RabbitMQ, MongoDB, a worker, one run of a scenario
	@mkdir -p reports && $(compose) up --build --detach && $(compose) ps

logs: .env ## follow their logs
	@$(compose) logs --follow

stop: .env ## stop them; the queues' data stays
	@$(compose) down

.env:
	@umask 077; password=$$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n'); \
	    sed -e "s/change-me/$$password/" -e "s/UID=1000/UID=$$(id -u)/" -e "s/GID=1000/GID=$$(id -g)/" .env.example >.env
	@echo "made .env from .env.example, with a password of its own"
