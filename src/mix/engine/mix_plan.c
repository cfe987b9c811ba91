// SPDX-License-Identifier: MIT
#include "mix/engine/mix_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

/* In a program: lanes of drums have strips of their own. */
enum { ROOM_MAX = 8192 };
#define SCHEMA       "sonique/mix/1"
#define TARGET_LUFS  (-14.0f)
#define CEILING_DBTP (-1.0f)
#define BASS_MONO_HZ 120.0f

static const snq_mix_duck duck_default = { .depth_db = 6.0f,
                                           .threshold_db = -30.0f,
                                           .range_db = 12.0f,
                                           .attack_ms = 3.0f,
                                           .release_ms = 120.0f,
                                           .q = 1.0f };

snq_status snq_mix_plan_init(snq_mix_plan *p, uint32_t strips)
{
    *p = (snq_mix_plan) { .master = { .target_lufs = TARGET_LUFS,
                                      .ceiling_dbtp = CEILING_DBTP,
                                      .bass_mono_hz = BASS_MONO_HZ } };
    if (strips > ROOM_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%u strips are over %d", strips, ROOM_MAX);
    p->strip = snq_calloc(strips, sizeof *p->strip);
    if (!p->strip)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %u strips", strips);
    p->strips = strips;
    return SNQ_OK;
}

void snq_mix_plan_clear(snq_mix_plan *p)
{
    snq_free(p->strip);
    *p = (snq_mix_plan) { 0 };
}

int snq_mix_plan_strip(const snq_mix_plan *p, const char *name)
{
    for (uint32_t i = 0; *name && i < p->strips; i++)
        if (strcasecmp(p->strip[i].name, name) == 0)
            return (int)i;
    return -1;
}

int snq_mix_plan_bus(const snq_mix_plan *p, const char *name)
{
    for (uint32_t i = 0; *name && i < p->buses; i++)
        if (strcasecmp(p->bus[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* ---------------------------------------------------------------- checking */

typedef struct bound {
    const char *what;
    float value, lo, hi;
} bound;

static snq_status within(const char *place, const char *name, const bound *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(b[i].value >= b[i].lo && b[i].value <= b[i].hi))
            return SNQ_FAIL(SNQ_ERR_RANGE, "%s \"%s\": %s %g is not in %g .. %g", place, name,
                            b[i].what, (double)b[i].value, (double)b[i].lo, (double)b[i].hi);
    return SNQ_OK;
}

static snq_status check_duck(const snq_mix_plan *p, uint32_t strip, const snq_mix_duck *d)
{
    const char *name = p->strip[strip].name;
    const bound b[] = {
        { "duck's depth_db", d->depth_db, 0.0f, 36.0f },
        { "duck's threshold_db", d->threshold_db, -80.0f, 0.0f },
        { "duck's range_db", d->range_db, 1.0f, 40.0f },
        { "duck's attack_ms", d->attack_ms, 0.1f, 200.0f },
        { "duck's release_ms", d->release_ms, 5.0f, 2000.0f },
        { "duck's freq_hz", d->freq_hz, 0.0f, 20000.0f },
        { "duck's q", d->q, 0.3f, 10.0f },
        { "duck's key_below_hz", d->key_below_hz, 0.0f, 20000.0f },
    };
    const int key = snq_mix_plan_strip(p, d->by);
    if (key < 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "strip \"%s\": it ducks by \"%s\", which is no strip",
                        name, d->by);
    if (key == (int)strip)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "strip \"%s\": it ducks by itself", name);
    return within("strip", name, b, SNQ_COUNT(b));
}

static snq_status check_strip(const snq_mix_plan *p, uint32_t i)
{
    const snq_strip_plan *s = &p->strip[i];
    const bound b[] = { { "gain_db", s->gain_db, -120.0f, 24.0f }, { "pan", s->pan, -1.0f, 1.0f } };
    if (!*s->name)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "strip %u has no name", i);
    if (snq_mix_plan_strip(p, s->name) != (int)i)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "there are two strips \"%s\"", s->name);
    SNQ_TRY(within("strip", s->name, b, SNQ_COUNT(b)));
    if (s->sends > SNQ_MIX_SENDS_MAX || s->ducks > SNQ_MIX_DUCKS_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "strip \"%s\": %u sends, %u ducks: over %d, %d", s->name,
                        s->sends, s->ducks, SNQ_MIX_SENDS_MAX, SNQ_MIX_DUCKS_MAX);
    if (*s->side_chain && snq_mix_plan_strip(p, s->side_chain) < 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "strip \"%s\": it listens to \"%s\", which is no strip",
                        s->name, s->side_chain);
    if (*s->group && snq_mix_plan_bus(p, s->group) < 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "strip \"%s\": there is no bus \"%s\"", s->name,
                        s->group);
    for (uint32_t k = 0; k < s->sends; k++) {
        const bound level = { "send's level_db", s->send[k].level_db, -120.0f, 12.0f };
        if (snq_mix_plan_bus(p, s->send[k].bus) < 0)
            return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "strip \"%s\": there is no bus \"%s\"", s->name,
                            s->send[k].bus);
        SNQ_TRY(within("strip", s->name, &level, 1));
    }
    for (uint32_t k = 0; k < s->ducks; k++)
        SNQ_TRY(check_duck(p, i, &s->duck[k]));
    return SNQ_OK;
}

