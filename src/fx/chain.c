// SPDX-License-Identifier: MIT
#include "fx/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static const char schema[] = "sonique/chain/1";
enum { EACH = SNQ_EFFECT_PARAMS_MAX };

struct snq_chain {
    uint32_t links;
    snq_effect *effect[SNQ_CHAIN_LINKS_MAX]; /* owned */
    char kind[SNQ_CHAIN_LINKS_MAX][SNQ_CHAIN_KIND_MAX];
};

/* "a, b, c" of what name(i) gives, cut to fit. */
static void list(char *to, size_t room, const char *(*name)(const void *of, unsigned i),
                 const void *of)
{
    size_t used = 0;
    to[0] = '\0';
    for (unsigned i = 0; name(of, i) && used < room; i++)
        used += (size_t)snprintf(to + used, room - used, "%s%s", i ? ", " : "", name(of, i));
}

static const char *kind_name(const void *of, unsigned i)
{
    return snq_effect_kind(i);
}

static const char *param_name(const void *of, unsigned i)
{
    size_t n;
    const snq_param *param = snq_effect_params(of, &n);
    return i < n ? param[i].id : NULL;
}

static const char *choice_name(const void *of, unsigned i)
{
    const snq_param *p = of;
    return i <= (unsigned)p->max ? p->choices[i] : NULL;
}

static void defaults(snq_chain_link *l, const char *kind)
{
    size_t n;
    const snq_param *param = snq_effect_params(kind, &n);
    *l = (snq_chain_link) { .bypass = 0 };
    snprintf(l->kind, sizeof l->kind, "%s", kind);
    for (size_t i = 0; i < n; i++)
        l->value[i] = param[i].value;
}

snq_chain_link *snq_chain_add(snq_chain_plan *p, const char *kind)
{
    size_t n;
    if (p->links >= SNQ_CHAIN_LINKS_MAX || !snq_effect_params(kind, &n))
        return NULL;
    snq_chain_link *l = &p->link[p->links++];
    defaults(l, kind);
    return l;
}

/* NULL: l is of no kind that there is. */
static const snq_param *params_of(const snq_chain_link *l, size_t *n)
{
    *n = 0;
    return memchr(l->kind, '\0', sizeof l->kind) ? snq_effect_params(l->kind, n) : NULL;
}

snq_status snq_chain_set(snq_chain_link *l, const char *id, float value)
{
    size_t n;
    const snq_param *param = params_of(l, &n);
    const int i = snq_param_find(param, n, id);
    if (i < 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "%.*s has no parameter \"%s\"", SNQ_CHAIN_KIND_MAX,
                        l->kind, id);
    if (!(value >= param[i].min && value <= param[i].max))
        return SNQ_FAIL(SNQ_ERR_RANGE, "%s.%s: %g is outside of %g .. %g", l->kind, id,
                        (double)value, (double)param[i].min, (double)param[i].max);
    l->value[i] = snq_param_clamp(&param[i], value);
    return SNQ_OK;
}

static snq_status read_choice(const snq_json_ref *at, const snq_param *p, float *value)
{
    char name[SNQ_CHAIN_KIND_MAX], names[SNQ_ERROR_MAX / 2];
    list(names, sizeof names, choice_name, p);
    if (snq_json_kind_of(at) != SNQ_JSON_STRING)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "a name is expected: %s", names);
    SNQ_TRY(snq_json_as_text(at, name, sizeof name));
    const int choice = snq_param_choice(p, name);
    if (choice < 0)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "\"%s\" is none of %s", name, names);
    *value = (float)choice;
    return SNQ_OK;
}

static snq_status read_value(const snq_json_ref *at, const snq_param *p, float *value)
{
    double v;
    if (p->choices)
        return read_choice(at, p, value);
    if (p->scale == SNQ_PARAM_DISCRETE) {
        int64_t whole;
        SNQ_TRY(snq_json_as_int(at, (int64_t)p->min, (int64_t)p->max, &whole));
        *value = (float)whole;
        return SNQ_OK;
    }
    SNQ_TRY(snq_json_as_real(at, -1e30, 1e30, &v));
    /* in single precision: a bound such as 0.1 is what it is there */
    if ((float)v < p->min || (float)v > p->max)
        return snq_json_fail(at, SNQ_ERR_RANGE, "%g is outside of %g .. %g%s%s", v, (double)p->min,
                             (double)p->max, p->unit[0] ? " " : "", p->unit);
    *value = (float)v;
    return SNQ_OK;
}

