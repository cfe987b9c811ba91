// SPDX-License-Identifier: MIT
/* IDEA   The style proposes players, each with a chance; the prompt calls some in, sends some away, and hands
 *        some of them an instrument.
 *
 * STEPS  1  candidates: the style's tracks whose part may play ("only", "exclude"; parts of the mix, effects and
 *           textures, not where "only" is said), present by their chance
 *        2  a part that is asked for ("only", "include") gets its likeliest candidate, or a new one
 *        3  instruments: first each takes a candidate of its home part, then those that found none free take one
 *           of another part that they can play, or become a track of their own. One of drums and bass (808) takes
 *           the bass too where the style has such a sound or the prompt speaks of the bass
 *        4  an arpeggiated melody calls the arpeggio
 *        5  sounds: of those of a track by weight; times 4 for each mood and quality that is asked for and suits,
 *           a quarter for each that is to be avoided, times 4 for those of the era; avoided instruments never
 *        6  what qualities do to its numbers and to its mix */
#include <stdio.h>
#include <string.h>

#include "compose/intent_impl.h"
#include "compose/mix_wish.h"
#include "compose/track_kind.h"

typedef struct candidate {
    const snq_style_track *from; /* of the style: its own, or the most like */
    char name[SNQ_SCORE_NAME_MAX], kind[SNQ_SCORE_NAME_MAX];
    char patch[SNQ_SCORE_NAME_MAX]; /* an instrument has claimed it; "" */
    uint8_t index;                  /* of `from` in the style */
    uint8_t part;
    uint8_t present, own; /* own: not the style's idea */
} candidate;

typedef struct chooser {
    const snq_brief *brief;
    const snq_sound_table *sounds;
    snq_intent *out;
    candidate c[SNQ_INTENT_TRACKS_MAX];
    uint32_t n;
} chooser;

static const char *const kind_of_part[SNQ_PARTS] = { "drums",  "bass",  "harmony",
                                                     "melody", "vocal", "texture" };

/* ---------------------------------------------------------------- chance */

snq_rng snq__intent_rng(uint64_t seed, const char *what, uint32_t a)
{
    uint64_t h = 0xcbf29ce484222325ULL ^ seed; /* FNV-1a over the words, mixed by snq_rng_init */
    snq_rng r;
    for (const char *p = what; *p; p++)
        h = (h ^ (uint8_t)*p) * 0x100000001b3ULL;
    h = (h ^ a) * 0x100000001b3ULL;
    snq_rng_init(&r, h);
    return r;
}

uint32_t snq__intent_choose(snq_rng *r, const float *weight, uint32_t n)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < n; i++)
        sum += weight[i];
    float at = (float)snq_rng_uniform(r) * sum;
    uint32_t last = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (weight[i] <= 0.0f)
            continue;
        last = i;
        if (at < weight[i])
            return i;
        at -= weight[i];
    }
    return last;
}

/* ---------------------------------------------------------------- who may */

static int allowed(const snq_brief *b, int part)
{
    if (b->exclude >> part & 1)
        return 0;
    return !b->only || (b->only >> part & 1);
}

static int avoided(const chooser *c, const char *patch)
{
    for (int i = 0; i < SNQ_PLAYED; i++) {
        if (!(c->brief->avoid_instruments >> i & 1))
            continue;
        for (int p = 0; p < SNQ_PARTS; p++)
            for (uint32_t k = 0; k < c->sounds->played[i][p].patches; k++)
                if (strcmp(c->sounds->played[i][p].patch[k], patch) == 0)
                    return 1;
    }
    return 0;
}

static void propose(chooser *c)
{
    const snq_style *s = c->out->style;
    for (uint32_t i = 0; i < s->tracks; i++) {
        const snq_style_track *t = &s->track[i];
        const snq_track_kind *kind = snq_track_kind_find(t->kind);
        snq_rng rng = snq__intent_rng(c->out->seed, "present", i);
        const double roll = snq_rng_uniform(&rng);
        const int no_pads =
            strcmp(t->kind, "pad") == 0 && (c->brief->avoid_instruments >> SNQ_PLAYED_pad & 1);
        if (!kind || !allowed(c->brief, kind->part) || no_pads)
            continue;
        candidate *x = &c->c[c->n++];
        *x = (candidate) {
            .from = t, .index = (uint8_t)i, .part = kind->part, .present = roll < (double)t->chance
        };
        memcpy(x->name, t->name, sizeof x->name);
        memcpy(x->kind, t->kind, sizeof x->kind);
    }
}