static int is_linear(const char *kind)
{
    static const char *const linear[] = { "eq", "filter", "delay", "reverb", "chorus", "width" };
    for (size_t i = 0; i < SNQ_COUNT(linear); i++)
        if (strcmp(linear[i], kind) == 0)
            return 1;
    return 0;
}

static snq_status check_bus(const snq_mix_plan *p, uint32_t i)
{
    const snq_bus_plan *b = &p->bus[i];
    const bound gain = { "gain_db", b->gain_db, -120.0f, 24.0f };
    if (!*b->name)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "bus %u has no name", i);
    if (snq_mix_plan_bus(p, b->name) != (int)i)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "there are two buses \"%s\"", b->name);
    for (uint32_t k = 0; k < b->inserts.links; k++)
        if (!is_linear(b->inserts.link[k].kind))
            return SNQ_FAIL(SNQ_ERR_FORMAT,
                            "bus \"%s\": %s is not linear: it belongs to a strip or to the master",
                            b->name, b->inserts.link[k].kind);
    return within("bus", b->name, &gain, 1);
}

snq_status snq_mix_plan_check(const snq_mix_plan *p)
{
    const snq_master_plan *m = &p->master;
    const bound b[] = { { "target_lufs", isnan(m->target_lufs) ? TARGET_LUFS : m->target_lufs,
                          -40.0f, -5.0f },
                        { "ceiling_dbtp", m->ceiling_dbtp, -12.0f, 0.0f },
                        { "bass_mono_hz", m->bass_mono_hz, 0.0f, 300.0f } };
    if (p->buses > SNQ_MIX_BUSES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%u buses are over %d", p->buses, SNQ_MIX_BUSES_MAX);
    for (uint32_t i = 0; i < p->buses; i++)
        SNQ_TRY(check_bus(p, i));
    for (uint32_t i = 0; i < p->strips; i++)
        SNQ_TRY(check_strip(p, i));
    return within("the master", "", b, SNQ_COUNT(b));
}

/* ---------------------------------------------------------------- fitting */

static void drop_lost(const snq_mix_plan *p, snq_strip_plan *s)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->ducks; i++)
        if (snq_mix_plan_strip(p, s->duck[i].by) >= 0)
            s->duck[kept++] = s->duck[i];
    s->ducks = kept;
    if (snq_mix_plan_strip(p, s->side_chain) < 0)
        *s->side_chain = '\0';
}

