# g3tools: builds everything into build/ (or BUILD=...), executables in build/bin/.
#
#   make            build                      make check    set up, build, run all tests
#   make demo       the main job on the embedded commons
#   make bench      speed, side by side with peers
#   make install PREFIX=/usr/local DESTDIR=
#
# Variants: make BUILD=build/asan SANITIZE=address,undefined; make CC=clang BUILD=build/clang.

BUILD    ?= build
PREFIX   ?= /usr/local
CC       ?= cc
OPTIMISE ?= -O3 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Werror
PACKAGES := libcurl json-c libzstd zlib libcrypto sqlite3 libxxhash
SANITIZE ?=

CPPFLAGS += -D_GNU_SOURCE -Ilib/include
CFLAGS   ?= $(OPTIMISE)
ALL_CFLAGS  := -std=gnu11 $(CFLAGS) $(WARNINGS) -fPIC -pthread $(shell pkg-config --cflags $(PACKAGES))
ALL_LDFLAGS := $(LDFLAGS) -pthread
ifneq ($(SANITIZE),)
ALL_CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
endif
LIBS         := $(shell pkg-config --libs $(PACKAGES)) -lcsv -lm
SANDBOX_LIBS := $(shell pkg-config --libs libmicrohttpd)

STOREYS     := base io table record http commons run
LIB_SOURCES := $(wildcard $(STOREYS:%=lib/%/*.c))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/obj/%.o)
FILTERS     := $(patsubst filters/%.c,%,$(wildcard filters/g3-*.c))
FILTER_COMMON := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out $(wildcard filters/g3-*.c),$(wildcard filters/*.c)))
SANDBOX_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard sandbox/*.c))
UNIT_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/unit/*.c))
PROGRAMS    := $(FILTERS:%=$(BUILD)/bin/%) $(if $(SANDBOX_OBJECTS),$(BUILD)/bin/g3-sandbox)

.PHONY: all clean unit
.SECONDARY:
all: $(PROGRAMS)

$(BUILD)/libg3.a: $(LIB_OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/bin/g3-sandbox: $(SANDBOX_OBJECTS) $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(SANDBOX_LIBS)

$(BUILD)/bin/%: $(BUILD)/obj/filters/%.o $(FILTER_COMMON) $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Library unit tests (Criterion): one executable for all of tests/unit.
$(BUILD)/tests/unit: $(UNIT_OBJECTS) $(BUILD)/libg3.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcriterion
unit: $(BUILD)/tests/unit
	$(BUILD)/tests/unit

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell test -d $(BUILD)/obj && find $(BUILD)/obj -name '*.d')

clean:
	rm -rf $(BUILD)
