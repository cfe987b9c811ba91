// SPDX-License-Identifier: MIT
/* What is wished for bars, measured in the notes of whole pieces of all styles. */
#include "support/check.h"

#include <math.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "compose/bar_wish.h"
#include "compose/drum_impl.h"
#include "compose/theory.h"
#include "score/drum_keys.h"
#include "support/sweep.h"
#include "whole_piece.h"

enum { BARS = 48, SEEDS = 3, STEP = SNQ_TICKS_PER_STEP, TICKS_44 = 16 * STEP };

#define WITH_DRUMS "\"tracks\":{\"include\":[\"drums\"]}"
#define STRAIGHT   "{\"meter\":\"4/4\",\"swing\":\"none\"," WITH_DRUMS "}"

static snq_sound_table *sounds;

typedef struct piece {
    snq_style *style;
    snq_brief brief;
    snq_intent in;
    snq_form form;
    snq_score score;
    snq_bar_wish wish[BARS];
} piece;

static piece p;

static int begin(void **state)
{
    sounds = sounds_of_tree();
    return 0;
}

static int end(void **state)
{
    snq_free(sounds);
    return 0;
}

/* ---- a piece ---- */

/* A style, a brief, BARS bars; nothing is wished yet. */
static void start(int genre, const char *brief, uint64_t seed)
{
    memset(&p, 0, sizeof p);
    p.style = style_of_tree(snq_genre_names[genre]);
    p.brief = brief_of(brief);
    p.brief.bars = BARS;
    check_ok(snq_intent_decide(&p.brief, p.style, sounds, seed, &p.in));
    check_ok(snq_form_plan(&p.brief, &p.in, &p.form));
    for (int b = 0; b < BARS; b++)
        p.wish[b] = snq_bar_wish_none();
}

/* Wish the same for all bars. */
static void wish_all(size_t offset, float v)
{
    for (int b = 0; b < BARS; b++)
        *(float *)(void *)((char *)&p.wish[b] + offset) = v;
}
#define WISH(member, v) wish_all(offsetof(snq_bar_wish, member), v)

/* 0 .. 1, up and down in 17 bars, as a film goes. */
static float walk(int bar, uint64_t seed)
{
    return 0.5f + 0.5f * (float)sin(bar * 0.37 + (double)seed * 1.7);
}
#define WALK(member, seed, times)     \
    for (int b_ = 0; b_ < BARS; b_++) \
    p.wish[b_].member = (times)*walk(b_, seed)

static void make(uint64_t seed)
{
    snq_compose_cfg cfg = compose_cfg(&p.brief, &p.in, seed);
    cfg.wish = p.wish;
    snq_score_clear(&p.score);
    check_ok(snq_compose(&cfg, &p.score));
    check_score(&p.score, &p.in);
}

static void stop(void)
{
    snq_score_clear(&p.score);
    snq_brief_clear(&p.brief);
    snq_style_free(p.style);
}

/* Does a track of this kind play in a bar that is not the last? */
static int plays(const char *kind, int bar)
{
    const snq_form_section *s = &p.form.section[snq_form_at(&p.form, bar)];
    for (uint32_t i = 0; i < p.in.tracks && bar + 1 < BARS; i++)
        if (strcmp(p.in.track[i].kind, kind) == 0 && (s->active >> i & 1))
            return 1;
    return 0;
}

/* ---- notes ---- */

typedef int chooser(const snq_track *t, const snq_note *n);

static int any(const snq_track *t, const snq_note *n)
{
    return 1;
}

static int is_hat(const snq_track *t, const snq_note *n)
{
    return strcmp(t->kind, "drums") == 0 && snq__drum_class_of(n->pitch) == SNQ__DRUM_HATS;
}

static int is_kick(const snq_track *t, const snq_note *n)
{
    return t->channel == 9 && snq__drum_class_of(n->pitch) == SNQ__DRUM_KICKS;
}

/* Percussion, and of the kit what is no kick, hat, crash. */
static int is_around(const snq_track *t, const snq_note *n)
{
    const int c = snq__drum_class_of(n->pitch);
    return strcmp(t->kind, "percussion") == 0 || (t->channel == 9 && c != SNQ__DRUM_HATS &&
                                                  c != SNQ__DRUM_KICKS && c != SNQ__DRUM_CRASHES);
}