snq_status snq_mix_plan_fit(const snq_mix_plan *from, const snq_mix_part *part, uint32_t parts,
                            snq_warnings *warnings, snq_mix_plan *out)
{
    SNQ_TRY(snq_mix_plan_init(out, parts));
    memcpy(out->bus, from->bus, sizeof out->bus);
    out->buses = from->buses;
    out->master = from->master;
    for (uint32_t i = 0; i < parts; i++) {
        const int k = snq_mix_plan_strip(from, part[i].name);
        snq_strip_plan *s = &out->strip[i];
        if (k >= 0)
            *s = from->strip[k];
        else {
            s->gain_db = part[i].gain_db;
            s->pan = part[i].pan;
            if (part[i].chain)
                s->inserts = *part[i].chain;
        }
        snprintf(s->name, sizeof s->name, "%s", part[i].name);
    }
    for (uint32_t i = 0; i < parts; i++)
        drop_lost(out, &out->strip[i]);
    for (uint32_t i = 0; warnings && i < from->strips; i++)
        if (snq_mix_plan_strip(out, from->strip[i].name) < 0)
            snq_warnings_add(warnings, "no_such_track", -1,
                             "the mix has a strip \"%s\", the score no such track",
                             from->strip[i].name);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- JSON out */

static void put(snq_json *j, const char *key, float v)
{
    snq_json_key(j, key);
    snq_json_float(j, v);
}

static void put_chain(snq_json *j, const snq_chain_plan *p)
{
    snq_json_key(j, "inserts");
    snq_chain_json(j, p);
}

static void put_duck(snq_json *j, const snq_mix_duck *d)
{
    snq_json_object(j);
    snq_json_put_string(j, "by", d->by);
    put(j, "depth_db", d->depth_db);
    put(j, "threshold_db", d->threshold_db);
    put(j, "range_db", d->range_db);
    put(j, "attack_ms", d->attack_ms);
    put(j, "release_ms", d->release_ms);
    put(j, "freq_hz", d->freq_hz);
    put(j, "q", d->q);
    if (d->key_below_hz > 0.0f)
        put(j, "key_below_hz", d->key_below_hz);
    snq_json_end(j);
}

static void put_strip(snq_json *j, const snq_strip_plan *s)
{
    snq_json_object(j);
    snq_json_put_string(j, "name", s->name);
    put(j, "gain_db", s->gain_db);
    put(j, "pan", s->pan);
    snq_json_put_bool(j, "invert", s->invert);
    snq_json_put_bool(j, "mute", s->mute);
    if (*s->side_chain)
        snq_json_put_string(j, "side_chain", s->side_chain);
    put_chain(j, &s->inserts);
    snq_json_key(j, "ducks");
    snq_json_array(j);
    for (uint32_t i = 0; i < s->ducks; i++)
        put_duck(j, &s->duck[i]);
    snq_json_end(j);
    snq_json_key(j, "sends");
    snq_json_array(j);
    for (uint32_t i = 0; i < s->sends; i++) {
        snq_json_object(j);
        snq_json_put_string(j, "bus", s->send[i].bus);
        put(j, "level_db", s->send[i].level_db);
        snq_json_put_bool(j, "pre_fader", s->send[i].pre_fader);
        snq_json_end(j);
    }
    snq_json_end(j);
    if (*s->group)
        snq_json_put_string(j, "group", s->group);
    snq_json_end(j);
}

void snq_mix_plan_json(snq_json *j, const snq_mix_plan *p)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", SCHEMA);
    snq_json_key(j, "strips");
    snq_json_array(j);
    for (uint32_t i = 0; i < p->strips; i++)
        put_strip(j, &p->strip[i]);
    snq_json_end(j);
    snq_json_key(j, "buses");
    snq_json_array(j);
    for (uint32_t i = 0; i < p->buses; i++) {
        snq_json_object(j);
        snq_json_put_string(j, "name", p->bus[i].name);
        put(j, "gain_db", p->bus[i].gain_db);
        put_chain(j, &p->bus[i].inserts);
        snq_json_end(j);
    }
    snq_json_end(j);
    snq_json_key(j, "master");
    snq_json_object(j);
    put_chain(j, &p->master.inserts);
    if (isnan(p->master.target_lufs))
        snq_json_put_null(j, "target_lufs", "no loudness target");
    else
        put(j, "target_lufs", p->master.target_lufs);
    put(j, "ceiling_dbtp", p->master.ceiling_dbtp);
    put(j, "bass_mono_hz", p->master.bass_mono_hz);
    snq_json_end(j);
    snq_json_end(j);
}

/* ---------------------------------------------------------------- JSON in */

static snq_status read_if(const snq_json_ref *at, const char *key, float *v)
{
    double d = (double)*v;
    SNQ_TRY(snq_json_real_if(at, key, -1e6, 1e6, &d));
    *v = (float)d;
    return SNQ_OK;
}

static snq_status read_chain(const snq_json_ref *at, snq_chain_plan *out)
{
    snq_json_ref chain;
    return snq_json_find(at, "inserts", &chain) ? snq_chain_from_json(&chain, out) : SNQ_OK;
}

/* An optional array of at most `most` items. */
static snq_status read_list(const snq_json_ref *at, const char *key, size_t most, snq_json_ref *out,
                            size_t *count)
{
    *count = 0;
    if (!snq_json_find(at, key, out))
        return SNQ_OK;
    if (snq_json_kind_of(out) != SNQ_JSON_ARRAY)
        return snq_json_fail(out, SNQ_ERR_FORMAT, "a list is wanted");
    *count = snq_json_count(out);
    return *count > most ? snq_json_fail(out, SNQ_ERR_TOO_BIG, "%zu are over %zu", *count, most)
                         : SNQ_OK;
}

static snq_status read_duck(const snq_json_ref *at, snq_mix_duck *d)
{
    static const char *const keys[] = { "by",       "depth_db",  "threshold_db",
                                        "range_db", "attack_ms", "release_ms",
                                        "freq_hz",  "q",         "key_below_hz" };
    *d = duck_default;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "by", d->by, sizeof d->by));
    SNQ_TRY(read_if(at, "depth_db", &d->depth_db));
    SNQ_TRY(read_if(at, "threshold_db", &d->threshold_db));
    SNQ_TRY(read_if(at, "range_db", &d->range_db));
    SNQ_TRY(read_if(at, "attack_ms", &d->attack_ms));
    SNQ_TRY(read_if(at, "release_ms", &d->release_ms));
    SNQ_TRY(read_if(at, "freq_hz", &d->freq_hz));
    SNQ_TRY(read_if(at, "q", &d->q));
    return read_if(at, "key_below_hz", &d->key_below_hz);
}

