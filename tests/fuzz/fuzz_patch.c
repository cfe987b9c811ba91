// SPDX-License-Identifier: MIT
/* Any bytes as a patch: a failure with a word, or a patch that is the same when it has been written and
 * read, of which an instrument can be made whose sound is made of numbers. */
#include "fuzz_input.h"

#include <math.h>

#include "base/alloc.h"
#include "base/json_read.h"
#include "base/str.h"
#include "synth/instrument.h"

static snq_str written(const snq_patch *p)
{
    snq_json j;
    snq_str out;
    snq_str_init(&out, 1 << 20);
    snq_json_init(&j, snq_json_to_str, &out);
    snq_patch_json(&j, p);
    must(snq_json_finish(&j) == SNQ_OK);
    return out;
}

static snq_status read_patch(const char *bytes, size_t n, snq_patch *p)
{
    snq_json_doc *doc;
    snq_error_clear();
    snq_status st = snq_json_parse("patch.json", bytes, n, &doc);
    if (st < 0)
        return st;
    const snq_json_ref root = snq_json_root(doc);
    st = snq_patch_from_json(&root, p);
    snq_json_doc_free(doc);
    return st;
}

static void play(snq_instrument *i, const snq_patch *p)
{
    float left[SNQ_INSTRUMENT_BLOCK], right[SNQ_INSTRUMENT_BLOCK];
    for (uint32_t block = 0; block < 12; block++) {
        if (block % 3 == 0)
            snq_instrument_note_on(i, block, (float)p->low_note + (float)block, 0.9f);
        if (block == 8)
            snq_instrument_all_off(i, 0);
        snq_instrument_run(i, left, right, SNQ_INSTRUMENT_BLOCK);
        for (int k = 0; k < SNQ_INSTRUMENT_BLOCK; k++)
            must(isfinite(left[k]) && isfinite(right[k]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static snq_patch a, b;
    const int64_t live = snq_alloc_live();
    if (read_patch((const char *)bytes, n, &a) < 0) {
        must(snq_last_error()[0] != '\0' && snq_alloc_live() == live);
        return 0;
    }
    snq_str text = written(&a);
    must(read_patch(text.text, text.length, &b) == SNQ_OK && !memcmp(&a, &b, sizeof a));
    snq_str_clear(&text);
    snq_bank *bank;
    snq_instrument *i;
    must(snq_bank_new(48000, &bank) == SNQ_OK);
    const snq_instrument_cfg cfg = { .rate_hz = 48000, .patch = &a, .bank = bank };
    if (snq_instrument_new(&cfg, &i) == SNQ_OK)
        play(i, &a);
    else
        must(snq_last_error()[0] != '\0' && !i);
    snq_instrument_free(i);
    snq_bank_free(bank);
    must(snq_alloc_live() == live);
    return 0;
}