static int is_melody(const snq_track *t, const snq_note *n)
{
    return strcmp(t->kind, "melody") == 0;
}

/* Of the notes that `of` chooses, by bar: how many, on which steps, the sum of their velocities. */
typedef struct by_bar {
    int notes[BARS], steps[BARS];
    uint64_t on[BARS];
    double force[BARS];
} by_bar;

static by_bar count(chooser *of)
{
    by_bar c;
    const int32_t steps = snq_intent_bar_steps(&p.in);
    memset(&c, 0, sizeof c);
    for (size_t t = 0; t < p.score.tracks; t++)
        for (size_t i = 0; i < p.score.track[t].notes; i++) {
            const snq_note *n = &p.score.track[t].note[i];
            /* swing and rolls are late, never early */
            const int32_t at = (int32_t)((n->tick + STEP / 8) / STEP), bar = at / steps;
            if (!of(&p.score.track[t], n) || bar >= BARS)
                continue;
            c.notes[bar]++;
            c.force[bar] += n->velocity;
            c.steps[bar] += !(c.on[bar] >> at % steps & 1);
            c.on[bar] |= (uint64_t)1 << at % steps;
        }
    return c;
}

static int bits(unsigned x)
{
    int n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

/* ---- correlation ---- */

typedef struct pairs {
    double x[BARS * 8], y[BARS * 8];
    int n;
} pairs;

static void pair(pairs *q, double x, double y)
{
    assert_true(q->n < BARS * 8);
    q->x[q->n] = x;
    q->y[q->n++] = y;
}

static double pearson(const pairs *q)
{
    double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;
    for (int i = 0; i < q->n; i++) {
        mx += q->x[i] / q->n;
        my += q->y[i] / q->n;
    }
    for (int i = 0; i < q->n; i++) {
        xy += (q->x[i] - mx) * (q->y[i] - my);
        xx += (q->x[i] - mx) * (q->x[i] - mx);
        yy += (q->y[i] - my) * (q->y[i] - my);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

/* ---- nothing is wished ---- */

/* Wishes that say nothing change nothing, byte for byte. */
static void what_is_not_wished_changes_nothing(void **state)
{
    static const char *const briefs[] = { "{}", "{\"meter\":\"7/8\"}", "{\"swing\":\"heavy\"}" };
    for (int g = 0; g < SNQ_GENRES; g++)
        for (size_t k = 0; k < SNQ_COUNT(briefs); k++) {
            start(g, briefs[k], k);
            make(k);
            snq_score plain;
            const snq_compose_cfg cfg = compose_cfg(&p.brief, &p.in, k);
            check_ok(snq_compose(&cfg, &plain));
            assert_true(score_hash(&plain) == score_hash(&p.score));
            WISH(kick, SNQ_KICK_style); /* says so, too */
            make(k);
            assert_true(score_hash(&plain) == score_hash(&p.score));
            snq_score_clear(&plain);
            stop();
        }
}

static void what_is_no_wish_is_refused(void **state)
{
    snq_bar_wish w[2] = { snq_bar_wish_none(), snq_bar_wish_none() };
    check_ok(snq_bar_wish_check(w, 2));
    check_ok(snq_bar_wish_check(NULL, 0));
    for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++) {
        const snq_bar_wish_field *f = &snq_bar_wish_fields[i];
        const float bad[] = { f->min - 0.5f, f->max + 0.5f, INFINITY, -INFINITY, 0.5f };
        for (size_t k = 0; k < SNQ_COUNT(bad) - !f->choice; k++) {
            *snq_bar_wish_at(&w[1], f) = bad[k];
            snq_error_clear();
            assert_int_equal(snq_bar_wish_check(w, 2), SNQ_ERR_RANGE);
            assert_non_null(strstr(snq_last_error(), "bar 1"));
            assert_non_null(strstr(snq_last_error(), f->name));
        }
        *snq_bar_wish_at(&w[1], f) = f->max;
        check_ok(snq_bar_wish_check(w, 2));
        check_near((double)snq_bar_wish_get(&w[1], f), (double)f->max, 0);
        w[1] = snq_bar_wish_none();
    }
    snq_score s;
    start(0, "{}", 1);
    p.wish[7].swing = 0.6f;
    snq_compose_cfg cfg = compose_cfg(&p.brief, &p.in, 1);
    cfg.wish = p.wish;
    assert_int_equal(snq_compose(&cfg, &s), SNQ_ERR_RANGE);
    stop();
}

/* ---- hats ---- */

static double hats_follow(int genre, const char *brief)
{
    static pairs q;
    q.n = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        start(genre, brief, seed);
        WALK(hat_density, seed, 1.0f);
        make(seed);
        const by_bar c = count(is_hat);
        for (int b = 0; b < BARS; b++)
            if (plays("drums", b))
                pair(&q, (double)p.wish[b].hat_density, c.steps[b]);
        stop();
    }
    return q.n > 20 ? pearson(&q) : NAN;
}

/* Steps with a hat follow the wish, fills and all, in every style that has hats, in every metre. */
static void hats_follow_in_every_style(void **state)
{
    static const char *const metres[] = { "4/4", "3/4", "6/8", "7/8", "5/4" };
    for (size_t m = 0; m < SNQ_COUNT(metres); m++) {
        double least = 1, mean = 0;
        int n = 0;
        for (int g = 0; g < SNQ_GENRES; g++) {
            char brief[128];
            snprintf(brief, sizeof brief, "{\"meter\":\"%s\"," WITH_DRUMS "}", metres[m]);
            const double r = g == SNQ_GENRE_cinematic ? NAN : hats_follow(g, brief);
            if (isnan(r))
                continue;
            least = r < least ? r : least;
            mean += r;
            n++;
            if (r < (m == 0 ? 0.9 : 0.85))
                fail_msg("%s in %s: r %.3f", snq_genre_names[g], metres[m], r);
        }
        print_message("hats in %s: r %.3f and more, mean %.3f\n", metres[m], least, mean / n);
        assert_true(n >= 16);
    }
}

/* 0 none, 0.25 a quarter of the steps, 0.5 half, 1 all: in nearly all bars to the step. */
static void so_many_hats(void **state)
{
    static const float wish[] = { 0, 0.25f, 0.5f, 0.75f, 1 };
    for (int g = 0; g < SNQ_GENRES; g++)
        for (size_t k = 0; k < SNQ_COUNT(wish); k++) {
            int bars = 0, right = 0, eighths = 0, on = 0;
            if (g == SNQ_GENRE_jazz || g == SNQ_GENRE_cinematic)
                continue;
            for (uint64_t seed = 0; seed < SEEDS; seed++) {
                start(g, STRAIGHT, seed);
                WISH(hat_density, wish[k]);
                make(seed);
                const by_bar c = count(is_hat);
                for (int b = 0; b < BARS; b++)
                    if (plays("drums", b)) {
                        bars++;
                        right += c.steps[b] == (int)(wish[k] * 16);
                        eighths += bits((unsigned)c.on[b] & 0x5555);
                        on += c.steps[b];
                    }
                stop();
            }
            if (right < 0.7 * bars)
                fail_msg("%s, %.2f: right in %d of %d bars", snq_genre_names[g], (double)wish[k],
                         right, bars);
            /* few hats are on eighths, as a hand would thin them */
            if (k > 0 && k < 3)
                assert_true(eighths > 0.55 * on);
        }
}

/* What is wished for one bar leaves the drums of the others where they are. */
static void bars_are_on_their_own(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        start(g, STRAIGHT, 2);
        WISH(hat_density, 0.5f);
        make(2);
        const by_bar hats = count(is_hat), around = count(is_around);
        p.wish[20].hat_density = p.wish[20].percussion = 1;
        p.wish[20].kick = SNQ_KICK_none;
        make(2);
        const by_bar hats2 = count(is_hat), around2 = count(is_around);
        for (int b = 0; b < BARS; b++)
            if (b != 20) {
                assert_true(hats.on[b] == hats2.on[b] && hats.notes[b] == hats2.notes[b]);
                assert_true(around.on[b] == around2.on[b] && around.notes[b] == around2.notes[b]);
            }
        stop();
    }
}