/* The style's track that is most like one of this kind and part. */
static uint8_t most_like(const snq_style *s, const char *kind, int part)
{
    uint8_t best = 0;
    int most = -1;
    for (uint32_t i = 0; i < s->tracks; i++) {
        const snq_track_kind *k = snq_track_kind_find(s->track[i].kind);
        const int like = strcmp(s->track[i].kind, kind) == 0 ? 2 : k && k->part == part;
        if (like > most) {
            most = like;
            best = (uint8_t)i;
        }
    }
    return best;
}

/* A track that the style has not; NULL: no room. */
static candidate *add(chooser *c, const char *name, const char *kind, int part)
{
    const snq_track_kind *k = snq_track_kind_find(kind);
    if (c->n == SNQ_INTENT_TRACKS_MAX || !k)
        return NULL;
    candidate *x = &c->c[c->n];
    *x = (candidate) { .part = (uint8_t)part, .present = 1, .own = 1 };
    x->index = most_like(c->out->style, kind, part);
    x->from = &c->out->style->track[x->index];
    snprintf(x->kind, sizeof x->kind, "%s", kind);
    snprintf(x->name, sizeof x->name, "%s", name);
    c->n++;
    return x;
}

static void call_in(chooser *c, int part)
{
    candidate *best = NULL;
    for (uint32_t i = 0; i < c->n; i++) {
        candidate *x = &c->c[i];
        if (x->part != part)
            continue;
        if (x->present && strcmp(x->kind, kind_of_part[part]) == 0)
            return;
        const int plain = strcmp(x->kind, kind_of_part[part]) == 0;
        const int best_plain = best && strcmp(best->kind, kind_of_part[part]) == 0;
        if (!best || plain > best_plain ||
            (plain == best_plain && x->from->chance > best->from->chance))
            best = x;
    }
    if (best && (strcmp(best->kind, kind_of_part[part]) == 0 || best->present))
        best->present = 1;
    else
        add(c, kind_of_part[part], kind_of_part[part], part);
}

/* ---------------------------------------------------------------- instruments */

/* Of a list: the one that the track has among its sounds, else the first that is not avoided. */
static const char *pick(const chooser *c, const snq_sound_list *l, const snq_style_track *t)
{
    for (uint32_t i = 0; t && i < l->patches; i++)
        for (uint32_t k = 0; k < t->sounds; k++)
            if (strcmp(l->patch[i], t->sound[k].patch) == 0 && !avoided(c, l->patch[i]))
                return l->patch[i];
    for (uint32_t i = 0; i < l->patches; i++)
        if (!avoided(c, l->patch[i]))
            return l->patch[i];
    return NULL;
}

static const char *kind_at(const chooser *c, int played, int part)
{
    const char *kind = c->sounds->kind[played];
    return kind[0] && c->sounds->home[played] == part ? kind : kind_of_part[part];
}

/* Give the instrument a free candidate of a part. */
static int claim(chooser *c, int played, int part)
{
    const snq_sound_list *l = &c->sounds->played[played][part];
    candidate *best = NULL;
    if (!l->patches || !allowed(c->brief, part))
        return 0;
    for (uint32_t i = 0; i < c->n; i++) {
        candidate *x = &c->c[i];
        if (x->part != part || x->patch[0] || strcmp(x->kind, kind_at(c, played, part)) != 0)
            continue;
        if (!best || x->present > best->present)
            best = x;
    }
    const char *patch = best ? pick(c, l, best->from) : NULL;
    if (!patch)
        return 0;
    snprintf(best->patch, sizeof best->patch, "%s", patch);
    best->present = 1;
    return 1;
}

