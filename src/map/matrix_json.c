// SPDX-License-Identifier: MIT
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "map/matrix.h"

/* How far a slope may lie beside that of the ranges before it is a contradiction. */
static const double slope_part = 0.01;
static const double attack_s = 0.1, release_s = 0.3;

/* ---------------------------------------------------------------- numbers, ranges */

static const snq_destination *destination_of(const snq_mapping *m)
{
    size_t n;
    return &snq_destinations(&n)[m->destination];
}

/* [from, to] of numbers within any bounds. */
static snq_status read_pair(const snq_json_ref *at, double lo, double hi, double to[2])
{
    if (snq_json_kind_of(at) != SNQ_JSON_ARRAY || snq_json_count(at) != 2)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "[from, to] is wanted");
    for (size_t i = 0; i < 2; i++) {
        snq_json_ref one;
        snq_json_item(at, i, &one);
        SNQ_TRY(snq_json_as_real(&one, lo, hi, &to[i]));
    }
    return SNQ_OK;
}

static snq_status read_input(const snq_json_ref *at, snq_transfer *t)
{
    snq_json_ref range;
    SNQ_TRY(snq_json_get(at, "inputRange", SNQ_JSON_ARRAY, &range));
    SNQ_TRY(read_pair(&range, -1e9, 1e9, t->in));
    if (!(t->in[1] - t->in[0] > 1e-9))
        return snq_json_fail(&range, SNQ_ERR_RANGE, "%g .. %g is empty", t->in[0], t->in[1]);
    return SNQ_OK;
}

/* A bound as people write it: 0.1, not 0.1f's 0.10000000149, which is over it. */
static double written(float bound)
{
    char text[32];
    snprintf(text, sizeof text, "%.*g", FLT_DIG, (double)bound);
    return strtod(text, NULL);
}

/* One end of a discrete destination's range: a number or a choice's name. */
static snq_status read_choice(const snq_json_ref *at, const snq_param *p, double *v)
{
    size_t i;
    int64_t whole;
    if (snq_json_kind_of(at) == SNQ_JSON_STRING && p->choices) {
        SNQ_TRY(snq_json_as_choice(at, p->choices, (size_t)p->max + 1, &i));
        *v = (double)i;
        return SNQ_OK;
    }
    SNQ_TRY(snq_json_as_int(at, (int64_t)p->min, (int64_t)p->max, &whole));
    *v = (double)whole;
    return SNQ_OK;
}

/* Qualities below what a filter can have: brought up, unless nothing would be left. */
static snq_status bring_up(const snq_json_ref *at, const snq_param *p, snq_mapping *m,
                           snq_warnings *warnings)
{
    double *out = m->transfer.out;
    const double lo = (double)p->min;
    if (out[0] >= lo && out[1] >= lo)
        return SNQ_OK;
    if (out[0] < lo && out[1] < lo)
        return snq_json_fail(at, SNQ_ERR_RANGE, "a quality of %g .. %g: none is below %g", out[0],
                             out[1], lo);
    if (warnings)
        snq_warnings_add(warnings, "quality", -1,
                         "mapping \"%s\": transferFunction.outputRange: a quality of %g is none, "
                         "%g is taken",
                         m->id, fmin(out[0], out[1]), lo);
    out[out[1] < lo] = lo;
    return SNQ_OK;
}

static snq_status read_output(const snq_json_ref *at, snq_mapping *m, snq_warnings *warnings)
{
    const snq_destination *d = destination_of(m);
    const snq_param *p = &d->param;
    double *out = m->transfer.out;
    snq_json_ref range, one;
    SNQ_TRY(snq_json_get(at, "outputRange", SNQ_JSON_ARRAY, &range));
    if (snq_destination_is_discrete(d)) {
        if (snq_json_count(&range) != 2)
            return snq_json_fail(&range, SNQ_ERR_FORMAT, "[from, to] is wanted");
        for (size_t i = 0; i < 2; i++) {
            snq_json_item(&range, i, &one);
            SNQ_TRY(read_choice(&one, p, &out[i]));
        }
    } else {
        SNQ_TRY(read_pair(&range, d->from_zero ? 0 : written(p->min), written(p->max), out));
    }
    memcpy(m->output_as_read, out, sizeof m->output_as_read);
    if (out[0] == out[1])
        return snq_json_fail(&range, SNQ_ERR_RANGE, "%g .. %g is empty", out[0], out[1]);
    return d->from_zero ? bring_up(&range, p, m, warnings) : SNQ_OK;
}