/* ---- kick ---- */

typedef struct kicks {
    int bars, one, empty, exact, beats24, most;
    double mean, off;
} kicks;

static kicks kicks_of(int genre, int pattern, const char *brief, uint64_t beats)
{
    kicks k = { 0 };
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        start(genre, brief, seed);
        WISH(kick, (float)pattern);
        make(seed);
        const by_bar c = count(is_kick);
        for (int b = 0; b < BARS; b++) {
            const int n = c.steps[b];
            if (!plays("drums", b))
                continue;
            k.bars++;
            k.one += c.on[b] & 1;
            k.empty += n == 0;
            k.exact += c.on[b] == beats;
            k.beats24 += (c.on[b] & 0x1010) != 0;
            k.most = n > k.most ? n : k.most;
            k.mean += n;
            k.off += bits((unsigned)c.on[b] & 0xEEEE);
        }
        stop();
    }
    k.off /= k.mean > 0 ? k.mean : 1;
    k.mean /= k.bars;
    return k;
}

/* Builds and stops take the kick out, so that not quite all bars have it. */
static void the_kick_falls_where_it_is_wished(void **state)
{
    double floor_share = 1;
    for (int g = 0; g < SNQ_GENRES; g++) {
        const kicks four = kicks_of(g, SNQ_KICK_four_on_floor, STRAIGHT, 0x1111);
        const kicks half = kicks_of(g, SNQ_KICK_half_time, STRAIGHT, 0);
        const kicks brk = kicks_of(g, SNQ_KICK_breakbeat, STRAIGHT, 0);
        const kicks syn = kicks_of(g, SNQ_KICK_syncopated, STRAIGHT, 0);
        const kicks sparse = kicks_of(g, SNQ_KICK_sparse, STRAIGHT, 0);
        const kicks none = kicks_of(g, SNQ_KICK_none, STRAIGHT, 0);
        const double exact = (double)four.exact / four.bars;
        floor_share = exact < floor_share ? exact : floor_share;
        if (exact < 0.85 || none.empty < none.bars || half.one < 0.85 * half.bars ||
            half.beats24 > 0 || half.mean > 3 || brk.mean < 2.8 || brk.off < 0.4 || syn.off < 0.6 ||
            sparse.one < 0.85 * sparse.bars || sparse.most > 3 || sparse.mean > 1.7)
            fail_msg("%s: four %.2f, none %d of %d, half %.1f, break %.1f (%.2f off), syncopated "
                     "%.2f off, sparse %.1f (%d)",
                     snq_genre_names[g], exact, none.empty, none.bars, half.mean, brk.mean, brk.off,
                     syn.off, sparse.mean, sparse.most);
    }
    print_message("four on the floor: %.3f of the bars and more\n", floor_share);
}

