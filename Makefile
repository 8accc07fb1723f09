# g3tools: builds everything into build/ (or BUILD=...), executables in build/bin/.
#
#   make            build                      make check    set up, build, run all tests
#   make demo       the main job on the embedded commons
#   make check-cluster  the tests of shards on Slurm, in .ci/run as well
#   make deb        Debian packages, in BUILD           make doc      the reference of libg3, in build/doc/html
#   make bench      speed, side by side with peers      make manual   man pages and reference pages, in build/manual/
#   make install PREFIX=/usr/local DESTDIR=       make install-headers    for plugins only, without building
#
# Variants: make BUILD=build/asan SANITIZE=address,undefined; make CC=clang BUILD=build/clang; for tests
# under valgrind: make BUILD=build/plain RUNNER=plain.

BUILD    ?= build
VERSION  := $(shell sed -n 's/^\#define G3_VERSION "\(.*\)"/\1/p' lib/include/g3/base/options.h)
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
CC       ?= cc
OPTIMISE ?= -O3 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Werror
PACKAGES := libcurl json-c libzstd zlib libcrypto sqlite3 libxxhash libpcre2-8
SANITIZE ?=

CPPFLAGS += -D_GNU_SOURCE -Ilib/include
CFLAGS   ?= $(OPTIMISE)
ALL_CFLAGS  := -std=gnu11 $(CFLAGS) $(WARNINGS) -fPIC -pthread $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
ALL_LDFLAGS := $(LDFLAGS) -pthread -Wl,--as-needed
ifneq ($(SANITIZE),)
ALL_CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
endif
# xxHash is compiled in; libcsv is what tests and benchmarks compare with.
LIBS         := $(filter-out -lxxhash,$(shell pkg-config --libs $(PACKAGES) 2>/dev/null)) -lm
SANDBOX_LIBS := $(shell pkg-config --libs libmicrohttpd 2>/dev/null)

