// SPDX-License-Identifier: MIT
#include "listen_bytes.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/str.h"
#include "fuzz_input.h"
#include "listen/listener.h"
#include "media/reader.h"

enum { JSON_MAX = 64 << 20, ALLOCATIONS = 100 }; /* the latter: a little more than a run makes */

/* ---- what must hold of a hearing ---- */

static void check_measure(snq_measure m, double lo, double hi)
{
    if (m.reason)
        must(*m.reason != '\0');
    else
        must(m.value >= lo && m.value <= hi); /* and so it is finite */
}

/* Levels: samples end at +120 dBFS; weights, channels and filters add some, and nothing is quieter
 * than the smallest double. */
static void check_level(snq_measure m)
{
    check_measure(m, -7000, 200);
}

static void check_loudness(const snq_loudness *l, const char *reason)
{
    if (reason)
        return;
    check_measure(l->integrated_lufs, -70, 200); /* gated there */
    check_measure(l->range_lu, 0, 270);
    check_level(l->true_peak_dbtp);
    check_level(l->max_momentary_lufs);
    check_level(l->max_short_term_lufs);
    check_measure(l->plr_db, -200, 300);
    /* one weighs slots of 100 ms alike, the other their frames: 100 or 101 at the lowest rates */
    if (!l->integrated_lufs.reason && !l->max_momentary_lufs.reason)
        must(l->integrated_lufs.value <= l->max_momentary_lufs.value + 0.1);
}

static void check_dynamics(const snq_dynamics *d, const char *reason)
{
    if (reason)
        return;
    check_level(d->rms_dbfs);
    check_level(d->peak_dbfs);
    check_measure(d->crest_factor_db, -1e-3, 7000);
    check_measure(d->dynamic_range_db, 0, 7000);
    must(d->clipped_samples >= 0);
    check_measure(d->dc_offset, -1e6, 1e6);
}

static void check_spectrum(const snq_spectrum *s, const char *reason, double rate_hz)
{
    double shares = 0;
    if (reason)
        return;
    for (int b = 0; b < SNQ_SPECTRUM_BANDS; b++) {
        check_measure(s->band[b].share, 0, 1 + 1e-6);
        check_level(s->band[b].level_dbfs);
        shares += s->band[b].share.reason ? 0 : s->band[b].share.value;
    }
    must(shares <= 1 + 1e-6);
    must(s->dominants <= SNQ_DOMINANTS_MAX);
    for (uint32_t i = 0; !s->dominant_reason && i < s->dominants; i++)
        must(s->dominant_hz[i] > 0 && s->dominant_hz[i] <= rate_hz / 2 * 1.01);
    check_measure(s->centroid_hz, 0, rate_hz / 2 * 1.01);
    check_measure(s->flatness, 0, 1 + 1e-6);
    check_measure(s->tilt_db_per_octave, -7000, 7000);
    check_measure(s->cutoff_hz, 0, rate_hz / 2 * 1.01);
}

static void check_stereo(const snq_stereo *s, const char *reason)
{
    if (reason)
        return;
    check_measure(s->width, 0, 1 + 1e-9);
    check_measure(s->correlation, -1 - 1e-9, 1 + 1e-9);
    check_measure(s->low_correlation, -1 - 1e-9, 1 + 1e-9);
}

static void check_hearing(const snq_hearing *h, double duration_s)
{
    double end_s = 0;
    for (uint32_t i = 0; i < h->regions; i++) {
        const snq_region *r = &h->region[i];
        must(r->span.start_s >= end_s && r->span.end_s >= r->span.start_s);
        end_s = r->span.end_s;
        check_level(r->level_dbfs);
        check_loudness(&r->loudness, r->loudness_reason);
        check_dynamics(&r->dynamics, r->dynamics_reason);
        check_spectrum(&r->spectrum, r->spectrum_reason, h->file.rate_hz);
    }
    must(end_s <= duration_s);
    must(h->regions_reason || h->regions > 0 || (h->no_regions_reason && *h->no_regions_reason));
    check_loudness(&h->loudness, h->loudness_reason);
    check_dynamics(&h->dynamics, h->dynamics_reason);
    check_spectrum(&h->spectrum, h->spectrum_reason, h->file.rate_hz);
    check_stereo(&h->stereo, h->stereo_reason);
    for (uint32_t i = 0; i < h->plugins; i++)
        must(strcmp(h->plugin[i].status, "ok") == 0 || snq_alloc_refused());
}

/* "A of B packets ...": a part is no more than the whole. */
static void check_counts(const char *text)
{
    unsigned long long part, whole;
    if (sscanf(text, "%llu of %llu", &part, &whole) == 2)
        must(part <= whole);
}

