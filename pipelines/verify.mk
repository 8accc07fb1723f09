# Verifies manifests against the index, as many at once as make -j says:
#
#   make -f .../pipelines/verify.mk -j 4
#
# RESULTS/NAME.differences.ndjson for each manifest, and RESULTS/NAME.rejects.ndjson; manifests that have not changed
# since are not verified again.

include $(dir $(lastword $(MAKEFILE_LIST)))common.mk

RESULTS ?= results
names    := $(foreach manifest,$(MANIFESTS),$(basename $(notdir $(manifest))))
found    := $(names:%=$(RESULTS)/%.differences.ndjson)
ifneq ($(words $(names)),$(words $(sort $(names))))
$(error two manifests have one name: their results would go into one file)
endif

all: $(found)
	@for file in $(found); do printf '%8d differences  %s\n' "$$(wc -l <$$file)" "$$file"; done

define verify
$(RESULTS)/$(basename $(notdir $(1))).differences.ndjson: $(1)
	@mkdir -p $(RESULTS)
	g3-verify $(SERVICE) --reject $(RESULTS)/$(basename $(notdir $(1))).rejects.ndjson -o $$@ $$< $$(results)
endef
$(foreach manifest,$(MANIFESTS),$(eval $(call verify,$(manifest))))

.PHONY: all