static void in_other_metres_on_each_beat(void **state)
{
    static const struct {
        const char *metre;
        uint64_t beats;
    } row[] = { { "3/4", 0x111 }, { "6/8", 0x41 }, { "7/8", 0x111 }, { "5/4", 0x11111 } };
    for (int g = 0; g < SNQ_GENRES; g++)
        for (size_t i = 0; i < SNQ_COUNT(row); i++) {
            char brief[128];
            snprintf(brief, sizeof brief, "{\"meter\":\"%s\",\"swing\":\"none\"," WITH_DRUMS "}",
                     row[i].metre);
            const kicks k = kicks_of(g, SNQ_KICK_four_on_floor, brief, row[i].beats);
            if (k.exact < 0.8 * k.bars)
                fail_msg("%s in %s: %d of %d", snq_genre_names[g], row[i].metre, k.exact, k.bars);
            for (int pattern = SNQ_KICK_half_time; pattern <= SNQ_KICK_sparse; pattern++) {
                const kicks other = kicks_of(g, pattern, brief, 0);
                assert_true(other.one >= 0.75 * other.bars && other.mean < 6);
            }
        }
}

/* ---- around the beat ---- */

/* Bar by bar: as more is wished there is never less, but for fills; and much more at the end. */
static void more_goes_on_around_the_beat(void **state)
{
    static const float wish[] = { 0, 0.25f, 0.5f, 0.75f, 1 };
    for (int g = 0; g < SNQ_GENRES; g++) {
        double sum[SNQ_COUNT(wish)] = { 0 };
        int bars = 0, less = 0, most = 0;
        if (g == SNQ_GENRE_ambient) /* a kit of few hits */
            continue;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            by_bar last = { 0 };
            start(g, STRAIGHT, seed);
            for (size_t k = 0; k < SNQ_COUNT(wish); k++) {
                WISH(percussion, wish[k]);
                make(seed);
                const by_bar c = count(is_around);
                for (int b = 0; b < BARS; b++) {
                    sum[k] += c.notes[b];
                    bars += k > 0;
                    less += k > 0 && c.notes[b] < last.notes[b];
                    most = c.notes[b] > most ? c.notes[b] : most;
                }
                last = c;
            }
            stop();
        }
        print_message("%-14s %.1f %.1f %.1f %.1f %.1f a bar\n", snq_genre_names[g],
                      sum[0] / BARS / SEEDS, sum[1] / BARS / SEEDS, sum[2] / BARS / SEEDS,
                      sum[3] / BARS / SEEDS, sum[4] / BARS / SEEDS);
        for (size_t k = 1; k < SNQ_COUNT(wish); k++)
            assert_true(sum[k] >= 0.98 * sum[k - 1]);
        if (less > 0.05 * bars || sum[4] < 1.3 * sum[0])
            fail_msg("%s: less in %d of %d bars", snq_genre_names[g], less, bars);
    }
}

