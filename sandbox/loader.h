/* Filling the index from manifests (--load). Called by main before the server starts. */
#ifndef SANDBOX_LOADER_H
#define SANDBOX_LOADER_H

#include "commons.h"
#include "g3/base/report.h"

/* Loads the manifests of the settings. Rows that cannot be used are warned of and left out.
 * @return false with G3_EXIT_INPUT (unreadable), G3_EXIT_USAGE (--map), G3_EXIT_LOCAL (database) */
bool loader_run(struct commons *commons, g3_reporter *reporter, g3_error *error);

#endif