/* ---------------------------------------------------------------- transfer functions */

static snq_status read_formula(const snq_json_ref *at, snq_mapping *m)
{
    snq_json_ref text;
    const int custom = m->transfer.type == SNQ_TRANSFER_CUSTOM;
    if (!snq_json_find(at, "expression", &text)) {
        if (custom)
            return snq_json_fail(at, SNQ_ERR_FORMAT, "custom wants an \"expression\" over x");
        return SNQ_OK;
    }
    if (!custom)
        return snq_json_fail(&text, SNQ_ERR_FORMAT, "only a custom function has one");
    SNQ_TRY(snq_json_as_text(&text, m->formula, sizeof m->formula));
    const snq_status st = snq_expression_compile(m->formula, &m->transfer.formula, NULL);
    if (st < 0) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return snq_json_fail(&text, st, "%s", why);
    }
    return SNQ_OK;
}

static snq_status read_scale(const snq_json_ref *at, snq_transfer *t)
{
    static const char *const names[] = { "linear", "log" };
    snq_json_ref scale;
    size_t which;
    if (!snq_json_find(at, "scale", &scale))
        return SNQ_OK;
    SNQ_TRY(snq_json_as_choice(&scale, names, SNQ_COUNT(names), &which));
    t->log_scale = which == 1;
    if (t->log_scale && !(t->out[0] > 0 && t->out[1] > 0))
        return snq_json_fail(&scale, SNQ_ERR_RANGE, "a log scale has no %g in its outputRange",
                             fmin(t->out[0], t->out[1]));
    return SNQ_OK;
}

/* `slope` repeats what the ranges say. */
static snq_status read_slope(const snq_json_ref *at, snq_mapping *m, snq_warnings *warnings)
{
    const snq_transfer *t = &m->transfer;
    const double said = (m->output_as_read[1] - m->output_as_read[0]) / (t->in[1] - t->in[0]);
    m->slope = NAN;
    SNQ_TRY(snq_json_real_if(at, "slope", -1e12, 1e12, &m->slope));
    if (warnings && !isnan(m->slope) && fabs(m->slope - said) > slope_part * fabs(said))
        snq_warnings_add(warnings, "slope", -1,
                         "mapping \"%s\": transferFunction.slope: %g, but the ranges say %g; the "
                         "ranges count",
                         m->id, m->slope, said);
    return SNQ_OK;
}

static snq_status read_transfer(const snq_json_ref *at, snq_mapping *m, snq_warnings *warnings)
{
    static const char *const keys[] = { "type",     "inputRange", "outputRange", "scale",
                                        "clamp",    "exponent",   "base",        "steepness",
                                        "midpoint", "expression", "slope" };
    snq_transfer *t = &m->transfer;
    snq_json_ref type;
    size_t which;
    *t = snq_transfer_default();
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_get(at, "type", SNQ_JSON_STRING, &type));
    SNQ_TRY(snq_json_as_choice(&type, snq_transfer_names, SNQ_TRANSFERS, &which));
    t->type = (snq_transfer_type)which;
    SNQ_TRY(read_input(at, t));
    SNQ_TRY(read_output(at, m, warnings));
    SNQ_TRY(read_scale(at, t));
    SNQ_TRY(snq_json_bool_if(at, "clamp", &t->clamp));
    SNQ_TRY(snq_json_real_if(at, "exponent", SNQ_TRANSFER_EXPONENT_MIN, SNQ_TRANSFER_EXPONENT_MAX,
                             &t->exponent));
    SNQ_TRY(snq_json_real_if(at, "base", SNQ_TRANSFER_BASE_MIN, SNQ_TRANSFER_BASE_MAX, &t->base));
    SNQ_TRY(snq_json_real_if(at, "steepness", SNQ_TRANSFER_STEEPNESS_MIN,
                             SNQ_TRANSFER_STEEPNESS_MAX, &t->steepness));
    SNQ_TRY(snq_json_real_if(at, "midpoint", t->in[0], t->in[1], &t->midpoint));
    SNQ_TRY(read_formula(at, m));
    return read_slope(at, m, warnings);
}

