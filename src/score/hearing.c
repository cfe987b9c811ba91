// SPDX-License-Identifier: MIT
#include "score/hearing_impl.h"

#include <string.h>

#include "base/alloc.h"

#define NOT_SELECTED "not selected"

void snq_hearing_init(snq_hearing *h)
{
    *h = (snq_hearing) { .regions_reason = NOT_SELECTED,
                         .loudness_reason = NOT_SELECTED,
                         .dynamics_reason = NOT_SELECTED,
                         .spectrum_reason = NOT_SELECTED,
                         .stereo_reason = NOT_SELECTED,
                         .onsets_reason = NOT_SELECTED,
                         .tempo_reason = NOT_SELECTED,
                         .meter_reason = NOT_SELECTED,
                         .beats_reason = NOT_SELECTED,
                         .groove_reason = NOT_SELECTED,
                         .key_reason = NOT_SELECTED,
                         .chords_reason = NOT_SELECTED,
                         .patterns_reason = NOT_SELECTED };
    snq_arena_init(&h->lists, SNQ_HEARING_LISTS_MAX);
}

void snq_hearing_clear(snq_hearing *h)
{
    snq_free(h->region);
    h->region = NULL;
    h->regions = h->regions_room = 0;
    snq_arena_clear(&h->lists);
}

void snq__region_init(snq_region *r)
{
    *r = (snq_region) { .kind = "content",
                        .level_dbfs = snq_unmeasured(NOT_SELECTED),
                        .loudness_reason = NOT_SELECTED,
                        .dynamics_reason = NOT_SELECTED,
                        .spectrum_reason = NOT_SELECTED,
                        .tempo_reason = NOT_SELECTED,
                        .key_reason = NOT_SELECTED,
                        .patterns_reason = NOT_SELECTED };
}

snq_status snq_hearing_add_region(snq_hearing *h, snq_region **out)
{
    if (h->regions == SNQ_REGIONS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "more than %d regions", SNQ_REGIONS_MAX);
    if (h->regions == h->regions_room) {
        const uint32_t room = h->regions_room ? 2 * h->regions_room : 16;
        snq_region *region = snq_regrow(h->region, h->regions, room, sizeof *region);
        if (!region)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for %u regions", room);
        h->region = region;
        h->regions_room = room;
    }
    *out = &h->region[h->regions++];
    snq__region_init(*out);
    return SNQ_OK;
}

void *snq_hearing_list(snq_hearing *h, size_t n, size_t size)
{
    static const snq_onset none;
    return n ? snq_arena_get(&h->lists, n, size) : (void *)&none;
}

static const struct {
    const char *id;
    double lo_hz, hi_hz;
} band_tab[SNQ_SPECTRUM_BANDS] = {
#define X(id, lo, hi) { #id, lo, hi },
    SNQ_SPECTRUM_BAND_MAP(X)
#undef X
};

const char *snq_spectrum_band_id(uint32_t band)
{
    return band_tab[band].id;
}

double snq_spectrum_band_lo_hz(uint32_t band)
{
    return band_tab[band].lo_hz;
}

double snq_spectrum_band_hi_hz(uint32_t band)
{
    return band_tab[band].hi_hz;
}

static void loudness_json(snq_json *j, const snq_loudness *l, const char *reason)
{
    if (reason) {
        snq_json_put_null(j, "loudness", reason);
        return;
    }
    snq_json_key(j, "loudness");
    snq_json_object(j);
    snq_measure_json(j, "integrated_lufs", l->integrated_lufs, SNQ__DB);
    snq_measure_json(j, "range_lu", l->range_lu, SNQ__DB);
    snq_measure_json(j, "true_peak_dbtp", l->true_peak_dbtp, SNQ__DB);
    snq_measure_json(j, "max_momentary_lufs", l->max_momentary_lufs, SNQ__DB);
    snq_measure_json(j, "max_short_term_lufs", l->max_short_term_lufs, SNQ__DB);
    snq_measure_json(j, "plr_db", l->plr_db, SNQ__DB);
    snq_json_end(j);
}

static void dynamics_json(snq_json *j, const snq_dynamics *d, const char *reason)
{
    if (reason) {
        snq_json_put_null(j, "dynamics", reason);
        return;
    }
    snq_json_key(j, "dynamics");
    snq_json_object(j);
    snq_measure_json(j, "rms_dbfs", d->rms_dbfs, SNQ__DB);
    snq_measure_json(j, "peak_dbfs", d->peak_dbfs, SNQ__DB);
    snq_measure_json(j, "crest_factor_db", d->crest_factor_db, SNQ__DB);
    snq_measure_json(j, "dynamic_range_db", d->dynamic_range_db, SNQ__DB);
    snq_json_put_int(j, "clipped_samples", d->clipped_samples);
    snq_measure_json(j, "dc_offset", d->dc_offset, SNQ__RATIO);
    snq_json_end(j);
}