static void check_words(const snq_warnings *w)
{
    must(w->count <= SNQ_WARNINGS_MAX);
    for (uint32_t i = 0; i < w->count; i++) {
        must(w->item[i].code[0] && w->item[i].times > 0 && snq_utf8_check(w->item[i].message));
        check_counts(w->item[i].message);
    }
}

static json_t *read_json(const snq_str *text)
{
    json_t *doc = json_loadb(snq_str_text(text), text->length, JSON_REJECT_DUPLICATES, NULL);
    must(json_is_object(doc) && json_is_array(json_object_get(doc, "warnings")));
    must(json_is_object(json_object_get(doc, "file")));
    return doc;
}

/* The keys of the document that an analyser fills: its id, unless they are named here. */
static const struct {
    const char *id, *keys[5];
} section_tab[] = {
    { "onsets", { "onsets_s", "onset_strength" } },
    { "beats", { "tempo", "meter", "beats_s", "downbeats_s", "groove" } },
};

static void check_section(const char *id, const char *key, const json_t *all, const json_t *alone)
{
    static const char *const own[] = { "start_s", "end_s", "level_dbfs" };
    const json_t *of_a = json_object_get(all, key), *of_b = json_object_get(alone, key);
    must(of_a && of_b);
    if (strcmp(id, "regions") != 0) {
        must(json_equal(of_a, of_b));
        return;
    }
    must(json_array_size(of_a) == json_array_size(of_b));
    for (size_t i = 0; i < json_array_size(of_a); i++)
        for (size_t k = 0; k < SNQ_COUNT(own); k++)
            must(json_equal(json_object_get(json_array_get(of_a, i), own[k]),
                            json_object_get(json_array_get(of_b, i), own[k])));
}

/* What an analyser says does not depend on who else listens: its sections are the same in both. Of a
 * region only place and level are its own. */
static void check_same(const char *id, const snq_str *all, const snq_str *alone)
{
    json_t *a = read_json(all), *b = read_json(alone);
    const char *const *keys = NULL;
    for (size_t i = 0; i < SNQ_COUNT(section_tab); i++)
        if (strcmp(id, section_tab[i].id) == 0)
            keys = section_tab[i].keys;
    if (!keys)
        check_section(id, id, a, b);
    for (size_t k = 0; keys && k < SNQ_COUNT(section_tab[0].keys) && keys[k]; k++)
        check_section(id, keys[k], a, b);
    json_decref(a);
    json_decref(b);
}

/* ---- from the file to the document ---- */

static void check_block(const snq_audio *block)
{
    must(block->frames > 0);
    for (uint32_t c = 0; c < block->channels; c++)
        for (size_t i = 0; i < block->frames; i++)
            must(fabsf(block->channel[c][i]) <= SNQ_SAMPLE_MAX);
}

/* All analysers, or `only` one. */
static snq_status hear(snq_reader *r, const snq_analyser *const *only, snq_hearing *h)
{
    const snq_media_info *info = snq_reader_info(r);
    const snq_listener_cfg cfg = { .rate_hz = info->rate_hz,
                                   .channels = info->channels,
                                   .position = info->position,
                                   .analyser = only,
                                   .analysers = only ? 1 : 0 };
    snq_listener *l;
    snq_audio block;
    must(info->rate_hz >= SNQ_RATE_MIN_HZ && info->rate_hz <= SNQ_RATE_MAX_HZ);
    must(info->channels >= 1 && info->channels <= SNQ_CHANNELS_MAX);
    SNQ_TRY(snq_listener_new(&cfg, h, &l));
    snq_status st;
    while ((st = snq_reader_pull(r, &block)) == SNQ_OK) {
        check_block(&block);
        if ((st = snq_listener_push(l, &block)) < 0)
            break;
    }
    if (st == SNQ_END)
        st = snq_listener_finish(l);
    snq_listener_free(l);
    return st;
}

static snq_status describe(snq_reader *r, snq_hearing *h)
{
    const snq_media_info *info = snq_reader_info(r);
    SNQ_TRY(snq_reader_sha256(r, h->file.sha256));
    const snq_warnings heard = h->warnings;
    must(snq_reader_frames(r) <= LISTEN_FRAMES_MAX && strlen(h->file.sha256) == 64);
    memcpy(h->file.container, info->container, sizeof info->container);
    memcpy(h->file.codec, info->codec, sizeof info->codec);
    h->file.path = "x.wav";
    h->file.rate_hz = info->rate_hz;
    h->file.channels = info->channels;
    h->file.duration_s = (double)snq_reader_frames(r) / info->rate_hz;
    h->file.truncated = snq_reader_truncated(r);
    h->warnings = *snq_reader_warnings(r);
    for (uint32_t i = 0; i < heard.count; i++)
        snq_warnings_add(&h->warnings, heard.item[i].code, -1, "%s", heard.item[i].message);
    return SNQ_OK;
}

