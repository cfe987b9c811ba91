// SPDX-License-Identifier: MIT
#include "synth/patch.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "synth/engine_impl.h"

static const char schema[] = "sonique/patch/1";

const char *const snq_family_names[SNQ_FAMILIES] = { "bass",    "lead",   "pad",   "keys", "pluck",
                                                     "texture", "effect", "voice", "drums" };

enum { EDITS_MAX = 3, OCTAVES_MAX = 20 };

/* What a patch is read against: the engine and its parameters for the patch's sources. */
typedef struct tables {
    const snq__engine *engine;
    snq_param *param; /* (params,), owned */
    size_t params;
} tables;

/* Edits (Levenshtein: insert, delete, replace a character) between two ids, at most SNQ_PATCH_ID_MAX
 * long; one row of the table at a time. */
static uint32_t edits(const char *a, const char *b)
{
    uint32_t row[SNQ_PATCH_ID_MAX + 1];
    const size_t nb = strlen(b);
    if (nb > SNQ_PATCH_ID_MAX)
        return UINT32_MAX;
    for (size_t j = 0; j <= nb; j++)
        row[j] = (uint32_t)j;
    for (size_t i = 0; a[i]; i++) {
        uint32_t corner = row[0];
        row[0] = (uint32_t)i + 1;
        for (size_t j = 0; j < nb; j++) {
            const uint32_t above = row[j + 1];
            uint32_t best = corner + (a[i] != b[j]);
            if (above + 1 < best)
                best = above + 1;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            row[j + 1] = best;
            corner = above;
        }
    }
    return row[nb];
}

/* The name that was probably meant, NULL when none is near. */
static const char *nearest_param(const tables *t, const char *id)
{
    const char *best = NULL;
    uint32_t least = EDITS_MAX + 1;
    for (size_t i = 0; i < t->params; i++) {
        const uint32_t d = edits(id, t->param[i].id);
        if (d < least) {
            least = d;
            best = t->param[i].id;
        }
    }
    return best;
}

static snq_status no_param(const snq_json_ref *at, const tables *t, const char *id)
{
    const char *meant = nearest_param(t, id);
    if (meant)
        return snq_json_fail(at, SNQ_ERR_NOT_FOUND,
                             "the engine \"%s\" has no parameter \"%s\" with these sources: "
                             "is \"%s\" meant?",
                             t->engine->name, id, meant);
    return snq_json_fail(at, SNQ_ERR_NOT_FOUND,
                         "the engine \"%s\" has no parameter \"%s\" with these sources",
                         t->engine->name, id);
}

/* "a, b, c" of n names, cut to fit. */
static void list_names(char *to, size_t room, const char *const *name, size_t n)
{
    size_t used = 0;
    to[0] = '\0';
    for (size_t i = 0; i < n && used < room; i++)
        used += (size_t)snprintf(to + used, room - used, "%s%s", i ? ", " : "", name[i]);
}

static snq_status read_choice(const snq_json_ref *at, const snq_param *p, float *value)
{
    char name[SNQ_PATCH_ID_MAX];
    SNQ_TRY(snq_json_as_text(at, name, sizeof name));
    const int choice = snq_param_choice(p, name);
    if (choice < 0) {
        char names[SNQ_ERROR_MAX / 2];
        list_names(names, sizeof names, p->choices, (size_t)p->max + 1);
        return snq_json_fail(at, SNQ_ERR_FORMAT, "\"%s\" is none of %s", name, names);
    }
    *value = (float)choice;
    return SNQ_OK;
}

static snq_status read_value(const snq_json_ref *at, const snq_param *p, float *value)
{
    const snq_json_kind kind = snq_json_kind_of(at);
    if (p->choices && kind == SNQ_JSON_STRING)
        return read_choice(at, p, value);
    if (p->scale == SNQ_PARAM_DISCRETE && p->choices)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "the name of a choice is expected, as \"%s\"",
                             p->choices[(int)p->value]);
    double v;
    if (p->scale == SNQ_PARAM_DISCRETE) {
        int64_t whole;
        SNQ_TRY(snq_json_as_int(at, (int64_t)p->min, (int64_t)p->max, &whole));
        v = (double)whole;
    } else {
        SNQ_TRY(snq_json_as_real(at, -1e9, 1e9, &v));
        /* in single precision: a bound such as 0.1 is what it is there */
        if ((float)v < p->min || (float)v > p->max)
            return snq_json_fail(at, SNQ_ERR_RANGE, "%g is outside of %g .. %g%s%s", v,
                                 (double)p->min, (double)p->max, p->unit[0] ? " " : "", p->unit);
    }
    *value = (float)v + 0.0f; /* -0 is 0 */
    return SNQ_OK;
}

