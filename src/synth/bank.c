// SPDX-License-Identifier: MIT
#include "synth/bank.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "synth/bank_impl.h"
#include "synth/sampling_impl.h"

enum { TABLES_MAX = 256, BUILT_IN_MAX = 16, LENGTH_MIN = 16, LENGTH_MAX = 8192 };

typedef struct owned_recording {
    snq_recording view; /* name and channels point to what follows */
    char name[SNQ_BANK_NAME_MAX];
    float *sample; /* (channels, frames) */
} owned_recording;

typedef struct named_table {
    char name[SNQ_BANK_NAME_MAX];
    snq__table *table;
} named_table;

/* What is made when it is first asked for, so behind a pointer: the bank itself is constant then. */
typedef struct built_in {
    pthread_mutex_t lock;
    snq__table *table[BUILT_IN_MAX];
} built_in;

struct snq_bank {
    uint32_t rate_hz;
    snq__table *basic[SNQ__BASIC_WAVES];
    owned_recording **recording; /* (recordings,) */
    size_t recordings;
    named_table *table; /* (tables,) */
    size_t tables;
    built_in *built;
    snq__sampling *sampling;
};

static snq_status make_basic(snq_bank *b)
{
    snq_status st = SNQ_OK;
    enum { H = SNQ__TABLE_HARMONICS_MAX };
    float *partial = snq_calloc(H, 2 * sizeof(float));
    if (!partial)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "wave tables");
    for (int wave = 0; wave < SNQ__BASIC_WAVES; wave++) {
        for (uint32_t h = 1; h <= H; h++) {
            const double saw = (h % 2 ? 2 : -2) / (M_PI * h), sine = h == 1;
            partial[2 * h - 2] = (float)(wave == SNQ__BASIC_PARABOLA ? -saw / (2 * M_PI * h) : 0.0);
            partial[2 * h - 1] = (float)(wave == SNQ__BASIC_SAW    ? saw
                                         : wave == SNQ__BASIC_SINE ? sine
                                                                   : 0.0);
        }
        const snq__table_cfg cfg = { .cycles = 1,
                                     .harmonics = H,
                                     .partial = partial,
                                     .per_octave = 4,
                                     .noise_db = wave == SNQ__BASIC_SAW ? 90 : 115 };
        SNQ_GOTO(snq__table_new(&cfg, &b->basic[wave]));
    }
fail:
    snq_free(partial);
    return st;
}

snq_status snq_bank_new(uint32_t rate_hz, snq_bank **out)
{
    snq_status st;
    *out = NULL;
    if (rate_hz < SNQ_RATE_MIN_HZ || rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "rate_hz %u is not in %d .. %d", rate_hz, SNQ_RATE_MIN_HZ,
                        SNQ_RATE_MAX_HZ);
    snq_bank *b = snq_calloc(1, sizeof(*b));
    if (!b)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "bank");
    b->rate_hz = rate_hz;
    b->built = snq_calloc(1, sizeof(*b->built));
    if (!b->built) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "bank");
        goto fail;
    }
    pthread_mutex_init(&b->built->lock, NULL); /* can't fail without attributes */
    SNQ_GOTO(snq__sampling_new(&b->sampling));
    SNQ_GOTO(make_basic(b));
    *out = b;
    return SNQ_OK;
fail:
    snq_bank_free(b);
    return st;
}

static void free_recording(owned_recording *r)
{
    if (!r)
        return;
    snq_free(r->sample);
    snq_free(r);
}

void snq_bank_free(snq_bank *b)
{
    if (!b)
        return;
    for (int i = 0; i < SNQ__BASIC_WAVES; i++)
        snq__table_free(b->basic[i]);
    for (size_t i = 0; i < b->recordings; i++)
        free_recording(b->recording[i]);
    for (size_t i = 0; i < b->tables; i++)
        snq__table_free(b->table[i].table);
    if (b->built) {
        for (int i = 0; i < BUILT_IN_MAX; i++)
            snq__table_free(b->built->table[i]);
        pthread_mutex_destroy(&b->built->lock);
    }
    snq_free(b->built);
    snq__sampling_free(b->sampling);
    snq_free(b->recording);
    snq_free(b->table);
    snq_free(b);
}

static snq_status check_name(const char *name)
{
    const size_t n = strlen(name);
    if (n < 1 || n >= SNQ_BANK_NAME_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "a name of %zu bytes is not in 1 .. %d", n,
                        SNQ_BANK_NAME_MAX - 1);
    return SNQ_OK;
}

static snq_status check_recording(const snq_recording *r)
{
    SNQ_TRY(check_name(r->name));
    if (r->channels < 1 || r->channels > 2)
        return SNQ_FAIL(SNQ_ERR_RANGE, "recording %s: %u channels are not in 1 .. 2", r->name,
                        r->channels);
    if (r->rate_hz < SNQ_RATE_MIN_HZ || r->rate_hz > SNQ_RATE_MAX_HZ)
        return SNQ_FAIL(SNQ_ERR_RANGE, "recording %s: rate_hz %u is not in %d .. %d", r->name,
                        r->rate_hz, SNQ_RATE_MIN_HZ, SNQ_RATE_MAX_HZ);
    if (r->frames < 1)
        return SNQ_FAIL(SNQ_ERR_RANGE, "recording %s has no frames", r->name);
    if (r->frames > SNQ_ALLOC_MAX / sizeof(float) / r->channels)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "recording %s: %zu frames", r->name, r->frames);
    if (r->loop_start > r->loop_end || r->loop_end > r->frames)
        return SNQ_FAIL(SNQ_ERR_RANGE, "recording %s: loop %zu .. %zu is not in 0 .. %zu", r->name,
                        r->loop_start, r->loop_end, r->frames);
    if (!isnan(r->root_note) && !(fabs(r->root_note) <= 255))
        return SNQ_FAIL(SNQ_ERR_RANGE, "recording %s: root_note %g", r->name, r->root_note);
    return SNQ_OK;
}

