// SPDX-License-Identifier: MIT
/* Any bytes as a MIDI file: an error that names an offset, or a score that keeps every limit; which can be
 * written, and what is written can be read without a warning, has the same notes, and is written with the
 * same bytes. An allocation that fails is survived. */
#include "fuzz_input.h"

#include "base/alloc.h"
#include "score/midi.h"

enum { WRITTEN_MAX = 1 << 28 };

static void write_to(const snq_score *s, snq_str *out)
{
    snq_str_init(out, WRITTEN_MAX);
    must(snq_midi_write(s, out) == SNQ_OK);
}

static const snq_track *next_with_notes(const snq_score *s, size_t *i)
{
    while (*i < s->tracks && !s->track[*i].notes)
        ++*i;
    return *i < s->tracks ? &s->track[(*i)++] : NULL;
}

static void same_notes(const snq_score *a, const snq_score *b)
{
    size_t i = 0, k = 0;
    const snq_track *t, *u;
    must(a->length == b->length && a->tempos == b->tempos && a->metres == b->metres &&
         a->keys == b->keys);
    while ((t = next_with_notes(a, &i)) != NULL) {
        must((u = next_with_notes(b, &k)) != NULL);
        must(t->notes == u->notes && t->channel == u->channel && t->port == u->port &&
             t->program == u->program && strcmp(t->name, u->name) == 0);
        for (size_t n = 0; n < t->notes; n++) {
            const snq_note *x = &t->note[n], *y = &u->note[n];
            must(x->tick == y->tick && x->length == y->length && x->pitch == y->pitch &&
                 x->velocity == y->velocity && x->release == y->release);
        }
    }
    must(next_with_notes(b, &k) == NULL);
}

static void again(const snq_score *s)
{
    snq_warnings w = { 0 };
    snq_score back;
    snq_str once, twice;
    write_to(s, &once);
    must(snq_midi_is(once.text, once.length));
    must(snq_midi_read(once.text, once.length, &back, &w) == SNQ_OK && w.count == 0);
    same_notes(s, &back);
    write_to(&back, &twice);
    must(once.length == twice.length && memcmp(once.text, twice.text, once.length) == 0);
    snq_str_clear(&once);
    snq_str_clear(&twice);
    snq_score_clear(&back);
}

static void without_memory(const uint8_t *p, size_t n)
{
    snq_score s;
    snq_str out;
    snq_alloc_fail_after(n % 16);
    snq_str_init(&out, WRITTEN_MAX);
    snq_status st = snq_midi_read(p, n, &s, NULL);
    if (st >= 0)
        st = snq_midi_write(&s, &out);
    must(st >= 0 || !snq_alloc_refused() || st == SNQ_ERR_NOMEM);
    snq_alloc_fail_after(-1);
    snq_str_clear(&out);
    snq_score_clear(&s);
    must(snq_alloc_live() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    snq_warnings w = { 0 };
    snq_score s;
    size_t offset = SIZE_MAX;
    snq_error_clear();
    const snq_status st = snq_midi_read(p, n, &s, &w);
    if (st < 0) {
        must(st == SNQ_ERR_FORMAT || st == SNQ_ERR_UNSUPPORTED || st == SNQ_ERR_TOO_BIG);
        must(sscanf(snq_last_error(), "offset %zu: ", &offset) == 1 && offset <= n);
        must(!s.track && !s.tempo);
    } else {
        for (uint32_t i = 0; i < w.count; i++)
            must(w.item[i].offset_bytes >= 0 && w.item[i].offset_bytes <= (int64_t)n);
        again(&s);
    }
    snq_score_clear(&s);
    must(snq_alloc_live() == 0);
    without_memory(p, n);
    return 0;
}