static snq_status read_params(const snq_json_ref *at, snq_chain_link *l)
{
    size_t n;
    const snq_param *param = params_of(l, &n);
    snq_json_ref member = { 0 };
    while (snq_json_next(at, &member)) {
        const int i = snq_param_find(param, n, member.key);
        if (i < 0) {
            char names[SNQ_ERROR_MAX - 96];
            list(names, sizeof names, param_name, l->kind);
            return snq_json_fail(at, SNQ_ERR_NOT_FOUND, "%s has no parameter \"%.64s\"; it has %s",
                                 l->kind, member.key, names);
        }
        SNQ_TRY(read_value(&member, &param[i], &l->value[i]));
    }
    return SNQ_OK;
}

static snq_status read_link(const snq_json_ref *at, snq_chain_link *l)
{
    static const char *const keys[] = { "effect", "params", "bypass" };
    char kind[SNQ_CHAIN_KIND_MAX];
    size_t n;
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT,
                             "an object is expected, as {\"effect\": \"reverb\"}");
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "effect", kind, sizeof kind));
    if (!snq_effect_params(kind, &n)) {
        char names[SNQ_ERROR_MAX / 2];
        list(names, sizeof names, kind_name, NULL);
        return snq_json_fail(at, SNQ_ERR_NOT_FOUND, "there is no effect \"%s\"; there are %s", kind,
                             names);
    }
    defaults(l, kind);
    SNQ_TRY(snq_json_bool_if(at, "bypass", &l->bypass));
    snq_json_ref params;
    if (!snq_json_find(at, "params", &params))
        return SNQ_OK;
    SNQ_TRY(snq_json_get(at, "params", SNQ_JSON_OBJECT, &params));
    return read_params(&params, l);
}

static snq_status read_links(const snq_json_ref *at, snq_chain_plan *out)
{
    const size_t n = snq_json_count(at);
    if (n > SNQ_CHAIN_LINKS_MAX)
        return snq_json_fail(at, SNQ_ERR_TOO_BIG, "%zu effects, at most %d", n,
                             SNQ_CHAIN_LINKS_MAX);
    for (size_t i = 0; i < n; i++) {
        snq_json_ref item;
        snq_json_item(at, i, &item);
        SNQ_TRY(read_link(&item, &out->link[i]));
        out->links++;
    }
    return SNQ_OK;
}

snq_status snq_chain_from_json(const snq_json_ref *at, snq_chain_plan *out)
{
    static const char *const keys[] = { "schema", "chain" };
    *out = (snq_chain_plan) { .links = 0 };
    if (snq_json_kind_of(at) == SNQ_JSON_ARRAY)
        return read_links(at, out);
    if (snq_json_kind_of(at) != SNQ_JSON_OBJECT)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "an array of effects is expected");
    char text[SNQ_CHAIN_KIND_MAX];
    SNQ_TRY(snq_json_only(at, keys, SNQ_COUNT(keys)));
    SNQ_TRY(snq_json_text_of(at, "schema", text, sizeof text));
    if (strcmp(text, schema) != 0)
        return snq_json_fail(at, SNQ_ERR_FORMAT, "schema \"%s\": \"%s\" is what is read here", text,
                             schema);
    snq_json_ref chain;
    SNQ_TRY(snq_json_get(at, "chain", SNQ_JSON_ARRAY, &chain));
    return read_links(&chain, out);
}

static void link_json(snq_json *j, const snq_chain_link *l)
{
    size_t n;
    const snq_param *param = params_of(l, &n);
    snq_json_object(j);
    snq_json_put_string(j, "effect", l->kind);
    snq_json_key(j, "params");
    snq_json_object(j);
    for (size_t i = 0; i < n; i++) {
        const float v = snq_param_clamp(&param[i], l->value[i]);
        if (v == param[i].value)
            continue;
        snq_json_key(j, param[i].id);
        if (param[i].choices)
            snq_json_string(j, param[i].choices[(int)v]);
        else
            snq_json_float(j, v);
    }
    snq_json_end(j);
    if (l->bypass)
        snq_json_put_bool(j, "bypass", 1);
    snq_json_end(j);
}

void snq_chain_json(snq_json *j, const snq_chain_plan *p)
{
    snq_json_array(j);
    for (uint32_t i = 0; i < p->links && i < SNQ_CHAIN_LINKS_MAX; i++)
        link_json(j, &p->link[i]);
    snq_json_end(j);
}

