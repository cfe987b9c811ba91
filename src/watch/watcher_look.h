// SPDX-License-Identifier: MIT
/* watcher_look -- the curves of a picture of a video, from the windows of its sight. */
#ifndef SNQ_WATCH_WATCHER_LOOK_H
#define SNQ_WATCH_WATCHER_LOOK_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "score/sight.h"
#include "score/watch_look.h"

/* Makes the curves of *look: the bands' from the columns "energy" of *s, light and colour from the
 * picture's, all motion from square (frames,), mean squares of the flow in (px/s)^2 (NAN: it does not
 * count), of frames at `fps` from the first column's time on. Without columns nothing is made. Errors:
 * ERR_NOMEM. */
SNQ_MUST_USE snq_status snq_watcher_look_curves(const snq_sight *s, const float *square,
                                                size_t frames, double fps, snq_watch_look *look);

#endif