static snq_status read_params(const snq_json_ref *at, const tables *t, snq_patch *out)
{
    const size_t n = snq_json_count(at);
    if (n > SNQ_PATCH_SETTINGS_MAX)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%zu settings, at most %d", n,
                             SNQ_PATCH_SETTINGS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_ref item;
        snq_json_item(at, i, &item);
        const int which = snq_param_find(t->param, t->params, item.key);
        if (which < 0)
            return no_param(at, t, item.key);
        snq_patch_setting *s = &out->setting[out->settings++];
        snprintf(s->id, sizeof s->id, "%s", item.key);
        SNQ_TRY(read_value(&item, &t->param[which], &s->value));
    }
    return SNQ_OK;
}

static snq_status read_from(const snq_json_ref *at, const tables *t, snq_patch_route *r)
{
    size_t names, choice;
    const char *const *name = t->engine->route_sources(&names);
    snq_json_ref from;
    SNQ_TRY(snq_json_get(at, "from", SNQ_JSON_STRING, &from));
    SNQ_TRY(snq_json_as_choice(&from, name, names, &choice));
    snprintf(r->from, sizeof r->from, "%s", name[choice]);
    return SNQ_OK;
}

static snq_status read_route(const snq_json_ref *at, const tables *t, snq_patch_route *r)
{
    static const char *const keys[] = { "from", "to", "amount" };
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_from(at, t, r));
    snq_json_ref to;
    SNQ_TRY(snq_json_get(at, "to", SNQ_JSON_STRING, &to));
    SNQ_TRY(snq_json_as_text(&to, r->to, sizeof r->to));
    const int which = snq_param_find(t->param, t->params, r->to);
    if (which < 0)
        return no_param(&to, t, r->to);
    const snq_param *p = &t->param[which];
    if (p->scale == SNQ_PARAM_DISCRETE)
        return snq_json_fail(&to, SNQ_ERR_RANGE, "\"%s\" is a choice: nothing can move it", r->to);
    const double most = p->scale == SNQ_PARAM_LOG ? OCTAVES_MAX : (double)p->max - (double)p->min;
    double amount;
    SNQ_TRY(snq_json_real_of(at, "amount", -most, most, &amount));
    r->amount = (float)amount + 0.0f;
    return SNQ_OK;
}

static snq_status read_matrix(const snq_json_ref *at, const tables *t, snq_patch *out)
{
    const size_t n = snq_json_count(at);
    if (n > SNQ_PATCH_ROUTES_MAX)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%zu routes, at most %d", n, SNQ_PATCH_ROUTES_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_ref item;
        snq_json_item(at, i, &item);
        SNQ_TRY(read_route(&item, t, &out->route[out->routes++]));
    }
    return SNQ_OK;
}

/* Names of an array (of sources, of recordings), at most `max`. */
static snq_status read_names(const snq_json_ref *at, uint32_t max,
                             char to[SNQ_PATCH_SOURCES][SNQ_PATCH_ID_MAX])
{
    const size_t n = snq_json_count(at);
    if (n > max)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%zu names, at most %u", n, max);
    for (size_t i = 0; i < n; i++) {
        snq_json_ref item;
        snq_json_item(at, i, &item);
        SNQ_TRY(snq_json_as_text(&item, to[i], SNQ_PATCH_ID_MAX));
    }
    return SNQ_OK;
}

static snq_status member(const snq_json_ref *at, const char *key, snq_json_kind kind,
                         snq_json_ref *out, int *there)
{
    *there = snq_json_find(at, key, out);
    return *there ? snq_json_get(at, key, kind, out) : SNQ_OK;
}

