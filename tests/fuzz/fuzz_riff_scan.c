// SPDX-License-Identifier: MIT
/* The chunk scanner on any bytes: whatever it says must be true of them. */
#include "fuzz_input.h"

#include "base/limits.h"
#include "media/riff_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_input whole = { p, n };
    const snq_riff_input in = { fuzz_input_read, &whole, (int64_t)n };
    snq_warnings warnings = { 0 };
    snq_riff_scan s;
    const snq_status st = snq_riff_scan_run(&in, &s, &warnings);
    must(s.chunks <= SNQ_RIFF_CHUNKS_MAX && st <= 0);
    if (st < 0) {
        must(*snq_last_error() != '\0');
        return 0;
    }
    if (s.form == SNQ_RIFF_NONE) {
        must(warnings.count == 0);
        return 0;
    }
    must(s.channels >= 1 && s.channels <= SNQ_CHANNELS_MAX);
    must(s.rate_hz >= SNQ_RATE_MIN_HZ && s.rate_hz <= SNQ_RATE_MAX_HZ);
    must(s.data_offset > 0 && s.data_bytes >= 0);
    must(s.data_bytes == 0 || (uint64_t)s.data_offset + (uint64_t)s.data_bytes <= n);
    must(s.coding == SNQ_RIFF_CODED || (s.sample_bytes >= 1 && s.sample_bytes <= 8));
    if (s.coding != SNQ_RIFF_CODED)
        must(s.data_bytes % ((int64_t)s.sample_bytes * s.channels) == 0);
    const snq_riff_sampler *m = &s.sampler;
    must(m->key < 128 && m->cents >= 0.0 && m->cents < 100.0 && m->loop <= SNQ_RIFF_LOOP_BACKWARD);
    must(m->keyed ? m->key > 0 : m->key == 0);
    if (m->loop)
        must(s.coding != SNQ_RIFF_CODED && m->loop_start >= 0 && m->loop_start < m->loop_end &&
             m->loop_end <= s.data_bytes / ((int64_t)s.sample_bytes * s.channels));
    return 0;
}
