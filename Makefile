# `make run` and `make test` are all that a fresh machine needs; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN := target/release/breachpost
CONFIG := sample-data/breachpost.toml
DATE := 2025-09-15
BREACHPOST := $(BIN) --config $(CONFIG) --date $(DATE)
VENV := target/venv
PREFIX := /usr/local
NIGHTS_SEEDS := 5
FUZZ_INPUTS := 1000000
BENCH_PEOPLE := 200000
BENCH_RUNS := 20000 200000 715000
PROVIDERS_PEOPLE := 715000
DESK_PEOPLE := 20000
REV := 7b1e8cd
SCALE_PEOPLE := 200000
BENCH_FEBRL := ../shared/cases/febrl

.PHONY: ahead approve-demo deny desk desk-test review-test install manual deb deb-test help run preview sample-data test property-test nights-test fault-test edit-test restore-drill letters-test letters-diff letters-accept interop-test bench bench-against bench-render bench-run bench-3m bench-build bench-link bench-desk check fmt clean tools build scale-test vendor-test transfer-test loop-demo fuzz bench-receipts providers-demo hostile-test release mail-test bench-providers

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 18

ahead:
	@benches/build/ahead.sh

build: ahead ## Build the program; says first how long it takes (minutes the first time, because of polars and typst)
	cargo build --release

run: build ## Run the nightly batch on sample-data/ and say where everything is
	@test -e data/ledger.sqlite || $(BREACHPOST) ledger init
	@$(BREACHPOST) run; code=$$?; if [ $$code -gt 1 ]; then exit $$code; fi
	@if [ ! -e preview/index.html ] || [ $(BIN) -nt preview/index.html ]; then $(BREACHPOST) preview --out preview > /dev/null; fi
	@echo "preview   preview/index.html"
	@echo "open the package: $(BIN) verify data/outbox/<job> --identity sample-data/vendor/age-identity.txt"

desk: build ## Open the desk with a copy of the sample campaign in data/desk/; says address, name and password
	@tests/desk.sh $(BIN) $(DATE)

preview: build ## Set every letter variant with invented people
	$(BREACHPOST) preview --out preview

