# make run   serves the demonstration on http://localhost:8080
# make test  runs every test
# The rest is listed by make alone.
SHELL := /bin/sh
GO ?= go
ADDR ?= localhost:8080
DB ?= data/threshold.db
SHOTS ?= data/pictures
SMALL := -trimpath -ldflags='-s -w'

ASSET_SOURCES := $(shell find static/sass static/js static/icon.svg tools/assets package-lock.json -type f 2>/dev/null)
TEMPL_SOURCES := $(shell find templates -name '*.templ')

.DEFAULT_GOAL := help
.PHONY: help run test slow powercut build browser check dev assets generate generated lint clean bench fuzz words weaknesses

help: ## say what there is
	@printf 'Threshold\n\n'
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)$$/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

run: build ## serve the demonstration (ADDR=host:port changes where)
	@bin/threshold serve -demo -addr "$(ADDR)" -db "$(DB)"

test: assets generate ## run every test
	$(GO) test -timeout 40m ./...
	@[ -n "$$CHROMIUM" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		echo "Left out: the walks in a real browser, because Chromium is not installed (on Debian: apt-get install chromium fonts-liberation)."

slow: ## hold SLOW connections (2,000) that dribble, beside fifty people, and print what those wait
	THRESHOLD_SLOW=$(or $(SLOW),2000) $(GO) test -count=1 -timeout 10m -run '^TestSlowConnections' -v ./cmd/threshold

powercut: ## cut the power under the store CUTS times (3,000), as root on Linux; prints what was lost
	THRESHOLD_POWER_CUTS="$${CUTS:-3000}" $(GO) test -count=1 -timeout 60m -v -run 'TestPowerCuts' ./internal/store/sqlite

browser: assets generate ## walk every page in Chromium and keep pictures of them all in SHOTS
	@SCREENSHOTS="$(abspath $(SHOTS))" $(GO) test -count=1 -v -timeout 40m -run '^TestBrowser' ./cmd/threshold
	@echo "The pictures, all on one page: $(SHOTS)/index.html"

build: assets generate ## make bin/threshold, one file with everything inside
	@echo "Building bin/threshold"
	@CGO_ENABLED=0 $(GO) build $(SMALL) -o bin/threshold ./cmd/threshold

check: test generated lint ## what has to be green before anything lands

generated: ## generate again and fail on a difference
	@$(GO) tool templ generate -path templates >/dev/null 2>&1
	@git diff --exit-code --stat -- '*_templ.go' || { echo "Generated templates differ from what is committed: run make generate and commit."; exit 1; }

bench: build tools/peers/node_modules/.installed ## measure speed and weight, and write docs/performance.md (some minutes)
	$(GO) run ./cmd/bench

# better-sqlite3 needs its install script: it fetches or builds SQLite for this machine.
tools/peers/node_modules/.installed: tools/peers/package.json tools/peers/package-lock.json
	@echo "Installing what Threshold is measured beside (once; some minutes where it has to be built)"
	@cd tools/peers && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

dev: assets generate ## serve the demonstration and rebuild on change
	@$(GO) tool templ generate --watch --open-browser=false --path templates --cmd "$(GO) run -C .. ./cmd/threshold serve -demo -addr $(ADDR) -db $(DB)"

assets: static/dist/manifest.json ## build the style sheets and scripts

static/dist/manifest.json: node_modules/.installed $(ASSET_SOURCES)
	@echo "Building style sheets and scripts"
	@npm run --silent build
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "Threshold needs Node.js 20 or newer with npm to build its style sheets. Install it (on Debian: apt-get install nodejs npm) and try again."; exit 1; }
	@echo "Installing front-end packages (once)"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

generate: .templ-generated ## turn templates into Go

.templ-generated: $(TEMPL_SOURCES)
	@echo "Generating templates"
	@$(GO) tool templ generate -path templates >/dev/null 2>&1 || $(GO) tool templ generate -path templates
	@touch $@

# FUZZ is how often each target runs, or for how long, such as 1000x or 30s.
FUZZ ?= 10000000x
fuzz: ## throw bytes at every place where bytes come in (FUZZ=1000x or FUZZ=30s for less)
	@grep -rnoE '^func Fuzz[A-Za-z0-9]+' --include='*_test.go' cmd internal static templates web | sort | while IFS=: read -r file _ name; do \
		echo "$$(dirname $$file) $${name#func }"; \
		$(GO) test -timeout 0 -run '^$$' -fuzz "^$${name#func }$$" -fuzztime $(FUZZ) ./$$(dirname $$file) || exit 1; \
	done

words: ## say how the wording reads, page by page (UPDATE=1 writes the figures anew)
	@$(GO) test ./internal/eligibility -count=1 -v -run '^TestWordsReport$$' $(if $(UPDATE),-args -update-words)

weaknesses: ## sabotage the product in small ways: the tests must notice each (ONLY=regexp for some)
	@$(GO) run tools/weaknesses/main.go $(if $(ONLY),-only '$(ONLY)')

lint: ## look for what the compiler does not see
	$(GO) tool -modfile=tools/go.mod golangci-lint run

clean: ## remove what was built
	rm -rf bin static/dist/* node_modules/.installed .templ-generated