/* Has a candidate of this part such a sound among its own? */
static int has_sound(const chooser *c, int played, int part)
{
    const snq_sound_list *l = &c->sounds->played[played][part];
    for (uint32_t i = 0; i < c->n; i++)
        for (uint32_t k = 0; c->c[i].part == part && k < c->c[i].from->sounds; k++)
            for (uint32_t p = 0; p < l->patches; p++)
                if (strcmp(c->c[i].from->sound[k].patch, l->patch[p]) == 0)
                    return 1;
    return 0;
}

/* 808s: drums, and the bass where that is meant too. */
static void claim_bass_too(chooser *c, int played)
{
    const int meant = (c->brief->include >> SNQ_PART_bass & 1) ||
                      (c->brief->only >> SNQ_PART_bass & 1) || c->brief->modifiers[SNQ_PART_bass];
    if (c->sounds->home[played] != SNQ_PART_drums)
        return;
    if (meant || has_sound(c, played, SNQ_PART_bass))
        claim(c, played, SNQ_PART_bass);
}

static int claim_elsewhere(chooser *c, int played)
{
    const int home = c->sounds->home[played];
    const int held = c->sounds->kind[played][0] != '\0';
    for (int p = 0; p < SNQ_PARTS; p++) {
        /* held chords are played by others only where the style has that sound itself */
        if (p != home && (!held || has_sound(c, played, p)) && claim(c, played, p))
            return 1;
    }
    return 0;
}

static void add_player(chooser *c, int played)
{
    int part = c->sounds->home[played];
    for (int p = 0; p < SNQ_PARTS && !allowed(c->brief, part); p++)
        if (c->sounds->played[played][p].patches && allowed(c->brief, p))
            part = p;
    if (!allowed(c->brief, part))
        return;
    const char *patch = pick(c, &c->sounds->played[played][part], NULL);
    candidate *x = patch ? add(c, snq_played_names[played], kind_at(c, played, part), part) : NULL;
    if (x)
        snprintf(x->patch, sizeof x->patch, "%s", patch);
}

static void hand_out(chooser *c)
{
    uint32_t left = 0;
    for (int i = 0; i < SNQ_PLAYED; i++) {
        const uint32_t bit = 1u << i;
        if (!(c->brief->instruments & bit) || (c->brief->avoid_instruments & bit))
            continue;
        if (!claim(c, i, c->sounds->home[i]))
            left |= bit;
        claim_bass_too(c, i);
    }
    for (int i = 0; i < SNQ_PLAYED; i++)
        if ((left >> i & 1) && !claim_elsewhere(c, i))
            add_player(c, i);
}

/* ---------------------------------------------------------------- sounds */

static float likes(uint32_t suits, uint32_t asked, uint32_t shunned)
{
    float w = 1.0f;
    for (uint32_t i = 0; i < 32; i++) {
        if (suits & asked & (1u << i))
            w *= 4.0f;
        if (suits & shunned & (1u << i))
            w *= 0.25f;
    }
    return w;
}

static int of_era(const chooser *c, const char *patch)
{
    const int era = c->out->era;
    for (uint32_t i = 0; era >= 0 && i < c->sounds->era[era].patches; i++)
        if (strcmp(c->sounds->era[era].patch[i], patch) == 0)
            return 1;
    return 0;
}

static const char *choose_patch(const chooser *c, const candidate *x, uint32_t qualities,
                                uint32_t shunned)
{
    const snq_style_track *t = x->from;
    float weight[SNQ_STYLE_SOUNDS_MAX], sum = 0.0f;
    if (x->patch[0])
        return x->patch;
    if (x->own)
        return pick(c, &c->sounds->part[x->part], NULL);
    for (uint32_t i = 0; i < t->sounds; i++) {
        const snq_style_sound *s = &t->sound[i];
        weight[i] = s->weight * likes(s->moods, c->out->moods, c->brief->avoid_moods) *
                    likes(s->qualities, qualities, shunned) * (of_era(c, s->patch) ? 4.0f : 1.0f);
        if (avoided(c, s->patch))
            weight[i] = 0.0f;
        sum += weight[i];
    }
    if (sum <= 0.0f)
        return pick(c, &c->sounds->part[x->part], NULL);
    snq_rng rng = snq__intent_rng(c->out->seed, "patch", x->index);
    return t->sound[snq__intent_choose(&rng, weight, t->sounds)].patch;
}

