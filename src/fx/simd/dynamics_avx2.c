// SPDX-License-Identifier: MIT
#include "fx/dynamics.h"

#include "fx/simd/dynamics_lanes.inc"

const snq__dynamics snq__dynamics_avx2 = { .name = "avx2",
                                           .level = level_run,
                                           .db = db_run,
                                           .gain = gain_run,
                                           .curve = curve_run,
                                           .follow = follow_run,
                                           .apply = apply_run };