static snq_status read_sources(const snq_json_ref *at, const snq__engine *engine, snq_patch *out)
{
    snq_json_ref list;
    int there;
    SNQ_TRY(member(at, "sources", SNQ_JSON_ARRAY, &list, &there));
    if (there)
        SNQ_TRY(read_names(&list, engine->sources, out->source));
    snq_json_ref recordings;
    SNQ_TRY(member(at, "recordings", SNQ_JSON_ARRAY, &recordings, &there));
    if (there)
        SNQ_TRY(read_names(&recordings, engine->sources, out->recording));
    return SNQ_OK;
}

static snq_status check_id(const snq_json_ref *at, const char *id)
{
    for (const char *c = id; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_')
            return snq_json_fail(at, SNQ_ERR_FORMAT,
                                 "id \"%s\": small letters, digits and _ make an id", id);
    if (!islower((unsigned char)id[0]))
        return snq_json_fail(at, SNQ_ERR_FORMAT, "id \"%s\": it begins with a small letter", id);
    return SNQ_OK;
}

static snq_status read_text(const snq_json_ref *at, const char *key, char *to, size_t room)
{
    SNQ_TRY(snq_json_text_of(at, key, to, room));
    if (to[0])
        return SNQ_OK;
    snq_json_ref text;
    SNQ_TRY(snq_json_get(at, key, SNQ_JSON_STRING, &text));
    return snq_json_fail(&text, SNQ_ERR_FORMAT, "is empty: people read it");
}

/* What a patch is called and meant for. */
static snq_status read_head(const snq_json_ref *at, snq_patch *out)
{
    char text[SNQ_PATCH_ID_MAX];
    SNQ_TRY(snq_json_text_of(at, "schema", text, sizeof text));
    if (strcmp(text, schema) != 0)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "schema \"%s\": \"%s\" is what is read here", text,
                             schema);
    SNQ_TRY(snq_json_text_of(at, "id", out->id, sizeof out->id));
    SNQ_TRY(check_id(at, out->id));
    SNQ_TRY(read_text(at, "name", out->name, sizeof out->name));
    SNQ_TRY(read_text(at, "about", out->about, sizeof out->about));
    SNQ_TRY(read_text(at, "taste", out->taste, sizeof out->taste));
    snq_json_ref family;
    size_t choice;
    SNQ_TRY(snq_json_get(at, "family", SNQ_JSON_STRING, &family));
    SNQ_TRY(snq_json_as_choice(&family, snq_family_names, SNQ_FAMILIES, &choice));
    out->family = (uint8_t)choice;
    SNQ_TRY(snq_json_text_of(at, "engine", out->engine, sizeof out->engine));
    return SNQ_OK;
}

static snq_status read_range(const snq_json_ref *at, snq_patch *out)
{
    snq_json_ref range;
    int there;
    out->low_note = 0;
    out->high_note = 127;
    SNQ_TRY(member(at, "range", SNQ_JSON_ARRAY, &range, &there));
    if (!there)
        return SNQ_OK;
    int64_t note[2] = { 0 };
    if (snq_json_count(&range) != 2)
        return snq_json_fail(&range, SNQ_ERR_FORMAT,
                             "the lowest and the highest note are expected, as [24, 60]");
    for (size_t i = 0; i < 2; i++) {
        snq_json_ref item;
        snq_json_item(&range, i, &item);
        SNQ_TRY(snq_json_as_int(&item, i ? note[0] : 0, 127, &note[i]));
    }
    out->low_note = (uint8_t)note[0];
    out->high_note = (uint8_t)note[1];
    return SNQ_OK;
}

static snq_status read_body(const snq_json_ref *at, const tables *t, snq_patch *out)
{
    snq_json_ref part;
    int there;
    SNQ_TRY(member(at, "params", SNQ_JSON_OBJECT, &part, &there));
    if (there)
        SNQ_TRY(read_params(&part, t, out));
    SNQ_TRY(member(at, "matrix", SNQ_JSON_ARRAY, &part, &there));
    if (there)
        SNQ_TRY(read_matrix(&part, t, out));
    SNQ_TRY(member(at, "chain", SNQ_JSON_ARRAY, &part, &there));
    if (there && snq_json_count(&part) > SNQ_PATCH_CHAIN_MAX)
        return snq_json_fail(&part, SNQ_ERR_TOO_BIG, "%zu effects, at most %d",
                             snq_json_count(&part), SNQ_PATCH_CHAIN_MAX);
    return there ? snq_chain_from_json(&part, &out->chain) : SNQ_OK;
}