/* The document into `to`, or an error and its sentence. */
static snq_status listen_file(int fd, uint32_t block_frames, const snq_analyser *const *only,
                              snq_str *to)
{
    const snq_reader_cfg cfg = { .block_frames = block_frames, .max_frames = LISTEN_FRAMES_MAX };
    snq_reader *r = NULL;
    snq_hearing h;
    snq_json j;
    snq_hearing_init(&h);
    snq_status st = snq_reader_open(fd, "x.wav", &cfg, &r);
    must((st < 0) == (r == NULL));
    if (st >= 0)
        st = hear(r, only, &h);
    if (st >= 0)
        st = describe(r, &h);
    if (st >= 0) {
        check_hearing(&h, h.file.duration_s);
        check_words(&h.warnings);
        snq_json_init(&j, snq_json_to_str, to);
        snq_hearing_json(&j, &h, 0);
        st = snq_json_finish(&j);
    }
    must(st >= 0 || *snq_last_error() != '\0');
    if (st < 0)
        check_counts(snq_last_error());
    snq_hearing_clear(&h);
    snq_reader_free(r);
    return st;
}

static snq_status listen_once(int fd, uint32_t block_frames, const snq_analyser *const *only,
                              snq_str *to)
{
    const int64_t live = snq_alloc_live();
    snq_str_init(to, JSON_MAX);
    const snq_status st = listen_file(fd, block_frames, only, to);
    if (st >= 0)
        json_decref(read_json(to));
    else
        snq_str_clear(to);
    must(snq_alloc_live() == live + (to->text != NULL));
    return st;
}

/* An allocation fails: what was readable is so still, or the lack of memory is told as such. */
static void listen_starved(int fd, int64_t after, snq_status otherwise)
{
    const int64_t live = snq_alloc_live();
    snq_str text;
    snq_str_init(&text, JSON_MAX);
    snq_alloc_fail_after(after);
    const snq_status st = listen_file(fd, SNQ_READER_BLOCK_DEFAULT, NULL, &text);
    must(st == SNQ_ERR_NOMEM || (st < 0) == (otherwise < 0));
    must(st != SNQ_ERR_NOMEM || otherwise == SNQ_ERR_NOMEM || snq_alloc_refused());
    snq_alloc_fail_after(-1);
    snq_str_clear(&text);
    must(snq_alloc_live() == live);
}

/* The same file in blocks of another size. */
static void listen_otherwise(int fd, uint32_t block_frames, snq_status otherwise,
                             const snq_str *all)
{
    snq_str text;
    must(listen_once(fd, block_frames, NULL, &text) == otherwise);
    must(strcmp(snq_str_text(all), snq_str_text(&text)) == 0);
    snq_str_clear(&text);
}

/* The same file to one analyser. */
static void listen_alone(int fd, uint64_t which, snq_status otherwise, const snq_str *all)
{
    uint32_t count;
    const snq_analyser *const *only = snq_analysers(&count) + which;
    snq_str text;
    must(listen_once(fd, SNQ_READER_BLOCK_DEFAULT, only, &text) == otherwise);
    if (otherwise >= 0)
        check_same(only[0]->id, all, &text);
    snq_str_clear(&text);
}

/* FNV-1a, 64 bits: what else is done with an input hangs on nothing but its bytes. */
static uint64_t hash_of(const uint8_t *p, size_t n)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001B3u;
    return h ^ h >> 32;
}

void listen_bytes(const uint8_t *p, size_t n, int twice)
{
    const uint64_t hash = hash_of(p, n), dice = hash >> 8;
    uint32_t analysers;
    snq_str text;
    const int fd = memfd_create("fuzz", 0);
    must(fd >= 0 && write(fd, p, n) == (ssize_t)n);
    const snq_status st = listen_once(fd, SNQ_READER_BLOCK_DEFAULT, NULL, &text);
    snq_analysers(&analysers);
    if (twice && hash % 8 == 0)
        listen_otherwise(fd, SNQ_READER_BLOCK_MIN + (uint32_t)(dice % 4096), st, &text);
    if (twice && hash % 8 == 1)
        listen_alone(fd, dice % analysers, st, &text);
    if (hash % 8 == 2)
        listen_starved(fd, (int64_t)(dice % ALLOCATIONS), st);
    snq_str_clear(&text);
    must(close(fd) == 0);
}