/* ---------------------------------------------------------------- mappings */

static snq_status read_modulation(const snq_json_ref *at, snq_mapping *m)
{
    static const char *const keys[] = { "source", "amount", "type" };
    snq_map_modulation *mod = &m->modulation;
    snq_json_ref of, source, type;
    size_t which;
    if (!snq_json_find(at, "modulation", &of) || snq_json_kind_of(&of) == SNQ_JSON_NULL)
        return SNQ_OK;
    SNQ_TRY(snq_json_only(&of, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_get(&of, "source", SNQ_JSON_ANY, &source));
    SNQ_TRY(snq_source_from_json(&source, &mod->source));
    SNQ_TRY(snq_json_real_of(&of, "amount", 0, 1, &mod->amount));
    SNQ_TRY(snq_json_get(&of, "type", SNQ_JSON_STRING, &type));
    SNQ_TRY(snq_json_as_choice(&type, snq_modulation_names, SNQ_MODULATIONS, &which));
    mod->type = (snq_modulation_type)which;
    mod->used = 1;
    return SNQ_OK;
}

/* true: any of them; or a list of names. */
static snq_status read_sync(const snq_json_ref *at, snq_mapping *m)
{
    snq_json_ref sync, one;
    size_t which;
    int all;
    if (!snq_json_find(at, "sync", &sync))
        return SNQ_OK;
    if (strcmp(destination_of(m)->param.id, "wobble_bass.lfo_rate") != 0)
        return snq_json_fail(&sync, SNQ_ERR_FORMAT, "only wobble_bass.lfo_rate keeps time");
    if (snq_json_kind_of(&sync) == SNQ_JSON_BOOL) {
        SNQ_TRY(snq_json_as_bool(&sync, &all));
        m->sync = all ? (1u << SNQ_MAP_SYNCS) - 1 : 0;
        return SNQ_OK;
    }
    if (snq_json_kind_of(&sync) != SNQ_JSON_ARRAY)
        return snq_json_fail(&sync, SNQ_ERR_FORMAT, "true, or a list of note values is wanted");
    for (size_t i = 0; i < snq_json_count(&sync); i++) {
        snq_json_item(&sync, i, &one);
        SNQ_TRY(snq_json_as_choice(&one, snq_map_sync_names, SNQ_MAP_SYNCS, &which));
        m->sync = (uint16_t)(m->sync | 1u << which);
    }
    return SNQ_OK;
}

static snq_status read_destination(const snq_json_ref *at, snq_mapping *m)
{
    char id[SNQ_SOURCE_TEXT_MAX];
    snq_json_ref of;
    snq_str shown;
    SNQ_TRY(snq_json_get(at, "destination", SNQ_JSON_STRING, &of));
    SNQ_TRY(snq_json_as_text(&of, id, sizeof id));
    const int i = snq_destination_find(id);
    if (i >= 0) {
        m->destination = (uint16_t)i;
        return SNQ_OK;
    }
    snq_str_init(&shown, 512);
    snq_str_put_printable(&shown, id);
    const snq_status st = shown.st < 0
                              ? SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory")
                              : snq_json_fail(&of, SNQ_ERR_FORMAT,
                                              "there is no destination \"%s\" (sonique map list)",
                                              snq_str_text(&shown));
    snq_str_clear(&shown);
    return st;
}

static snq_status read_default(const snq_json_ref *at, snq_mapping *m)
{
    const snq_destination *d = destination_of(m);
    snq_json_ref of;
    double v;
    m->fallback = NAN;
    if (!snq_json_find(at, "default", &of))
        return SNQ_OK;
    SNQ_TRY(snq_destination_is_discrete(d)
                ? read_choice(&of, &d->param, &v)
                : snq_json_as_real(&of, written(d->param.min), written(d->param.max), &v));
    m->fallback = (float)v;
    return SNQ_OK;
}

static snq_status read_id(const snq_json_ref *at, const char *key, char *to, size_t room)
{
    snq_json_ref of;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_STRING, &of));
    SNQ_TRY(snq_json_as_text(&of, to, room));
    return *to ? SNQ_OK : snq_json_fail(&of, SNQ_ERR_FORMAT, "it is empty");
}

