# What the workflows share: settings, the options that go with each tool, the way commands end.
#
# Settings come from the file CONFIG (settings.mk in the folder where make runs), see example.mk.

SHELL       := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

CONFIG ?= settings.mk
ifeq ($(wildcard $(CONFIG)),)
$(error there is no $(CONFIG): copy example.mk from the folder of the pipelines, and say there which commons)
endif
include $(CONFIG)

# The service, for all tools that ask one.
SERVICE := $(if $(ENDPOINT),-e $(ENDPOINT)) $(if $(INDEX_URL),--index-url $(INDEX_URL)) \
    $(if $(METADATA_URL),--metadata-url $(METADATA_URL)) $(if $(CREDENTIALS),--credentials $(CREDENTIALS)) \
    $(if $(BASIC_AUTH_FILE),--basic-auth-file $(BASIC_AUTH_FILE)) $(if $(CONNECTIONS),-j $(CONNECTIONS))

# Exit status 1 says that there are differences or rejected rows: a result, not a failure of the run.
results := || [ $$? = 1 ]