/* ---- swing ---- */

/* The later notes of pairs are where the bar's wish has them, within 5 ms at the piece's tempo: all but rolls, strums,
 * triplets. */
static void swing_is_as_late_as_wished(void **state)
{
    int all = 0, near = 0;
    for (int g = 0; g < SNQ_GENRES; g++) {
        int n = 0, right = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            start(g, "{\"meter\":\"4/4\"}", seed);
            WALK(swing, seed, 0.5f);
            make(seed);
            const int64_t half = p.in.swing_step == 2 ? 2 * STEP : STEP;
            for (size_t t = 0; t < p.score.tracks; t++)
                for (size_t i = 0; i < p.score.track[t].notes; i++) {
                    const snq_note *k = &p.score.track[t].note[i];
                    const int64_t x = k->tick % (2 * half), bar = k->tick / TICKS_44;
                    const double asked = (double)half * (1.0 + (double)p.wish[bar].swing);
                    if (x < 0.8 * half)
                        continue;
                    n++;
                    right += fabs((double)x - asked) / SNQ_SCORE_TICKS * 60000.0 / p.in.bpm < 5.0;
                }
            stop();
        }
        if (right < 0.75 * n)
            fail_msg("%s: %d of %d", snq_genre_names[g], right, n);
        all += n;
        near += right;
    }
    print_message("swing: %.3f of the later notes within 5 ms\n", (double)near / all);
    assert_true(near > 0.97 * all);
}

/* ---- chords ---- */

/* Tones of the chords, by their length; pitch classes that chords of harmony and pads are struck with. */
static void chord_sizes(double *tones, double *struck)
{
    double sum = 0, length = 0, classes = 0, strokes = 0;
    for (size_t i = 0; i < p.score.chords; i++) {
        const snq_chord_span *c = &p.score.chord[i];
        snq_chord chord;
        check_ok(snq_chord_from_label(c->label, &chord));
        sum += bits(chord.tones) * (double)(c->end - c->start);
        length += (double)(c->end - c->start);
    }
    for (size_t t = 0; t < p.score.tracks; t++) {
        const snq_track *k = &p.score.track[t];
        for (size_t i = 0, from = 0; i < k->notes; i = from) {
            unsigned set = 0;
            for (; from < k->notes && k->note[from].tick < k->note[i].tick + STEP / 4; from++)
                set |= 1u << k->note[from].pitch % 12;
            if ((strcmp(k->kind, "harmony") && strcmp(k->kind, "pad")) || bits(set) < 3)
                continue;
            classes += bits(set);
            strokes++;
        }
    }
    *tones = sum / length;
    *struck = strokes > 0 ? classes / strokes : NAN;
}