static void spectrum_json(snq_json *j, const snq_spectrum *s, const char *reason)
{
    if (reason) {
        snq_json_put_null(j, "spectrum", reason);
        return;
    }
    snq_json_key(j, "spectrum");
    snq_json_object(j);
    snq_json_key(j, "bands");
    snq_json_object(j);
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++) {
        snq_json_key(j, band_tab[b].id);
        snq_json_object(j);
        snq_measure_json(j, "share", s->band[b].share, SNQ__RATIO);
        snq_measure_json(j, "level_dbfs", s->band[b].level_dbfs, SNQ__DB);
        snq_json_end(j);
    }
    snq_json_end(j);
    if (s->dominant_reason)
        snq_json_put_null(j, "dominant_hz", s->dominant_reason);
    else {
        snq_json_key(j, "dominant_hz");
        snq_json_array(j);
        for (uint32_t i = 0; i < s->dominants; i++)
            snq_json_real(j, s->dominant_hz[i], SNQ__HERTZ);
        snq_json_end(j);
    }
    snq_measure_json(j, "centroid_hz", s->centroid_hz, SNQ__HERTZ);
    snq_measure_json(j, "flatness", s->flatness, SNQ__RATIO);
    snq_measure_json(j, "tilt_db_per_octave", s->tilt_db_per_octave, SNQ__DB);
    snq_measure_json(j, "cutoff_hz", s->cutoff_hz, SNQ__HERTZ);
    snq_json_end(j);
}

static void stereo_json(snq_json *j, const snq_stereo *s, const char *reason)
{
    if (reason) {
        snq_json_put_null(j, "stereo", reason);
        return;
    }
    snq_json_key(j, "stereo");
    snq_json_object(j);
    snq_measure_json(j, "width", s->width, SNQ__RATIO);
    snq_measure_json(j, "correlation", s->correlation, SNQ__RATIO);
    snq_measure_json(j, "low_correlation", s->low_correlation, SNQ__RATIO);
    snq_json_put_bool(j, "antiphase", s->antiphase);
    snq_json_end(j);
}

static void regions_json(snq_json *j, const snq_hearing *h)
{
    if (h->regions_reason) {
        snq_json_put_null(j, "regions", h->regions_reason);
        return;
    }
    snq_json_key(j, "regions");
    snq_json_array(j);
    for (uint32_t i = 0; i < h->regions; i++) {
        const snq_region *r = &h->region[i];
        snq_json_object(j);
        snq_json_put_real(j, "start_s", r->span.start_s, SNQ__SECONDS);
        snq_json_put_real(j, "end_s", r->span.end_s, SNQ__SECONDS);
        snq_json_put_string(j, "kind", r->kind);
        snq_measure_json(j, "level_dbfs", r->level_dbfs, SNQ__DB);
        snq_json_key(j, "analysis");
        snq_json_object(j);
        loudness_json(j, &r->loudness, r->loudness_reason);
        dynamics_json(j, &r->dynamics, r->dynamics_reason);
        spectrum_json(j, &r->spectrum, r->spectrum_reason);
        if (r->has_music) {
            snq__tempo_json(j, &r->tempo, r->tempo_reason);
            snq__key_json(j, &r->key, r->key_reason);
            snq__patterns_json(j, &r->patterns, r->patterns_reason);
        }
        snq_json_end(j);
        snq_json_end(j);
    }
    snq_json_end(j);
    if (!h->regions)
        snq_json_put_string(j, "regions_reason", h->no_regions_reason);
}

static void file_json(snq_json *j, const snq_heard_file *f)
{
    snq_json_key(j, "file");
    snq_json_object(j);
    snq_json_put_string(j, "path", f->path);
    snq_json_put_string(j, "sha256", f->sha256);
    snq_json_put_string(j, "container", f->container);
    snq_json_put_string(j, "codec", f->codec);
    snq_json_put_real(j, "duration_s", f->duration_s, SNQ__SECONDS);
    snq_json_put_int(j, "sample_rate_hz", f->rate_hz);
    snq_json_put_int(j, "channels", f->channels);
    snq_json_put_bool(j, "truncated", f->truncated);
    snq_json_end(j);
}

static void plugins_json(snq_json *j, const snq_hearing *h, int timings)
{
    snq_json_key(j, "plugins");
    snq_json_array(j);
    for (uint32_t i = 0; i < h->plugins; i++) {
        const snq_plugin_outcome *p = &h->plugin[i];
        snq_json_object(j);
        snq_json_put_string(j, "id", p->id);
        snq_json_put_string(j, "version", p->version);
        snq_json_put_string(j, "status", p->status);
        if (p->message[0])
            snq_json_put_string(j, "message", p->message);
        if (timings)
            snq_json_put_real(j, "ms", p->ms, 3);
        snq_json_end(j);
    }
    snq_json_end(j);
}

void snq_hearing_json(snq_json *j, const snq_hearing *h, int timings)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", "sonique/listen/1");
    file_json(j, &h->file);
    snq_warnings_json(j, &h->warnings);
    regions_json(j, h);
    snq__music_json(j, h);
    loudness_json(j, &h->loudness, h->loudness_reason);
    dynamics_json(j, &h->dynamics, h->dynamics_reason);
    spectrum_json(j, &h->spectrum, h->spectrum_reason);
    stereo_json(j, &h->stereo, h->stereo_reason);
    snq__patterns_json(j, &h->patterns, h->patterns_reason);
    plugins_json(j, h, timings);
    snq_json_end(j);
}