static snq_status read_mapping(const snq_json_ref *at, snq_mapping *m, snq_warnings *warnings)
{
    static const char *const keys[] = { "id",         "source",  "destination", "transferFunction",
                                        "modulation", "enabled", "attack_s",    "release_s",
                                        "default",    "sync" };
    snq_json_ref source, transfer;
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "a mapping is wanted");
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_id(at, "id", m->id, sizeof m->id));
    SNQ_TRY(snq_json_get(at, "source", SNQ_JSON_ANY, &source));
    SNQ_TRY(snq_source_from_json(&source, &m->source));
    SNQ_TRY(read_destination(at, m));
    SNQ_TRY(snq_json_get(at, "transferFunction", SNQ_JSON_OBJECT, &transfer));
    SNQ_TRY(read_transfer(&transfer, m, warnings));
    SNQ_TRY(read_modulation(at, m));
    m->enabled = 1;
    m->attack_s = attack_s;
    m->release_s = release_s;
    SNQ_TRY(snq_json_bool_if(at, "enabled", &m->enabled));
    SNQ_TRY(snq_json_real_if(at, "attack_s", 0, SNQ_MAP_SMOOTHING_MAX_S, &m->attack_s));
    SNQ_TRY(snq_json_real_if(at, "release_s", 0, SNQ_MAP_SMOOTHING_MAX_S, &m->release_s));
    SNQ_TRY(read_default(at, m));
    return read_sync(at, m);
}

/* ---------------------------------------------------------------- templates */

static snq_status read_mappings(const snq_json_ref *root, snq_map_template *t,
                                snq_warnings *warnings)
{
    snq_json_ref list, one, id;
    SNQ_TRY(snq_json_get(root, "mappings", SNQ_JSON_ARRAY, &list));
    const size_t n = snq_json_count(&list);
    if (n > SNQ_MAP_MAPPINGS_MAX)
        return snq_json_fail(&list, SNQ_ERR_TOO_BIG, "%zu mappings are over %d", n,
                             SNQ_MAP_MAPPINGS_MAX);
    t->mapping = snq_calloc(n ? n : 1, sizeof *t->mapping);
    if (!t->mapping)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for %zu mappings", n);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&list, i, &one);
        SNQ_TRY(read_mapping(&one, &t->mapping[i], warnings));
        for (size_t k = 0; k < i; k++)
            if (strcmp(t->mapping[k].id, t->mapping[i].id) == 0 && snq_json_find(&one, "id", &id))
                return snq_json_fail(&id, SNQ_ERR_FORMAT, "mappings[%zu] has the same", k);
        t->mappings++;
    }
    return SNQ_OK;
}