static void chords_grow_with_their_complexity(void **state)
{
    double all[6] = { 0 }, heard[6] = { 0 };
    for (int g = 0; g < SNQ_GENRES; g++) {
        static pairs q;
        double by[6] = { 0 }, notes[6] = { 0 }, heard_in[6] = { 0 };
        q.n = 0;
        for (int c = 1; c <= 5; c++)
            for (uint64_t seed = 0; seed < 6; seed++) {
                double tones, struck;
                start(g, "{}", seed);
                WISH(chord_complexity, (float)c);
                make(seed);
                chord_sizes(&tones, &struck);
                by[c] += tones / 6;
                notes[c] += isnan(struck) ? 0 : struck;
                heard_in[c] += !isnan(struck);
                pair(&q, c, tones);
                stop();
            }
        for (int c = 1; c <= 5; c++) {
            assert_true(heard_in[c] >= 4);
            notes[c] /= heard_in[c];
            all[c] += by[c] / SNQ_GENRES;
            heard[c] += notes[c] / SNQ_GENRES;
            if (c > 1 && (by[c] < by[c - 1] - 0.1 || notes[c] < notes[c - 1] - 0.2))
                fail_msg("%s: %d has %.2f tones, %.2f struck", snq_genre_names[g], c, by[c],
                         notes[c]);
        }
        if (pearson(&q) < 0.65 || by[5] < by[1] + 0.6 || notes[5] < notes[1] + 0.5)
            fail_msg("%s: r %.2f, %.2f .. %.2f tones, %.2f .. %.2f struck", snq_genre_names[g],
                     pearson(&q), by[1], by[5], notes[1], notes[5]);
    }
    print_message("tones of a chord, 1 .. 5: %.2f %.2f %.2f %.2f %.2f; struck: %.2f %.2f %.2f %.2f "
                  "%.2f\n",
                  all[1], all[2], all[3], all[4], all[5], heard[1], heard[2], heard[3], heard[4],
                  heard[5]);
}

/* Bar by bar: the chords of the bars that wish for more are bigger. */
static void complexity_goes_by_bars(void **state)
{
    double by[2] = { 0 };
    for (int g = 0; g < SNQ_GENRES; g++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            start(g, "{\"meter\":\"4/4\"}", seed);
            for (int b = 0; b < BARS; b++)
                p.wish[b].chord_complexity = b / 4 % 2 ? 5 : 1;
            make(seed);
            for (size_t i = 0; i < p.score.chords; i++) {
                const int64_t bar = p.score.chord[i].start / TICKS_44;
                snq_chord chord;
                check_ok(snq_chord_from_label(p.score.chord[i].label, &chord));
                by[bar / 4 % 2] += bits(chord.tones);
            }
            stop();
        }
    assert_true(by[1] > 1.15 * by[0]);
}

/* Roots a section, share of the time with a tone foreign to the scale. */
static void roots_of(double *roots, double *foreign)
{
    double away = 0, time = 0;
    *roots = 0;
    const uint16_t scale = snq_scale_set(p.in.tonic, p.in.mode);
    for (uint32_t i = 0; i < p.form.sections; i++) {
        const int64_t bar = snq_intent_bar_ticks(&p.in);
        const int64_t from = p.form.section[i].bar * bar, to = from + p.form.section[i].bars * bar;
        unsigned set = 0;
        for (size_t c = 0; c < p.score.chords; c++) {
            const snq_chord_span *span = &p.score.chord[c];
            snq_chord chord;
            if (span->start < from || span->start >= to)
                continue;
            check_ok(snq_chord_from_label(span->label, &chord));
            set |= 1u << chord.root;
            time += (double)(span->end - span->start);
            away += snq_chord_set(&chord) & ~scale ? (double)(span->end - span->start) : 0;
        }
        *roots += (double)bits(set) / p.form.sections;
    }
    *foreign = away / time;
}

static void chords_go_as_far_as_wished(void **state)
{
    enum { MANY = 8 };
    double roots[SNQ_PROGRESSIONS] = { 0 }, foreign[SNQ_PROGRESSIONS] = { 0 };
    for (int g = 0; g < SNQ_GENRES; g++) {
        double r[SNQ_PROGRESSIONS] = { 0 }, f[SNQ_PROGRESSIONS] = { 0 };
        for (int k = 0; k < SNQ_PROGRESSIONS; k++)
            for (uint64_t seed = 0; seed < MANY; seed++) {
                double x, y;
                start(g, "{}", seed);
                WISH(progression, (float)k);
                make(seed);
                roots_of(&x, &y);
                r[k] += x / MANY;
                f[k] += y / MANY;
                stop();
            }
        for (int k = 0; k < SNQ_PROGRESSIONS; k++) {
            roots[k] += r[k] / SNQ_GENRES;
            foreign[k] += f[k] / SNQ_GENRES;
            if (k > 0 && r[k] <= r[k - 1])
                fail_msg("%s: %s has %.2f roots, less than before", snq_genre_names[g],
                         snq_progression_names[k], r[k]);
        }
        if (f[3] < 0.2 || f[3] < 1.5 * f[2] || f[0] > 0.12)
            fail_msg("%s: foreign %.2f %.2f %.2f %.2f", snq_genre_names[g], f[0], f[1], f[2], f[3]);
    }
    for (int k = 0; k < SNQ_PROGRESSIONS; k++)
        print_message("%s: %.2f roots a section, %.3f of the time foreign\n",
                      snq_progression_names[k], roots[k], foreign[k]);
}

