// SPDX-License-Identifier: MIT
#include "jobs/sonify_report.h"

#include <math.h>

static void put_curves(snq_json *j, const snq_map_result *r)
{
    size_t n;
    const snq_destination *d = snq_destinations(&n);
    snq_json_key(j, "destinations");
    snq_json_array(j);
    for (size_t i = 0; i < r->outputs; i++) {
        const snq_map_output *o = &r->output[i];
        snq_json_object(j);
        snq_json_put_string(j, "id", d[o->destination].param.id);
        snq_json_put_int(j, "mappings", o->mappings);
        snq_json_put_real(j, "covered", o->covered, 4);
        if (*o->reason)
            snq_json_put_string(j, "reason", o->reason);
        snq_json_end(j);
    }
    snq_json_end(j);
}

static void put_level(snq_json *j, const char *key, double db)
{
    if (isfinite(db))
        snq_json_put_real(j, key, db, 2);
    else
        snq_json_put_null(j, key, "it is silent");
}

static void put_original(snq_json *j, const snq_film_out_report *r)
{
    if (!r->original_had_sound) {
        snq_json_put_null(j, "original", "the film has no sound");
        return;
    }
    snq_json_key(j, "original");
    snq_json_object(j);
    snq_json_put_string(j, "how", snq_original_name(r->original));
    put_level(j, "lufs", r->original_lufs);
    snq_json_put_real(j, "level_db", r->original_db, 2);
    snq_json_put_real(j, "music_db", r->music_db, 2);
    snq_json_put_real(j, "duck_deepest_db", r->duck_deepest_db, 2);
    snq_json_put_real(j, "duck_share", r->duck_share, 4);
    snq_json_put_real(j, "speech_share", r->speech_share, 4);
    snq_json_end(j);
}

static void put_out(snq_json *j, const snq_film_out_report *r)
{
    snq_json_key(j, "output");
    snq_json_object(j);
    snq_json_put_string(j, "container", r->container);
    snq_json_put_string(j, "video_codec", r->video_codec);
    snq_json_put_string(j, "audio_codec", r->audio_codec);
    snq_json_put_int(j, "pictures", r->pictures);
    snq_json_put_real(j, "length_s", r->length_s, 6);
    snq_json_put_real(j, "sound_s", r->sound_s, 6);
    put_level(j, "lufs", r->lufs);
    put_level(j, "true_peak_dbtp", r->true_peak_dbtp);
    put_original(j, r);
    snq_json_end(j);
}

void snq_sonify_report_json(snq_json *j, const snq_sonify_told *t)
{
    snq_json_key(j, "traits");
    snq_film_traits_json(j, t->traits);
    snq_json_key(j, "why");
    snq_film_words_json(j, t->why);
    put_curves(j, t->curves);
    if (t->out)
        put_out(j, t->out);
}