static snq_status read_send(const snq_json_ref *at, snq_mix_send *s)
{
    static const char *const keys[] = { "bus", "level_db", "pre_fader" };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "bus", s->bus, sizeof s->bus));
    SNQ_TRY(read_if(at, "level_db", &s->level_db));
    return snq_json_bool_if(at, "pre_fader", &s->pre_fader);
}

static snq_status read_strip(const snq_json_ref *at, snq_strip_plan *s)
{
    static const char *const keys[] = { "name",    "gain_db", "pan",   "invert", "mute",
                                        "inserts", "ducks",   "sends", "group",  "side_chain" };
    snq_json_ref list, item;
    size_t n;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "name", s->name, sizeof s->name));
    SNQ_TRY(read_if(at, "gain_db", &s->gain_db));
    SNQ_TRY(read_if(at, "pan", &s->pan));
    SNQ_TRY(snq_json_bool_if(at, "invert", &s->invert));
    SNQ_TRY(snq_json_bool_if(at, "mute", &s->mute));
    SNQ_TRY(snq_json_text_if(at, "group", s->group, sizeof s->group));
    SNQ_TRY(snq_json_text_if(at, "side_chain", s->side_chain, sizeof s->side_chain));
    SNQ_TRY(read_chain(at, &s->inserts));
    SNQ_TRY(read_list(at, "ducks", SNQ_MIX_DUCKS_MAX, &list, &n));
    for (; s->ducks < n; s->ducks++) {
        snq_json_item(&list, s->ducks, &item);
        SNQ_TRY(read_duck(&item, &s->duck[s->ducks]));
    }
    SNQ_TRY(read_list(at, "sends", SNQ_MIX_SENDS_MAX, &list, &n));
    for (; s->sends < n; s->sends++) {
        snq_json_item(&list, s->sends, &item);
        SNQ_TRY(read_send(&item, &s->send[s->sends]));
    }
    return SNQ_OK;
}

static snq_status read_bus(const snq_json_ref *at, snq_bus_plan *b)
{
    static const char *const keys[] = { "name", "gain_db", "inserts" };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "name", b->name, sizeof b->name));
    SNQ_TRY(read_if(at, "gain_db", &b->gain_db));
    return read_chain(at, &b->inserts);
}

static snq_status read_master(const snq_json_ref *at, snq_master_plan *m)
{
    static const char *const keys[] = { "inserts", "target_lufs", "target_lufs_reason",
                                        "ceiling_dbtp", "bass_mono_hz" };
    snq_json_ref target;
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_chain(at, &m->inserts));
    if (snq_json_find(at, "target_lufs", &target) && snq_json_kind_of(&target) == SNQ_JSON_NULL)
        m->target_lufs = NAN;
    else
        SNQ_TRY(read_if(at, "target_lufs", &m->target_lufs));
    SNQ_TRY(read_if(at, "ceiling_dbtp", &m->ceiling_dbtp));
    return read_if(at, "bass_mono_hz", &m->bass_mono_hz);
}

static snq_status read_all(const snq_json_ref *at, const snq_json_ref *strips, snq_mix_plan *p)
{
    snq_json_ref list, item;
    size_t n;
    for (uint32_t i = 0; i < p->strips; i++) {
        snq_json_item(strips, i, &item);
        SNQ_TRY(read_strip(&item, &p->strip[i]));
    }
    SNQ_TRY(read_list(at, "buses", SNQ_MIX_BUSES_MAX, &list, &n));
    for (; p->buses < n; p->buses++) {
        snq_json_item(&list, p->buses, &item);
        SNQ_TRY(read_bus(&item, &p->bus[p->buses]));
    }
    if (snq_json_find(at, "master", &item))
        SNQ_TRY(read_master(&item, &p->master));
    const snq_status st = snq_mix_plan_check(p);
    if (st >= 0)
        return st;
    char why[SNQ_ERROR_MAX];
    snprintf(why, sizeof why, "%s", snq_last_error());
    return snq_json_fail(at, st, "%s", why);
}

snq_status snq_mix_plan_from_json(const snq_json_ref *at, snq_mix_plan *out)
{
    static const char *const keys[] = { "schema", "strips", "buses", "master" };
    char schema[32];
    snq_json_ref strips;
    size_t n;
    *out = (snq_mix_plan) { 0 };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "schema", schema, sizeof schema));
    if (strcmp(schema, SCHEMA) != 0)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "schema is \"%s\", not \"%s\"", schema, SCHEMA);
    SNQ_TRY(read_list(at, "strips", SNQ_MIX_STRIPS_MAX, &strips, &n));
    SNQ_TRY(snq_mix_plan_init(out, (uint32_t)n));
    const snq_status st = read_all(at, &strips, out);
    if (st < 0)
        snq_mix_plan_clear(out);
    return st;
}