/* Sections wish for themselves: what most of their bars say. */
static void progressions_go_by_sections(void **state)
{
    start(SNQ_GENRE_house, "{}", 4);
    const snq_form_section *last = &p.form.section[p.form.sections - 1];
    for (int b = last->bar; b < BARS; b++)
        p.wish[b].progression = SNQ_PROGRESSION_chromatic;
    make(4);
    const snq_score before = p.score;
    snq_score_init(&p.score);
    for (int b = 0; b < BARS; b++)
        p.wish[b].progression = NAN;
    make(4);
    size_t same = 0;
    const int64_t from = last->bar * snq_intent_bar_ticks(&p.in);
    for (size_t i = 0; i < p.score.chords && p.score.chord[i].end <= from; i++)
        same += strcmp(p.score.chord[i].label, before.chord[i].label) == 0;
    for (size_t i = 0; i < p.score.chords && p.score.chord[i].end <= from; i++)
        same--;
    assert_int_equal(same, 0);
    assert_true(score_hash(&p.score) != score_hash(&before));
    snq_score plain = before;
    snq_score_clear(&plain);
    stop();
}

/* ---- energy, melody ---- */

/* The same piece at low and at high energy: more notes, and harder ones. */
static void energy_is_in_notes_and_velocities(void **state)
{
    double least = 9;
    for (int g = 0; g < SNQ_GENRES; g++) {
        double force[2] = { 0 }, mean[2] = { 0 };
        static pairs q;
        q.n = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            by_bar c[2];
            start(g, "{}", seed);
            for (int k = 0; k < 2; k++) {
                WISH(energy, k ? 0.9f : 0.2f);
                make(seed);
                c[k] = count(any);
                double notes = 0, sum = 0;
                for (int b = 0; b < BARS; b++) {
                    force[k] += c[k].force[b];
                    sum += c[k].force[b];
                    notes += c[k].notes[b];
                }
                mean[k] += sum / notes / SEEDS;
            }
            WALK(energy, seed, 1.0f);
            make(seed);
            const by_bar w = count(any);
            for (int b = 0; b + 1 < BARS; b++) /* between the two */
                if (c[1].force[b] > 1.1 * c[0].force[b])
                    pair(&q, (double)p.wish[b].energy,
                         (w.force[b] - c[0].force[b]) / (c[1].force[b] - c[0].force[b]));
            stop();
        }
        least = force[1] / force[0] < least ? force[1] / force[0] : least;
        print_message("%-14s force x %.2f, velocity %.1f .. %.1f, r %.2f\n", snq_genre_names[g],
                      force[1] / force[0], mean[0], mean[1], pearson(&q));
        if (force[1] < 1.15 * force[0] || pearson(&q) < 0.65)
            fail_msg("%s: force %.2f, r %.2f", snq_genre_names[g], force[1] / force[0],
                     pearson(&q));
    }
}

static void the_melody_is_as_dense_as_wished(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g++) {
        static pairs q;
        q.n = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            start(g, "{\"tracks\":{\"include\":[\"melody\"]}}", seed);
            WALK(melody_density, seed, 1.0f);
            make(seed);
            const by_bar c = count(is_melody);
            for (int b = 0; b < BARS; b++)
                if (plays("melody", b))
                    pair(&q, (double)p.wish[b].melody_density, c.notes[b]);
            stop();
        }
        if (pearson(&q) < 0.5)
            fail_msg("%s: r %.2f", snq_genre_names[g], pearson(&q));
    }
}

/* ---- what is there stays ---- */

