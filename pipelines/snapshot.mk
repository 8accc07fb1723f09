# Keeps dated snapshots of an index, and what changed from one to the next:
#
#   make -f .../pipelines/snapshot.mk
#
# SNAPSHOTS/2026-11-25.csv.zst, and SNAPSHOTS/2026-11-25.changes.ndjson against the snapshot before it. A download
# that broke off is gone on with.

include $(dir $(lastword $(MAKEFILE_LIST)))common.mk

SNAPSHOTS ?= snapshots
DAY       ?= $(shell date +%F)
snapshot  := $(SNAPSHOTS)/$(DAY).csv.zst
changes   := $(SNAPSHOTS)/$(DAY).changes.ndjson
# The last one of an earlier day: names are in the order of the days.
before    := $(lastword $(shell ls $(SNAPSHOTS)/*.csv.zst 2>/dev/null | awk -v now=$(snapshot) '$$0 < now'))

all: $(snapshot) $(if $(before),$(changes))

$(snapshot):
	@mkdir -p $(@D)
	g3-fetch-index $(SERVICE) --resume $@.journal -o $@
	@rm -f $@.journal*

$(changes): $(snapshot)
	g3-diff $(before) $(snapshot) -o $@ $(results)

.PHONY: all