void snq_chain_file_json(snq_json *j, const snq_chain_plan *p)
{
    snq_json_object(j);
    snq_json_put_string(j, "schema", schema);
    snq_json_key(j, "chain");
    snq_chain_json(j, p);
    snq_json_end(j);
}

/* One link made; each hears its own randomness. */
static snq_status make_link(snq_chain *c, const snq_chain_link *l, uint32_t rate_hz, uint64_t seed)
{
    size_t n;
    if (!params_of(l, &n))
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "link %u: there is no effect \"%.*s\"", c->links,
                        SNQ_CHAIN_KIND_MAX, l->kind);
    const snq_effect_cfg cfg = { .rate_hz = rate_hz,
                                 .kind = l->kind,
                                 .seed = seed + 0x9e3779b97f4a7c15u * c->links };
    SNQ_TRY(snq_effect_new(&cfg, &c->effect[c->links]));
    memcpy(c->kind[c->links], l->kind, sizeof l->kind);
    snq_effect *e = c->effect[c->links++];
    for (uint32_t i = 0; i < n; i++)
        snq_effect_set(e, i, l->value[i]);
    snq_effect_bypass(e, l->bypass);
    return SNQ_OK;
}

snq_status snq_chain_new(const snq_chain_plan *p, uint32_t rate_hz, uint64_t seed, snq_chain **out)
{
    *out = NULL;
    if (p->links > SNQ_CHAIN_LINKS_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE, "%u effects, at most %d", p->links, SNQ_CHAIN_LINKS_MAX);
    snq_status st = SNQ_OK;
    snq_chain *c = snq_calloc(1, sizeof *c);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "chain");
    for (uint32_t i = 0; i < p->links; i++)
        SNQ_GOTO(make_link(c, &p->link[i], rate_hz, seed));
    *out = c;
    return SNQ_OK;
fail:
    snq_chain_free(c);
    return st;
}

void snq_chain_free(snq_chain *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->links; i++)
        snq_effect_free(c->effect[i]);
    snq_free(c);
}

/* The link that the first n bytes of a name mean, -1 none. */
static int find_link(const snq_chain *c, const char *name, size_t n)
{
    char number[16];
    for (uint32_t i = 0; i < c->links; i++) {
        snprintf(number, sizeof number, "%u", i);
        if ((strlen(number) == n && memcmp(number, name, n) == 0) ||
            (strlen(c->kind[i]) == n && memcmp(c->kind[i], name, n) == 0))
            return (int)i;
    }
    return -1;
}

int snq_chain_find(const snq_chain *c, const char *name)
{
    const char *dot = strchr(name, '.');
    const int link = dot ? find_link(c, name, (size_t)(dot - name)) : -1;
    if (link < 0)
        return -1;
    size_t n;
    const snq_param *param = snq_effect_params(c->kind[link], &n);
    const int i = snq_param_find(param, n, dot + 1);
    return i < 0 ? -1 : link * EACH + i;
}

void snq_chain_move(snq_chain *c, int index, float value)
{
    if (index >= 0 && (uint32_t)index < c->links * EACH)
        snq_effect_set(c->effect[index / EACH], (uint32_t)(index % EACH), value);
}

void snq_chain_bypass(snq_chain *c, uint32_t link, int bypassed)
{
    if (link < c->links)
        snq_effect_bypass(c->effect[link], bypassed);
}

void snq_chain_reset(snq_chain *c)
{
    for (uint32_t i = 0; i < c->links; i++)
        snq_effect_reset(c->effect[i]);
}

void snq_chain_run(snq_chain *c, const snq_effect_context *ctx, float *left, float *right, size_t n)
{
    for (uint32_t i = 0; i < c->links; i++)
        snq_effect_run(c->effect[i], ctx, left, right, n);
}

uint32_t snq_chain_latency(const snq_chain *c)
{
    uint32_t frames = 0;
    for (uint32_t i = 0; i < c->links; i++)
        frames += snq_effect_latency(c->effect[i]);
    return frames;
}

int snq_chain_silent(const snq_chain *c)
{
    for (uint32_t i = 0; i < c->links; i++)
        if (!snq_effect_silent(c->effect[i]))
            return 0;
    return 1;
}

const snq_effect *snq_chain_effect(const snq_chain *c, uint32_t link)
{
    return link < c->links ? c->effect[link] : NULL;
}