static void kept_tracks_stay_under_other_wishes(void **state)
{
    for (int g = 0; g < SNQ_GENRES; g += 3) {
        start(g, "{" WITH_DRUMS "}", 3);
        WISH(hat_density, 0.2f);
        WISH(swing, 0.3f);
        make(3);
        const snq_score before = p.score;
        snq_score_init(&p.score);
        snq_compose_cfg cfg = compose_cfg(&p.brief, &p.in, 3);
        WISH(hat_density, 0.9f);
        WISH(chord_complexity, 5);
        WISH(progression, SNQ_PROGRESSION_chromatic);
        cfg.wish = p.wish;
        cfg.kept = &before;
        for (uint32_t i = 0; i < p.in.tracks; i++)
            cfg.anew |= (uint32_t)(strcmp(p.in.track[i].kind, "drums") == 0) << i;
        check_ok(snq_compose(&cfg, &p.score));
        for (size_t t = 0; t < before.tracks; t++) {
            const snq_track *a = &before.track[t];
            const snq_track *b = snq_score_find_track(&p.score, a->name);
            int same = a->notes == b->notes;
            for (size_t i = 0; same && i < a->notes; i++)
                same = a->note[i].tick == b->note[i].tick && a->note[i].pitch == b->note[i].pitch &&
                       a->note[i].velocity == b->note[i].velocity;
            assert_int_equal(same, strcmp(a->kind, "drums") != 0);
        }
        assert_int_equal(before.chords, p.score.chords);
        snq_score gone = before;
        snq_score_clear(&gone);
        stop();
    }
}

/* ---- bounds ---- */

/* All wishes at their ends, in odd metres and lengths: pieces. */
static void extremes_are_pieces(void **state)
{
    static const char *const briefs[] = { "{\"meter\":\"1/16\"}", "{\"meter\":\"11/16\"}",
                                          "{\"meter\":\"12/8\"}", "{\"meter\":\"2/2\"}" };
    for (int g = 0; g < SNQ_GENRES; g++)
        for (size_t k = 0; k < SNQ_COUNT(briefs); k++)
            for (int most = 0; most < 2; most++) {
                start(g, briefs[k], 1);
                for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++)
                    wish_all(snq_bar_wish_fields[i].offset,
                             most ? snq_bar_wish_fields[i].max : snq_bar_wish_fields[i].min);
                WISH(kick, most ? SNQ_KICK_syncopated : SNQ_KICK_none);
                make(1);
                stop();
            }
}

static snq_status compose_it(void *user, void **object)
{
    snq_score *s = malloc(sizeof *s);
    snq_compose_cfg cfg = compose_cfg(&p.brief, &p.in, 1);
    cfg.wish = p.wish;
    const snq_status st = snq_compose(&cfg, s);
    *object = st < 0 ? NULL : s;
    if (st < 0)
        free(s);
    return st;
}

static void drop_it(void *object)
{
    snq_score_clear(object);
    free(object);
}

static void no_memory_is_said(void **state)
{
    start(SNQ_GENRE_techno, "{\"length\":{\"bars\":4}}", 1);
    p.brief.bars = 4;
    check_ok(snq_intent_decide(&p.brief, p.style, sounds, 1, &p.in));
    for (int i = 0; i < SNQ_BAR_WISH_FIELDS; i++)
        wish_all(snq_bar_wish_fields[i].offset, snq_bar_wish_fields[i].max);
    assert_true(snq_sweep(compose_it, drop_it, NULL) > 3);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_wished_changes_nothing),
        cmocka_unit_test(what_is_no_wish_is_refused),
        cmocka_unit_test(hats_follow_in_every_style),
        cmocka_unit_test(so_many_hats),
        cmocka_unit_test(bars_are_on_their_own),
        cmocka_unit_test(the_kick_falls_where_it_is_wished),
        cmocka_unit_test(in_other_metres_on_each_beat),
        cmocka_unit_test(more_goes_on_around_the_beat),
        cmocka_unit_test(swing_is_as_late_as_wished),
        cmocka_unit_test(chords_grow_with_their_complexity),
        cmocka_unit_test(complexity_goes_by_bars),
        cmocka_unit_test(chords_go_as_far_as_wished),
        cmocka_unit_test(progressions_go_by_sections),
        cmocka_unit_test(energy_is_in_notes_and_velocities),
        cmocka_unit_test(the_melody_is_as_dense_as_wished),
        cmocka_unit_test(kept_tracks_stay_under_other_wishes),
        cmocka_unit_test(extremes_are_pieces),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
