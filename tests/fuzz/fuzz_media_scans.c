// SPDX-License-Identifier: MIT
/* The small parsers around the decoders on any bytes: Ogg, MP4 and Matroska ends, ID3 tags, MPEG
 * frames, magic numbers. */

#include "fuzz_input.h"

#include "media/container_impl.h"
#include "media/cut_scan_impl.h"
#include "media/id3_impl.h"
#include "media/mpeg_scan_impl.h"

static void try_ogg(const uint8_t *p, size_t n)
{
    const snq__ogg_tail tail = snq__ogg_find_tail(p, n);
    must(tail.page_at < (int64_t)n);
    if (tail.page_at < 0 || tail.whole)
        return;
    const size_t left = n - (size_t)tail.page_at;
    uint8_t *to = malloc(left);
    must(to != NULL);
    const size_t mended = snq__ogg_mend(p + tail.page_at, left, to);
    must(mended <= left);
    if (mended) { /* what is mended is whole */
        const snq__ogg_tail again = snq__ogg_find_tail(to, mended);
        must(again.page_at >= 0 && !again.last);
    }
    free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_input whole = { p, n };
    const snq_riff_input in = { fuzz_input_read, &whole, (int64_t)n };
    snq__mp4_scan_run(&in);
    snq__matroska_cut(&in);
    try_ogg(p, n);
    const int64_t mpeg = snq__mpeg_find(p, n, 1);
    must(mpeg >= -1 && mpeg < (int64_t)n);
    if (n >= 10 && snq__id3_bytes(p))
        snq__id3_texts_fine(p, n);
    const char *what = snq__not_audio(p, n);
    must(!what || strlen(what) > 4);
    return 0;
}