/* ---------------------------------------------------------------- settling */

/* Qualities that are said of a candidate's part. */
static uint32_t said_of(const uint32_t *modifiers, const candidate *x)
{
    uint32_t set = modifiers[x->part];
    if (strcmp(x->kind, "arpeggio") == 0)
        set |= modifiers[SNQ_PART_melody] | modifiers[SNQ_PART_harmony];
    return x->part == SNQ_PART_mix ? 0 : set;
}

/* The candidate's name, unlike those that are there. */
static void give_name(const snq_intent *out, const candidate *x, snq_track_intent *t)
{
    memcpy(t->name, x->name, sizeof t->name);
    for (int n = 2;; n++) {
        uint32_t i = 0;
        while (i < out->tracks && strcmp(out->track[i].name, t->name) != 0)
            i++;
        if (i == out->tracks)
            return;
        snprintf(t->name, sizeof t->name, "%.40s %d", x->name, n);
    }
}

static void settle(chooser *c, const candidate *x)
{
    const snq_brief *b = c->brief;
    const uint32_t own = said_of(b->modifiers, x), not_own = said_of(b->avoid_modifiers, x);
    const uint32_t qualities = own | b->modifiers[SNQ_PART_mix];
    const uint32_t shunned = not_own | b->avoid_modifiers[SNQ_PART_mix];
    const char *patch = choose_patch(c, x, qualities, shunned);
    if (!patch)
        return; /* all that it could play is to be avoided */
    snq_track_intent *t = &c->out->track[c->out->tracks];
    *t = (snq_track_intent) { .part = x->part,
                              .style_track = x->index,
                              .qualities = qualities,
                              .shunned = shunned,
                              .density = x->from->density,
                              .complexity = x->from->complexity,
                              .variation = x->from->variation,
                              .mix = x->from->mix };
    give_name(c->out, x, t);
    c->out->tracks++;
    memcpy(t->kind, x->kind, sizeof t->kind);
    snprintf(t->patch, sizeof t->patch, "%s", patch);
    if (x->own && strcmp(x->from->kind, x->kind) != 0)
        t->mix = snq_mix_wish_none();
    if (x->own)
        t->mix.gain_db = t->mix.gain_db < -3.0f ? t->mix.gain_db : -3.0f;
    t->density += 0.3f * (c->out->energy - c->out->style->energy);
    snq__qualities_bend(qualities, 1.0f, t);
    snq__qualities_bend(shunned, -1.0f, t);
    snq__qualities_mix(own, 1.0f, &t->mix);
    snq__qualities_mix(not_own, -0.7f, &t->mix);
}

snq_status snq__intent_tracks(const snq_brief *brief, const snq_sound_table *sounds,
                              snq_intent *out)
{
    chooser c = { .brief = brief, .sounds = sounds, .out = out };
    const uint32_t arpeggiated = 1u << SNQ_QUALITY_arpeggiated;
    int notes = 0;
    out->tracks = 0;
    propose(&c);
    for (int p = 0; p < SNQ_PART_mix; p++)
        if (((brief->only | brief->include) >> p & 1) && allowed(brief, p))
            call_in(&c, p);
    hand_out(&c);
    if (brief->modifiers[SNQ_PART_melody] & arpeggiated) {
        uint32_t i = 0;
        while (i < c.n && strcmp(c.c[i].kind, "arpeggio") != 0)
            i++;
        if (i < c.n)
            c.c[i].present = 1;
    }
    for (uint32_t i = 0; i < c.n; i++)
        if (c.c[i].present)
            settle(&c, &c.c[i]);
    for (uint32_t i = 0; i < out->tracks; i++)
        notes |= out->track[i].part != SNQ_PART_mix;
    /* a piece of textures alone is one; nobody at all is not */
    if (!out->tracks || (!notes && !(brief->instruments >> SNQ_PLAYED_vinyl & 1)))
        return SNQ_FAIL(SNQ_ERR_RANGE, "no track is left that could play");
    return SNQ_OK;
}
