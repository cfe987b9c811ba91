// SPDX-License-Identifier: MIT
/* A module as another version would bring it: right but for one letter. */
#include "plot/sheet_module_impl.h"

const snq__sheet_module snq_plot = { .module_bytes = sizeof(snq__sheet_module),
                                     .portrait_bytes = sizeof(snq_portrait),
                                     .hearing_bytes = sizeof(snq_hearing),
                                     .sight_bytes = sizeof(snq_sight),
                                     .look_bytes = sizeof(snq_watch_look),
                                     .map_bytes = sizeof(snq_map_sheet),
                                     .lane_bytes = sizeof(snq_map_sheet_lane),
                                     .cfg_bytes = sizeof(snq_sheet_cfg),
                                     .version = SNQ__SHEET_MODULE_VERSION "x" };