snq_status snq_patch_from_json(const snq_json_ref *at, snq_patch *out)
{
    static const char *const keys[] = { "schema", "id",     "name",    "family",     "about",
                                        "taste",  "engine", "sources", "recordings", "range",
                                        "params", "matrix", "chain" };
    *out = (snq_patch) { 0 };
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "a patch is an object");
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(read_head(at, out));
    SNQ_TRY(read_range(at, out));
    tables t = { .engine = snq__engine_find(out->engine) };
    if (!t.engine)
        return snq_json_fail(at, SNQ_ERR_NOT_FOUND,
                             "engine \"%s\": this build has none of this name", out->engine);
    SNQ_TRY(read_sources(at, t.engine, out));
    snq_status st = t.engine->table(out, &t.param, &t.params);
    if (st == SNQ_ERR_NOT_FOUND) {
        char why[SNQ_ERROR_MAX];
        snprintf(why, sizeof why, "%s", snq_last_error());
        return snq_json_fail(at, st, "sources: %s", why);
    }
    SNQ_TRY(st);
    st = read_body(at, &t, out);
    snq_free(t.param);
    return st;
}

/* A value as its file would say it: choices by name. */
static void value_json(snq_json *j, const snq_param *table, size_t n, const snq_patch_setting *s)
{
    const int which = snq_param_find(table, n, s->id);
    const snq_param *p = which < 0 ? NULL : &table[which];
    snq_json_key(j, s->id);
    if (p && p->choices && s->value >= 0 && s->value <= p->max)
        snq_json_string(j, p->choices[(int)s->value]);
    else
        snq_json_float(j, s->value);
}

static void names_json(snq_json *j, const char *key, const char *const name[SNQ_PATCH_SOURCES])
{
    size_t n = SNQ_PATCH_SOURCES;
    while (n && !name[n - 1][0])
        n--;
    if (!n)
        return;
    snq_json_key(j, key);
    snq_json_array(j);
    for (size_t i = 0; i < n; i++)
        snq_json_string(j, name[i]);
    snq_json_end(j);
}

static void route_json(snq_json *j, const snq_patch_route *r)
{
    snq_json_object(j);
    snq_json_put_string(j, "from", r->from);
    snq_json_put_string(j, "to", r->to);
    snq_json_key(j, "amount");
    snq_json_float(j, r->amount);
    snq_json_end(j);
}

void snq_patch_json(snq_json *j, const snq_patch *p)
{
    const snq__engine *engine = snq__engine_find(p->engine);
    snq_param *table = NULL;
    size_t params = 0;
    const snq_status st = engine ? engine->table(p, &table, &params) : SNQ_OK;
    if (st == SNQ_ERR_NOMEM && j->st >= 0)
        j->st = st; /* the choices' names are missing */
    snq_json_object(j);
    snq_json_put_string(j, "schema", schema);
    snq_json_put_string(j, "id", p->id);
    snq_json_put_string(j, "name", p->name);
    snq_json_put_string(j, "family", snq_family_names[p->family % SNQ_FAMILIES]);
    snq_json_put_string(j, "about", p->about);
    snq_json_put_string(j, "taste", p->taste);
    snq_json_put_string(j, "engine", p->engine);
    snq_json_key(j, "range");
    snq_json_array(j);
    snq_json_int(j, p->low_note);
    snq_json_int(j, p->high_note);
    snq_json_end(j);
    names_json(j, "sources", (const char *const[]) { p->source[0], p->source[1], p->source[2] });
    names_json(j, "recordings",
               (const char *const[]) { p->recording[0], p->recording[1], p->recording[2] });
    snq_json_key(j, "params");
    snq_json_object(j);
    for (uint32_t i = 0; i < p->settings; i++)
        value_json(j, table, params, &p->setting[i]);
    snq_json_end(j);
    snq_json_key(j, "matrix");
    snq_json_array(j);
    for (uint32_t i = 0; i < p->routes; i++)
        route_json(j, &p->route[i]);
    snq_json_end(j);
    if (p->chain.links) {
        snq_json_key(j, "chain");
        snq_chain_json(j, &p->chain);
    }
    snq_json_end(j);
    snq_free(table);
}