static snq_status read_metadata(const snq_json_ref *root, snq_map_template *t)
{
    static const char *const keys[] = { "targetGenre", "bpm", "tags" };
    snq_json_ref of, tags, one;
    t->bpm = NAN;
    if (!snq_json_find(root, "metadata", &of))
        return SNQ_OK;
    if (snq_json_kind_of(&of) != SNQ_JSON_OBJECT)
        return snq_json_fail(&of, SNQ_ERR_FORMAT, "{targetGenre, bpm, tags} is wanted");
    SNQ_TRY(snq_json_only(&of, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_if(&of, "targetGenre", t->target_genre, sizeof t->target_genre));
    SNQ_TRY(snq_json_real_if(&of, "bpm", 20, 400, &t->bpm));
    if (!snq_json_find(&of, "tags", &tags))
        return SNQ_OK;
    if (snq_json_kind_of(&tags) != SNQ_JSON_ARRAY)
        return snq_json_fail(&tags, SNQ_ERR_FORMAT, "a list of words is wanted");
    const size_t n = snq_json_count(&tags);
    if (n > SNQ_MAP_TAGS_MAX)
        return snq_json_fail(&tags, SNQ_ERR_TOO_BIG, "%zu tags are over %d", n, SNQ_MAP_TAGS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_item(&tags, i, &one);
        SNQ_TRY(snq_json_as_text(&one, t->tag[t->tags++], SNQ_MAP_ID_MAX));
    }
    return SNQ_OK;
}

static snq_status read_template(const snq_json_ref *root, snq_map_template *t,
                                snq_warnings *warnings)
{
    static const char *const keys[] = { "schema", "id",      "name",     "description",
                                        "author", "created", "mappings", "metadata" };
    snq_json_ref of;
    char schema[SNQ_MAP_ID_MAX];
    if (snq_json_kind_of(root) != SNQ_JSON_OBJECT)
        return snq_json_fail(root, SNQ_ERR_FORMAT, "a template is an object");
    if (snq_json_find(root, "schema", &of)) { /* the published format has none */
        SNQ_TRY(snq_json_as_text(&of, schema, sizeof schema));
        if (strcmp(schema, SNQ_MAP_TEMPLATE_SCHEMA) != 0)
            return snq_json_fail(&of, SNQ_ERR_FORMAT, "it is not \"" SNQ_MAP_TEMPLATE_SCHEMA "\"");
    }
    SNQ_TRY(snq_json_only(root, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_id(root, "id", t->id, sizeof t->id));
    SNQ_TRY(read_id(root, "name", t->name, sizeof t->name));
    SNQ_TRY(snq_json_text_if(root, "description", t->description, sizeof t->description));
    SNQ_TRY(snq_json_text_if(root, "author", t->author, sizeof t->author));
    SNQ_TRY(snq_json_text_if(root, "created", t->created, sizeof t->created));
    SNQ_TRY(read_metadata(root, t));
    return read_mappings(root, t, warnings);
}

snq_status snq_map_template_from_json(const snq_json_ref *at, snq_warnings *warnings,
                                      snq_map_template **out)
{
    *out = NULL;
    snq_map_template *t = snq_calloc(1, sizeof *t);
    if (!t)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a template");
    const snq_status st = read_template(at, t, warnings);
    if (st < 0) {
        snq_map_template_free(t);
        return st;
    }
    *out = t;
    return SNQ_OK;
}

snq_status snq_map_template_parse(const char *name, const char *bytes, size_t n,
                                  snq_warnings *warnings, snq_map_template **out)
{
    snq_json_doc *doc;
    *out = NULL;
    if (n > SNQ_MAP_BYTES_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "%s: %zu bytes are over %d", name, n, SNQ_MAP_BYTES_MAX);
    SNQ_TRY(snq_json_parse(name, bytes, n, &doc));
    const snq_json_ref root = snq_json_root(doc);
    const snq_status st = snq_map_template_from_json(&root, warnings, out);
    snq_json_doc_free(doc);
    return st;
}

/* ---------------------------------------------------------------- writing */

static void put_double(snq_json *j, const char *key, double v)
{
    snq_json_key(j, key);
    snq_json_double(j, v);
}

static void put_pair(snq_json *j, const char *key, const double v[2], const snq_param *choices)
{
    snq_json_key(j, key);
    snq_json_array(j);
    for (int i = 0; i < 2; i++)
        if (choices && choices->choices)
            snq_json_string(j, choices->choices[(int)v[i]]);
        else
            snq_json_double(j, v[i]);
    snq_json_end(j);
}

static void put_transfer(snq_json *j, const snq_mapping *m)
{
    const snq_transfer *t = &m->transfer, plain = snq_transfer_default();
    snq_json_key(j, "transferFunction");
    snq_json_object(j);
    snq_json_put_string(j, "type", snq_transfer_names[t->type]);
    put_pair(j, "inputRange", t->in, NULL);
    put_pair(j, "outputRange", m->output_as_read, &destination_of(m)->param);
    if (t->log_scale)
        snq_json_put_string(j, "scale", "log");
    if (!t->clamp)
        snq_json_put_bool(j, "clamp", 0);
    if (t->type == SNQ_TRANSFER_EXPONENTIAL || t->exponent != plain.exponent)
        put_double(j, "exponent", t->exponent);
    if (t->type == SNQ_TRANSFER_LOGARITHMIC || t->base != plain.base)
        put_double(j, "base", t->base);
    if (t->type == SNQ_TRANSFER_SIGMOID || t->steepness != plain.steepness)
        put_double(j, "steepness", t->steepness);
    if (!isnan(t->midpoint))
        put_double(j, "midpoint", t->midpoint);
    if (*m->formula)
        snq_json_put_string(j, "expression", m->formula);
    if (!isnan(m->slope))
        put_double(j, "slope", m->slope);
    snq_json_end(j);
}

static void put_sync(snq_json *j, const snq_mapping *m)
{
    snq_json_key(j, "sync");
    if (m->sync == (1u << SNQ_MAP_SYNCS) - 1) {
        snq_json_bool(j, 1);
        return;
    }
    snq_json_array(j);
    for (uint32_t i = 0; i < SNQ_MAP_SYNCS; i++)
        if (m->sync >> i & 1)
            snq_json_string(j, snq_map_sync_names[i]);
    snq_json_end(j);
}

void snq_mapping_json(snq_json *j, const snq_mapping *m)
{
    const snq_param *p = &destination_of(m)->param;
    snq_json_object(j);
    snq_json_put_string(j, "id", m->id);
    snq_json_key(j, "source");
    snq_source_json(j, m->source);
    snq_json_put_string(j, "destination", p->id);
    put_transfer(j, m);
    if (m->modulation.used) {
        snq_json_key(j, "modulation");
        snq_json_object(j);
        snq_json_key(j, "source");
        snq_source_json(j, m->modulation.source);
        put_double(j, "amount", m->modulation.amount);
        snq_json_put_string(j, "type", snq_modulation_names[m->modulation.type]);
        snq_json_end(j);
    }
    if (m->attack_s != attack_s)
        put_double(j, "attack_s", m->attack_s);
    if (m->release_s != release_s)
        put_double(j, "release_s", m->release_s);
    if (!isnan(m->fallback) && p->choices)
        snq_json_put_string(j, "default", p->choices[(int)m->fallback]);
    else if (!isnan(m->fallback)) {
        snq_json_key(j, "default");
        snq_json_float(j, m->fallback);
    }
    if (m->sync)
        put_sync(j, m);
    snq_json_put_bool(j, "enabled", m->enabled);
    snq_json_end(j);
}

void snq_map_template_json(snq_json *j, const snq_map_template *t)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", SNQ_MAP_TEMPLATE_SCHEMA);
    snq_json_put_string(j, "id", t->id);
    snq_json_put_string(j, "name", t->name);
    snq_json_put_string(j, "description", t->description);
    snq_json_put_string(j, "author", t->author);
    snq_json_put_string(j, "created", t->created);
    snq_json_key(j, "mappings");
    snq_json_array(j);
    for (uint32_t i = 0; i < t->mappings; i++)
        snq_mapping_json(j, &t->mapping[i]);
    snq_json_end(j);
    snq_json_key(j, "metadata");
    snq_json_object(j);
    if (*t->target_genre)
        snq_json_put_string(j, "targetGenre", t->target_genre);
    if (!isnan(t->bpm))
        put_double(j, "bpm", t->bpm);
    snq_json_key(j, "tags");
    snq_json_array(j);
    for (uint32_t i = 0; i < t->tags; i++)
        snq_json_string(j, t->tag[i]);
    snq_json_end(j);
    snq_json_end(j);
    snq_json_end(j);
}
