// SPDX-License-Identifier: MIT
#include "fx/gain_tools.h"

#include "fx/simd/gain_tools_lanes.inc"

const snq__gain_tools snq__gain_tools_c = { .name = "c",
                                            .level = level_run,
                                            .db = db_run,
                                            .gain = gain_run,
                                            .curve = curve_run,
                                            .follow = follow_run,
                                            .recover = recover_run,
                                            .apply = apply_run,
                                            .ramps = ramps_run };