STOREYS         := base io table record http commons join run
LIB_SOURCES     := $(wildcard $(STOREYS:%=lib/%/*.c))
FILTERS         := $(patsubst filters/%.c,%,$(wildcard filters/g3-*.c filters/g3.c))
FILTER_SHARED   := $(filter-out $(FILTERS:%=filters/%.c),$(wildcard filters/*.c))
TEST_SUPPORT    := $(wildcard tests/support/*.c)
FUZZERS         := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES         := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/*.c))
objects          = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJECTS     := $(call objects,$(LIB_SOURCES))
SUPPORT_OBJECTS := $(call objects,$(TEST_SUPPORT))
LINK             = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
TOOLS           := $(FILTERS) g3-sandbox

.PHONY: all tests manual install-manual unit faults fuzz check check-cluster demo bench install install-headers uninstall deb doc format clean
.SECONDARY:

all: $(TOOLS:%=$(BUILD)/bin/%)
tests: $(BUILD)/tests/unit $(BUILD)/tests/contract
manual: $(TOOLS:%=$(BUILD)/manual/%.1)

$(BUILD)/libg3.a: $(LIB_OBJECTS)
	@rm -f $@
	ar rcs $@ $^

# For others: what the public headers declare, and nothing else. The tools take libg3.a: the row path is quicker without
# the indirection, and a tool is one file to be copied to a cluster.
SONAME := libg3.so.$(firstword $(subst ., ,$(VERSION)))
SHARED := libg3.so.$(VERSION)
$(BUILD)/$(SHARED): $(LIB_OBJECTS) scripts/exports
	scripts/exports lib/include $(LIB_OBJECTS) >$(BUILD)/libg3.map
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=$(BUILD)/libg3.map \
	    -o $@ $(LIB_OBJECTS) $(LIBS)

$(BUILD)/bin/g3-sandbox: $(call objects,$(wildcard sandbox/*.c)) $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(LINK) $(SANDBOX_LIBS)

# What filters share; an archive, for each takes what it needs: one that asks no service starts in a third of
# the time without the libraries for it.
$(BUILD)/filters.a: $(call objects,$(FILTER_SHARED))
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/bin/%: $(BUILD)/obj/filters/%.o $(BUILD)/filters.a $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(LINK)

# What tests share; an archive, for each takes what it needs: some of it needs Criterion, and fuzzers have none.
$(BUILD)/tests/libsupport.a: $(SUPPORT_OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

# Library unit tests (Criterion), one executable for all of tests/unit. Criterion does not run under the
# thread sanitizer, and starts each test as a program, which takes valgrind seconds: there (RUNNER=plain) a
# runner of the same interface that forks takes its place.
RUNNER ?= $(if $(findstring thread,$(SANITIZE)),plain,criterion)
ifeq ($(RUNNER),plain)
UNIT_RUNNER := $(call objects,tests/support/plain/runner.c)
CPPFLAGS    += -Itests/support/plain
else
UNIT_RUNNER := -lcriterion
endif
$(BUILD)/tests/unit: $(call objects,$(wildcard tests/unit/*.c)) $(BUILD)/tests/libsupport.a $(filter %.o,$(UNIT_RUNNER)) $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(LINK) $(filter -l%,$(UNIT_RUNNER)) -lcsv

# Makes allocations and writes fail; loaded in front of the C library, so not for sanitizers' builds.
$(BUILD)/tests/fail_nth.so: tests/faults/fail_nth.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) -shared -o $@ $< -ldl

# Replays the recorded exchanges against a service.
$(BUILD)/tests/contract: $(call objects,$(wildcard tests/contract/*.c)) $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(LINK)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(LINK) -lcsv

# The ways that search_keys compares; Hyperscan is one of them only where it is installed.
ifeq ($(shell pkg-config --exists libhs && echo there),there)
$(BUILD)/obj/tests/bench/search/hyperscan.o: CPPFLAGS += -DG3_HAVE_HYPERSCAN $(shell pkg-config --cflags libhs)
HYPERSCAN_LIBS := $(shell pkg-config --libs libhs)
endif
$(BUILD)/bench/search_keys: $(call objects,tests/bench/search_keys.c $(wildcard tests/bench/search/*.c)) $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(LINK) $(HYPERSCAN_LIBS)

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/tests/libsupport.a $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(LINK) -fsanitize=fuzzer

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The page of reports, as the bytes of an array: any C compiler takes that, in any kind of library.
$(BUILD)/obj/lib/run/report_html.inc: lib/run/report.html scripts/embed-page
	@mkdir -p $(@D)
	scripts/embed-page $< >$@.partial
	mv $@.partial $@
$(BUILD)/obj/lib/run/report_page.o: $(BUILD)/obj/lib/run/report_html.inc
$(BUILD)/obj/lib/run/report_page.o: CPPFLAGS += -I$(BUILD)/obj/lib/run

# A man page, and a reference page beside it, of the tool's page in docs/ and the tool's own table of options.
$(BUILD)/manual/%.1: docs/%.md scripts/make-manual scripts/man.awk $(BUILD)/bin/%
	scripts/make-manual $(BUILD)/bin $(@D) $*
$(BUILD)/manual/g3.1: $(TOOLS:%=$(BUILD)/bin/%) # which it lists

-include $(shell test -d $(BUILD)/obj && find $(BUILD)/obj -name '*.d')

unit: $(BUILD)/tests/unit
	$<

faults: all $(BUILD)/tests/fail_nth.so
	tests/faults/run $(BUILD)

# Each fuzz target for a fixed count of inputs, from its seed corpus (make fuzz FUZZ_RUNS=100000000 for a
# long one; what it finds is kept in build/fuzz).
FUZZ_RUNS ?= 25000
fuzz:
	$(MAKE) -s CC=clang BUILD=build/fuzz SANITIZE=fuzzer-no-link,address,undefined OPTIMISE='-O1 -g' \
	    $(FUZZERS:%=build/fuzz/fuzz/%)
	@for f in $(FUZZERS); do \
	    mkdir -p build/fuzz/found/$$f && \
	    build/fuzz/fuzz/$$f -runs=$(FUZZ_RUNS) -seed=1 -max_len=4096 -verbosity=0 -artifact_prefix=build/fuzz/$$f- \
	        build/fuzz/found/$$f tests/fuzz/corpus/$${f#fuzz_} || { echo "$$f: failed"; exit 1; }; \
	done; echo "$(words $(FUZZERS)) passed, 0 failed"

check:
	scripts/setup check deb
	tests/check

# Slurm on loopback: shards as a job array and by Snakemake, nodes that die.
check-cluster:
	scripts/setup cluster
	$(MAKE) -s all
	tests/cluster/run $(BUILD)/bin

demo:
	scripts/setup
	$(MAKE) -s all
	scripts/demo

bench:
	scripts/setup check bench
	$(MAKE) -s all $(BENCHES:%=build/bench/%)
	tests/bench/run

install: all $(BUILD)/libg3.a $(BUILD)/$(SHARED) install-headers install-manual
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)
	install -m 755 $(TOOLS:%=$(BUILD)/bin/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(BUILD)/libg3.a $(BUILD)/$(SHARED) $(DESTDIR)$(LIBDIR)
	ln -sf $(SHARED) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libg3.so
	cd pipelines && for file in $$(find . -type f); do \
	    mode=644; [ ! -x $$file ] || mode=755; \
	    install -D -m $$mode $$file $(abspath $(DESTDIR)$(PREFIX))/share/g3tools/pipelines/$$file || exit 1; \
	done

# Where shells look for completions. A package's are for zsh in another place than those put there by hand.
BASH_COMPLETIONS := $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS  := $(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
FISH_COMPLETIONS := $(PREFIX)/share/fish/vendor_completions.d

install-manual: all manual
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(BASH_COMPLETIONS) $(DESTDIR)$(ZSH_COMPLETIONS) $(DESTDIR)$(FISH_COMPLETIONS)
	install -m 644 $(TOOLS:%=$(BUILD)/manual/%.1) $(DESTDIR)$(PREFIX)/share/man/man1
	for tool in $(TOOLS); do \
	    $(BUILD)/bin/$$tool --generate bash >$(DESTDIR)$(BASH_COMPLETIONS)/$$tool && \
	    $(BUILD)/bin/$$tool --generate zsh >$(DESTDIR)$(ZSH_COMPLETIONS)/_$$tool && \
	    $(BUILD)/bin/$$tool --generate fish >$(DESTDIR)$(FISH_COMPLETIONS)/$$tool.fish || exit 1; \
	done

# All that plugins are built with; needs no building here. g3.pc names the libraries behind libg3 as flags, not
# as packages that it requires, for else `pkg-config --cflags g3` would ask for their headers, too.
install-headers:
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	cd lib/include && find g3 -name '*.h' -exec install -D -m 644 {} $(abspath $(DESTDIR)$(PREFIX))/include/{} \;
	sed -e 's|@PREFIX@|$(abspath $(PREFIX))|' -e 's|@LIBDIR@|$(abspath $(LIBDIR))|' -e 's|@LIBS@|$(LIBS)|' -e 's|@VERSION@|$(VERSION)|' \
	    lib/g3.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/g3.pc

uninstall:
	rm -f $(TOOLS:%=$(DESTDIR)$(PREFIX)/bin/%) $(TOOLS:%=$(DESTDIR)$(PREFIX)/share/man/man1/%.1) \
	    $(TOOLS:%=$(DESTDIR)$(BASH_COMPLETIONS)/%) $(TOOLS:%=$(DESTDIR)$(ZSH_COMPLETIONS)/_%) \
	    $(TOOLS:%=$(DESTDIR)$(FISH_COMPLETIONS)/%.fish) \
	    $(DESTDIR)$(LIBDIR)/libg3.a $(DESTDIR)$(LIBDIR)/libg3.so* $(DESTDIR)$(LIBDIR)/pkgconfig/g3.pc
	rm -rf $(DESTDIR)$(PREFIX)/include/g3 $(DESTDIR)$(PREFIX)/share/g3tools

# Debian packages in BUILD (g3tools, libg3-0, libg3-dev), made of a copy of the sources, so that nothing else is built anew.
DEB_OPTIONS ?= nocheck noautodbgsym
deb:
	scripts/setup deb
	rm -rf $(BUILD)/deb $(BUILD)/g3tools_* $(BUILD)/libg3-*_*
	mkdir -p $(BUILD)/deb/source
	tar -c --exclude=./build --exclude=./$(BUILD) --exclude=./.git . | tar -x -C $(BUILD)/deb/source
	cd $(BUILD)/deb/source && env -u MAKEFLAGS -u MAKELEVEL -u BUILD DEB_BUILD_OPTIONS="$(DEB_OPTIONS)" \
	    dpkg-buildpackage -b -us -uc -jauto
	mv $(BUILD)/deb/*_*.* $(BUILD)
	rm -r $(BUILD)/deb

# The reference of the library, for those who program with it.
doc:
	scripts/setup doc
	scripts/make-reference $(BUILD)/doc

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf build