sample-data: build ## Rewrite sample-data/inbox (about 2,000 invented people and the hand-made special cases)
	rm -rf target/sample-inbox
	$(BIN) sample --people 2000 --seed 1 --out target/sample-inbox
	find sample-data/inbox -type f ! -name '*-special.csv' -delete
	cp target/sample-inbox/* sample-data/inbox/
	mv sample-data/inbox/truth.csv sample-data/truth.csv

# The random cases of the property tests are the same every time: what lands must not depend on luck.
test: export PROPTEST_RNG_SEED ?= 1
test: ahead tools ## Run all tests
	cargo test --release

property-test: export PROPTEST_CASES ?= 20000
property-test: ## Run the property tests of the library on new random cases, many of them (minutes)
	cargo test --release --lib

nights-test: build tools ## Play thirty nights of a campaign for several seeds (NIGHTS_SEEDS=N), against an independent account
	$(VENV)/bin/python tests/nights --binary $(BIN) --require-restore --seeds $(NIGHTS_SEEDS)

fault-test: tools ## Kill and fail a night at every system call, fill disks, break the program on purpose (half an hour)
	cargo build --release --features seeded-defects
	mkdir -p target/defects && cp $(BIN) target/defects/breachpost
	cargo build --release
	python3 tests/fault --binary $(BIN)
	python3 tests/fault/defects.py --binary target/defects/breachpost

restore-drill: build tools ## Lose the ledger and the machine, and restore them from backups (a minute)
	tests/restore_drill.sh $(BIN)

letters-test: tools ## Ten thousand random letters through the whole program, and every letter variant set and read back
	cargo test --release --test it -- --ignored --nocapture copies:: letters:: variants::

review-test: tools ## Work off 200 cases of 20,000 people with the keyboard in Chromium; the next run follows each
	cargo test --release --test it -- --include-ignored --nocapture desk::review:: queue::

desk-test: tools ## Look at every page of the desk in Chromium: both languages, three widths; pictures in target/desk-pictures/
	cargo test --release --test it -- --include-ignored --nocapture desk::

letters-diff: build tools ## Show what a change does to 25 letters: target/letters-diff/index.html
	$(VENV)/bin/python tests/letters_diff.py compare --binary $(BIN)

letters-accept: build tools ## Keep those letters as they are now, in tests/letters/
	$(VENV)/bin/python tests/letters_diff.py accept --binary $(BIN)

interop-test: build tools ## Let other people's tools read what the program writes, and the other way round; writes docs/interop.md (installs 1.5 GB)
	tests/interop/install.sh target/interop
	target/interop/venv/bin/python tests/interop --binary $(BIN) --write

scale-test: build ## Set a job on a Slurm cluster of one node, and compare every byte with a run on one machine (SCALE_PEOPLE=N)
	tests/scale/run.sh $(BIN) $(DATE) $(SCALE_PEOPLE)

edit-test: ## Make ten thousand random edits of a ledger file; each must be noticed or change nothing (minutes)
	cargo test --release --lib -- --ignored --nocapture ten_thousand_random_edits

transfer-test: tools ## Cut the connection of a transfer at every request, before and after the server hears it (ten minutes)
	cargo test --release --test it -- --include-ignored --nocapture transfer::

fuzz: tools ## Try a million damaged inputs of each kind of file that others write (FUZZ_INPUTS=N for another number; minutes)
	FUZZ_INPUTS=$(FUZZ_INPUTS) cargo test --release --test it -- --nocapture fuzz::

hostile-test: tools ## Replay altered print files, archives and lists beyond their limits, and nights with little memory (minutes)
	HOSTILE_SECONDS=20 cargo test --release --test it -- --include-ignored --nocapture hostile::

vendor-test: tools ## Ten thousand simulated vendors work off small jobs (VENDORS=N for another number; half an hour at most)
	cargo test --release --test it -- --ignored --nocapture vendor::simulated

loop-demo: build ## Take the sample's package through a simulated vendor to the last state, and show where the letters are
	@tests/loop_demo.sh $(BIN) $(DATE)

mail-test: build tools ## Tell 12,000 providers by mail: refused, late, slow and broken off, each is told in one way
	PROVIDER_MAILS=12000 cargo test --release --test it provider_mail::each_provider

providers-demo: build ## Play three nights with the sample in which patients follow their providers
	@tests/providers_demo.sh $(BIN)

approve-demo: build ## Walk through an approval with the sample: plan, proofs, statement, signatures, publication
	@tests/approve_demo.sh $(BIN) $(DATE)

bench-link: tools ## Measure linking: FEBRL (BENCH_FEBRL=DIR) and 715,000 invented people
	rm -rf target/bench-inbox && cargo build --release && $(BIN) sample --people 715000 --seed 4242 --out target/bench-inbox
	cargo bench --profile release --bench link -- sample target/bench-inbox
	cargo bench --profile release --bench link -- sample target/bench-inbox strict
	@if [ -d "$(BENCH_FEBRL)" ]; then cargo bench --profile release --bench link -- febrl $(BENCH_FEBRL); else echo "no FEBRL sets in $(BENCH_FEBRL)"; fi

bench: bench-render bench-run bench-receipts ## Measure the render stage, whole runs, and receipts

bench-render: tools ## Measure the render stage on 200,000 invented people (BENCH_PEOPLE=N for another number)
	rm -rf target/bench-render && cargo build --release && $(BIN) sample --people $(BENCH_PEOPLE) --seed 5 --out target/bench-render
	cargo bench --profile release --bench render -- target/bench-render

bench-run: build tools ## Measure whole runs of 20,000, 200,000 and 715,000 people (BENCH_RUNS="N ..." for others)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r benches/run/requirements.txt
	$(VENV)/bin/python benches/run --binary $(BIN) --work target/bench-run $(BENCH_RUNS)

bench-against: build ## Measure against an earlier revision, in turns (REV=7b1e8cd; BENCH_PEOPLE=N for another number)
	python3 benches/against --revision $(REV) --binary $(BIN) --work target/bench-against --people $(BENCH_PEOPLE)

bench-receipts: build ## Measure receipts of 715,000 letters and where they are: under 20 s and 1 GiB, under 2 s
	rm -rf target/bench-receipts && mkdir -p target/bench-receipts
	BREACHPOST_SCALE=$(CURDIR)/target/bench-receipts cargo test --release --lib -- --ignored --nocapture everybody_is_reported_on
	python3 benches/receipts --binary $(BIN) --scale target/bench-receipts

bench-providers: build ## Measure what 12,000 notices and 40,000 professionals cost beside 715,000 people (PROVIDERS_PEOPLE=N for fewer; an hour)
	python3 benches/providers --binary $(BIN) --work target/bench-providers --people $(PROVIDERS_PEOPLE)

bench-desk: build ## Measure the desk: a sentence to its picture, the queue and the help desk (DESK_PEOPLE=N of a night), memory
	python3 benches/desk --binary $(BIN) --work target/bench-desk --people $(DESK_PEOPLE)

bench-build: ## Measure a clean build: units, processor time, the most expensive crates (BENCH_REVISION=REV compares with a different revision)
	python3 benches/build --work target/bench-build $(if $(BENCH_REVISION),--revision $(BENCH_REVISION))

bench-3m: ## Measure whole runs of 200,000 and 3,000,000 people (needs 30 GB of disk)
	$(MAKE) bench-run BENCH_RUNS="200000 3000000"

install: build manual ## Install under PREFIX (default /usr/local): program, man pages, completions, systemd units
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/breachpost
	install -D -m 755 packaging/on-failure $(DESTDIR)$(PREFIX)/lib/breachpost/on-failure
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 target/manual/man1/*
	install -D -m 644 target/manual/completions/breachpost.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/breachpost
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/zsh/site-functions target/manual/completions/_breachpost
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d target/manual/completions/breachpost.fish
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in packaging/systemd/*; do \
		sed 's:=/usr/:=$(PREFIX)/:' $$unit > $(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}; done

manual: build
	rm -rf target/manual && $(BIN) manual --out target/manual > /dev/null

release: ## Build what is committed twice, demand the same bytes, and write hash, bill of materials and licences (an hour)
	packaging/release.sh

deb: build manual ## Make the Debian package (installs cargo-deb into target/tools the first time: some minutes)
	@test -x target/tools/bin/cargo-deb || cargo install --quiet --locked --root target/tools --target-dir target/tools/build cargo-deb@3.8.0
	PATH="$(CURDIR)/target/tools/bin:$$PATH" cargo deb --no-build --output target/debian/breachpost.deb

deb-test: deb ## Install the Debian package here and run the sample as an ordinary user (as root)
	tests/deb.sh target/debian/breachpost.deb

fmt: ## Format the code
	cargo fmt

check: tools deny ## Format, lints, tests, documentation, and what other people's crates come with
	cargo fmt --check
	cargo clippy --release --all-targets -- -D warnings
	cargo test --release
	RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps

# cargo-deny is installed into target/tools the first time: some minutes.
deny: ## Check licences, sources and doubled crates (deny.toml); known faults where ADVISORIES names a clone of RustSec's database
	@target/tools/bin/cargo-deny --version 2> /dev/null | grep -qx 'cargo-deny 0.20.2' || cargo install --quiet --locked --root target/tools --target-dir target/tools/build cargo-deny@0.20.2
	target/tools/bin/cargo-deny --locked check licenses bans sources
ifdef ADVISORIES
	sed 's:^\[advisories\]:&\ndb-urls = ["file\://$(abspath $(ADVISORIES))"]:' deny.toml > target/deny-advisories.toml
	target/tools/bin/cargo-deny --locked check --config target/deny-advisories.toml advisories
else
	@echo "known faults of crates were not looked up: ADVISORIES=DIR names a clone of RustSec's database"
endif

tools: ## Install the tools that the tests compare the program with (Debian packages, a Python environment)
	@tests/tools.sh $(VENV)

clean: ## Remove what runs wrote (not the build)
	rm -rf data preview target/sample-inbox