snq_status snq_bank_add(snq_bank *b, const snq_recording *r)
{
    snq_status st;
    SNQ_TRY(check_recording(r));
    if (snq_bank_find(b, r->name))
        return SNQ_FAIL(SNQ_ERR_EXISTS, "recording %s", r->name);
    if (b->recordings >= SNQ_BANK_RECORDINGS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "recording %s: there are %d already", r->name,
                        SNQ_BANK_RECORDINGS_MAX);
    owned_recording *o = snq_calloc(1, sizeof(*o));
    if (!o)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "recording %s", r->name);
    owned_recording **grown;
    o->sample = snq_alloc(r->frames, r->channels * sizeof(float));
    if (!o->sample) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "recording %s: %zu frames", r->name, r->frames);
        goto fail;
    }
    grown = snq_regrow(b->recording, b->recordings, b->recordings + 1, sizeof(*grown));
    if (!grown) {
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "recording %s", r->name);
        goto fail;
    }
    b->recording = grown;
    o->view = *r;
    memcpy(o->name, r->name, strlen(r->name) + 1);
    o->view.name = o->name;
    o->view.channel[1] = NULL;
    for (uint32_t c = 0; c < r->channels; c++) {
        float *to = o->sample + c * r->frames;
        for (size_t i = 0; i < r->frames; i++) {
            const float x = r->channel[c][i];
            to[i] = x != x                ? 0
                    : x > SNQ_SAMPLE_MAX  ? SNQ_SAMPLE_MAX
                    : x < -SNQ_SAMPLE_MAX ? -SNQ_SAMPLE_MAX
                                          : x;
        }
        o->view.channel[c] = to;
    }
    b->recording[b->recordings++] = o;
    return SNQ_OK;
fail:
    free_recording(o);
    return st;
}

size_t snq_bank_recordings(const snq_bank *b)
{
    return b->recordings;
}

const snq_recording *snq_bank_recording(const snq_bank *b, size_t i)
{
    return &b->recording[i]->view;
}

const snq_recording *snq_bank_find(const snq_bank *b, const char *name)
{
    for (size_t i = 0; i < b->recordings; i++)
        if (strcasecmp(b->recording[i]->name, name) == 0)
            return &b->recording[i]->view;
    return NULL;
}

static const snq__table *find_added(const snq_bank *b, const char *name)
{
    for (size_t i = 0; i < b->tables; i++)
        if (strcasecmp(b->table[i].name, name) == 0)
            return b->table[i].table;
    return NULL;
}

/* Number of the built-in table of this name, -1 when there is none. */
static int find_built_in(const char *name)
{
    for (int i = 0; snq__cycles_at((size_t)i); i++)
        if (strcasecmp(snq__cycles_at((size_t)i)->name, name) == 0)
            return i;
    return -1;
}

snq_status snq_bank_add_table(snq_bank *b, const char *name, const float *cycle, uint32_t cycles,
                              uint32_t length)
{
    SNQ_TRY(check_name(name));
    if (cycles < 1 || cycles > SNQ__TABLE_CYCLES_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "wave table %s: %u cycles are not in 1 .. %d", name, cycles,
                        SNQ__TABLE_CYCLES_MAX);
    if (length < LENGTH_MIN || length > LENGTH_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "wave table %s: cycles of %u samples are not in %d .. %d",
                        name, length, LENGTH_MIN, LENGTH_MAX);
    if (find_added(b, name) || find_built_in(name) >= 0)
        return SNQ_FAIL(SNQ_ERR_EXISTS, "wave table %s", name);
    if (b->tables >= TABLES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "wave table %s: there are %d already", name, TABLES_MAX);
    named_table *grown = snq_regrow(b->table, b->tables, b->tables + 1, sizeof(*grown));
    if (!grown)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "wave table %s", name);
    b->table = grown;
    named_table *t = &b->table[b->tables];
    memcpy(t->name, name, strlen(name) + 1);
    SNQ_TRY(snq__cycles_of_samples(cycle, cycles, length, &t->table));
    b->tables++;
    return SNQ_OK;
}

snq__sampling *snq__bank_sampling(const snq_bank *b)
{
    return b->sampling;
}

const snq__table *snq__bank_basic(const snq_bank *b, snq__basic_wave wave)
{
    return b->basic[wave];
}

snq_status snq__bank_table(const snq_bank *b, const char *name, const snq__table **out)
{
    *out = find_added(b, name);
    if (*out)
        return SNQ_OK;
    const int i = find_built_in(name);
    if (i < 0) {
        snq_str names;
        snq_str_init(&names, 4096);
        for (size_t k = 0; snq__cycles_at(k); k++)
            snq_str_putf(&names, " %s", snq__cycles_at(k)->name);
        for (size_t k = 0; k < b->tables; k++)
            snq_str_putf(&names, " %s", b->table[k].name);
        const snq_status st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "no wave table %s; there are:%s", name,
                                       snq_str_text(&names));
        snq_str_clear(&names);
        return st;
    }
    snq_status st = SNQ_OK;
    pthread_mutex_lock(&b->built->lock);
    if (!b->built->table[i])
        st = snq__cycles_table(snq__cycles_at((size_t)i), &b->built->table[i]);
    *out = b->built->table[i];
    pthread_mutex_unlock(&b->built->lock);
    return st;
}
