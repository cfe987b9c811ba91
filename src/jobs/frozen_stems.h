// SPDX-License-Identifier: MIT
/* frozen_stems -- stems that are there and stay: in a rendering they are read, not made.
 *
 * A desk (synth/render.h) around a desk: a frozen part's strip is run all the same (others may duck by what
 * its track plays), but what it gives is taken from its file. Files are what `sonique` writes as stems: WAV,
 * 24 bits, two channels, at the rate of the rendering; anything else is refused, naming the file. A
 * file that ends early is silent from there on.
 *
 * A recording that stands for a track is what its track plays, too: others duck by its sound, and its notes, which
 * only say when it hits, are not heard (snq_frozen_stems_record). In its first rendering it has no file yet.
 *
 * The file is read in this process, without a decoder: media/riff_scan.h finds the samples, they are three
 * bytes each.
 *
 * Threads: new, free [control]; the desk as its kind says. */
#ifndef SNQ_JOBS_FROZEN_STEMS_H
#define SNQ_JOBS_FROZEN_STEMS_H

#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "synth/render.h"

typedef struct snq_frozen_stems snq_frozen_stems;

/* A stem that is not in a file yet. */
typedef struct snq_frozen_sound {
    const void *user;
    int64_t frames;
    /* n frames from `from` on to left, right (n,); on any thread, several at once. */
    void (*read)(const void *user, int64_t from, size_t n, float *left, float *right);
} snq_frozen_sound;

/* path (parts,): of each part's frozen stem, NULL where it is made; borrowed for the call. Stems begin at frame `from` of
 * the piece (snq_render_cfg). `inner` is borrowed for life. On success *out is owned by the caller (free), on error NULL. ERR_IO, ERR_FORMAT, ERR_NOT_FOUND,
 * ERR_NOMEM, those of snq_riff_scan_run: naming the file. */
SNQ_MUST_USE snq_status snq_frozen_stems_new(const char *const *path, uint32_t parts,
                                             uint32_t rate_hz, int64_t from,
                                             const snq_render_desk *inner, snq_frozen_stems **out);
/* Part `part` is a recording: its stem is also what it plays. With `sound` (borrowed for life) the stem is this,
 * and not a file. */
void snq_frozen_stems_record(snq_frozen_stems *f, uint32_t part, const snq_frozen_sound *sound);
void snq_frozen_stems_free(snq_frozen_stems *f);                         /* NULL is legal */
const snq_render_desk *snq_frozen_stems_desk(const snq_frozen_stems *f); /* borrowed */
/* What reading them ended with: ERR_IO when a file could not be read to its end. */
SNQ_MUST_USE snq_status snq_frozen_stems_status(const snq_frozen_stems *f);

#endif
