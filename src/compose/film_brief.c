// SPDX-License-Identifier: MIT
/* IDEA   A film has a place in the plane of valence (dark, cold and pale to light, warm and colourful) and arousal (still to
 *        hectic), and so have genres and moods: the nearest ones suit it. What the prompt says stays; what it says of who
 *        plays, how fast and in which mood weighs with the picture when a genre is chosen.
 *
 * STEPS  axes     a trait within its range, 0 .. 1, linear or log; light luma, colour saturation, warmth
 *                 .5 + .5 cos(hue - 45) min(1, saturation / .25)
 *        arousal  weighted mean of the axes that are known; valence 2 * the same - 1
 *        fit      of a genre: 1 - weighted mean of |axis - place| over the axes that it names and that are known; arousal and
 *                 valence (at half, as it is twice as long) weigh 2, the others 1
 *        genre    largest fit * 4 + snq_style_fit of its style (0 where the prompt says nothing); of equals the first listed
 *        energy   by arousal, where the prompt says neither energy nor moods
 *        moods    the nearest in the plane (arousal by the energy word, where that is said), and a second one that is
 *                 farther by .06 at most
 *        mode     minor where valence is under minor_below and neither key nor mode nor mood is said; light films are
 *                 left to the style, which valence leans
 *        length   the film's
 *        tempo    the sway, folded by octaves into the style's range cut to the words; else the usual one, moved by
 *                 (arousal - .5) of the range
 *
 * CONST  Weights, ranges and places are data (styles/tables/film.json). Arousal by motion, cuts: Detenber, Simons and
 *        Bennett, J. Broadcast. Electron. Media 42 (1998); Lang, Zhou, Schwartz, Bolls and Potter, same journal 44 (2000);
 *        as a curve over a film: Hanjalic and Xu, IEEE Trans. Multimedia 7 (2005). Pleasure mostly by brightness (.69)
 *        and some saturation (.22), arousal by saturation (.60) and against brightness (-.31): Valdez and Mehrabian, J.
 *        Exp. Psychol. Gen. 123 (1994). Major and fast go with light, saturated, yellow, minor and slow with dark, grey,
 *        blue: Palmer, Schloss, Xu and Prado-Leon, PNAS 110 (2013). Where genres lie in the plane: ours, by ear, 2026.
 *        45 degrees: between red and yellow. 4, .06: ours, 2026: the picture outweighs one instrument, not two.
 * LIMITS Knows no story: a funeral in sunshine is happy. One place for the whole film; how it changes is the matrix's. */
#include "compose/film_brief.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compose/intent_impl.h"

static const double picture_weight = 4.0, second_mood = 0.06, warmest_deg = 45.0;
static const double few_events = 4, regular = 0.4, about = 0.03;

/* ---------------------------------------------------------------- words */

void snq_film_words_add(snq_film_words *w, const char *fmt, ...)
{
    va_list args;
    if (!w || w->count == SNQ_FILM_WORDS_MAX)
        return;
    va_start(args, fmt);
    vsnprintf(w->text[w->count++], SNQ_FILM_WORD_BYTES, fmt, args);
    va_end(args);
}

void snq_film_words_json(snq_json *j, const snq_film_words *w)
{
    snq_json_array(j);
    for (uint32_t i = 0; i < w->count; i++)
        snq_json_string(j, w->text[i]);
    snq_json_end(j);
}

static const char *pace_word(double speed_norm)
{
    return speed_norm < 0.01   ? "hardly any motion"
           : speed_norm < 0.05 ? "slow motion"
           : speed_norm < 0.15 ? "moderate motion"
           : speed_norm < 0.35 ? "fast motion"
                               : "very fast motion";
}

static const char *light_word(double luma)
{
    return luma < 0.3    ? "dark picture"
           : luma < 0.4  ? "rather dark picture"
           : luma <= 0.6 ? "neither dark nor light a picture"
                         : "light picture";
}

static const char *colour_word(double saturation)
{
    return saturation < 0.05   ? "no colours"
           : saturation < 0.15 ? "pale colours"
           : saturation < 0.35 ? "moderate colours"
                               : "strong colours";
}

/* "a_b" with a space. */
static const char *spoken(const char *id, char to[64])
{
    snprintf(to, 64, "%s", id);
    for (char *c = to; *c; c++)
        if (*c == '_')
            *c = ' ';
    return to;
}

enum { PHRASE_BYTES = 160 };

/* Append to a phrase, after a link where it has begun. */
static void say(char *phrase, const char *link, const char *fmt, ...) SNQ_PRINTF(3, 4);
static void say(char *phrase, const char *link, const char *fmt, ...)
{
    va_list args;
    size_t n = strlen(phrase);
    if (n)
        n += (size_t)snprintf(phrase + n, PHRASE_BYTES - n, "%s", link);
    if (n >= PHRASE_BYTES)
        return;
    va_start(args, fmt);
    vsnprintf(phrase + n, PHRASE_BYTES - n, fmt, args);
    va_end(args);
}

/* What of the motion is known, as one phrase. */
static const char *motion_phrase(const snq_film_traits *f, char *to)
{
    *to = 0;
    if (isfinite(f->cuts_per_min))
        say(to, "", "%.3g cuts a minute", f->cuts_per_min);
    if (isfinite(f->speed_norm))
        say(to, " and ", "%s (%.2g heights/s)", pace_word(f->speed_norm), f->speed_norm);
    if (!*to)
        say(to, "", "motion could not be measured");
    return to;
}

static const char *picture_phrase(const snq_film_traits *f, char *to)
{
    *to = 0;
    if (isfinite(f->luma))
        say(to, "", "%s (luma %.2f)", light_word(f->luma), f->luma);
    if (isfinite(f->saturation))
        say(to, ", ", "%s (saturation %.2f)", colour_word(f->saturation), f->saturation);
    if (isfinite(f->hue_deg) && f->saturation >= 0.05)
        say(to, ", ", "%s (hue %.0f)",
            fabs(remainder(f->hue_deg - warmest_deg, 360.0)) < 90.0 ? "warm" : "cold", f->hue_deg);
    if (!*to)
        say(to, "", "the picture could not be measured");
    return to;
}

/* ---------------------------------------------------------------- places */

static double warmth_of(const snq_film_traits *f)
{
    if (!isfinite(f->hue_deg) || !isfinite(f->saturation))
        return NAN;
    const double turn = cos((f->hue_deg - warmest_deg) * 0.017453292519943295);
    return 0.5 + 0.5 * turn * fmin(fmax(f->saturation, 0.0) / 0.25, 1.0);
}

static double place_on(const snq_film_table *t, int axis, double v)
{
    double lo = t->lo[axis], hi = t->hi[axis];
    if (isnan(v))
        return NAN;
    if (t->log_scale[axis]) {
        v = log(fmax(v, lo));
        lo = log(lo);
        hi = log(hi);
    }
    return fmin(fmax((v - lo) / (hi - lo), 0.0), 1.0);
}

static double mean_of(const float *weight, const double *place, double otherwise)
{
    double sum = 0.0, weights = 0.0;
    for (int a = 0; a < SNQ_FILM_SEEN; a++)
        if (!isnan(place[a])) {
            sum += (double)weight[a] * place[a];
            weights += (double)weight[a];
        }
    return weights > 0.0 ? sum / weights : otherwise;
}

void snq_film_places(const snq_film_table *t, const snq_film_traits *f, double place[SNQ_FILM_AXES])
{
    const double trait[SNQ_FILM_SEEN] = {
        [SNQ_FILM_SPEED] = f->speed_norm,  [SNQ_FILM_CUTS] = f->cuts_per_min,
        [SNQ_FILM_SHAKE] = f->shake_norm,  [SNQ_FILM_PULSE] = f->pulse,
        [SNQ_FILM_LIGHT] = f->luma,        [SNQ_FILM_CONTRAST] = f->contrast,
        [SNQ_FILM_COLOUR] = f->saturation, [SNQ_FILM_WARMTH] = warmth_of(f),
    };
    for (int a = 0; a < SNQ_FILM_SEEN; a++)
        place[a] = place_on(t, a, trait[a]);
    place[SNQ_FILM_AROUSAL] = mean_of(t->arousal, place, (double)t->unknown_arousal);
    place[SNQ_FILM_VALENCE] =
        2.0 * mean_of(t->valence, place, 0.5 + 0.5 * (double)t->unknown_valence) - 1.0;
}

double snq_film_genre_fit(const snq_film_table *t, const double place[SNQ_FILM_AXES], int genre)
{
    const snq_film_genre *g = &t->genre[genre];
    double off = 0.0, weights = 0.0;
    for (int a = 0; a < SNQ_FILM_AXES; a++)
        if (!isnan(place[a]) && !isnan((double)g->place[a])) {
            const double far = fabs(place[a] - (double)g->place[a]);
            const double weight = a == SNQ_FILM_AROUSAL || a == SNQ_FILM_VALENCE ? 2.0 : 1.0;
            off += weight * (a == SNQ_FILM_VALENCE ? 0.5 * far : far);
            weights += weight;
        }
    return !g->listed ? -1.0 : weights > 0.0 ? 1.0 - off / weights : 0.5;
}

/* ---------------------------------------------------------------- genre */

static const snq_style *style_of(const snq_film_styles *l, int genre)
{
    for (uint32_t i = 0; l && i < l->styles; i++)
        if (strcmp(l->style[i]->id, snq_genre_names[genre]) == 0)
            return l->style[i];
    return NULL;
}

static void choose_genre(const snq_film_table *t, const double *place, const snq_film_styles *l,
                         snq_brief *b, snq_film_words *why)
{
    double most = -INFINITY;
    int best = -1;
    char name[64];
    if (b->genres)
        return;
    for (uint32_t i = 0; i < t->genres; i++) {
        const int g = t->order[i];
        const snq_style *s = style_of(l, g);
        if ((b->avoid_genres >> g & 1) || (l && !s))
            continue;
        const double said = s ? (double)snq_style_fit(s, l->sounds, b) : 0.0;
        const double points = picture_weight * snq_film_genre_fit(t, place, g) + said;
        if (points > most) {
            most = points;
            best = g;
        }
    }
    if (best < 0)
        return;
    snq_brief_add_genre(b, (uint8_t)best);
    snq_film_words_add(why, "arousal %.2f of 0 to 1, valence %.2f of -1 to 1: %s (fits %.2f)",
                       place[SNQ_FILM_AROUSAL], place[SNQ_FILM_VALENCE],
                       spoken(snq_genre_names[best], name), snq_film_genre_fit(t, place, best));
}

/* ---------------------------------------------------------------- energy, moods, mode */

static void choose_energy(const snq_film_table *t, const snq_film_traits *f, const double *place,
                          snq_brief *b, snq_film_words *why)
{
    const double a = place[SNQ_FILM_AROUSAL];
    char phrase[PHRASE_BYTES];
    if (b->energy || b->moods)
        return;
    b->energy = a < (double)t->energy_low    ? SNQ_ENERGY_LOW
                : a > (double)t->energy_high ? SNQ_ENERGY_HIGH
                                             : SNQ_ENERGY_MEDIUM;
    snq_film_words_add(why, "%s: %s energy", motion_phrase(f, phrase), snq_energy_names[b->energy]);
}

static double mood_way(int mood, double valence, double arousal)
{
    float v, a;
    snq__moods_feel(1u << mood, &v, &a);
    return hypot(0.5 * ((double)v - valence), (double)a - arousal);
}

/* The nearest mood of a set; -1: it is empty. */
static int nearest_mood(uint32_t set, double valence, double arousal)
{
    int best = -1;
    for (int m = 0; m < SNQ_MOODS; m++)
        if ((set >> m & 1) &&
            (best < 0 || mood_way(m, valence, arousal) < mood_way(best, valence, arousal)))
            best = m;
    return best;
}

static void choose_moods(const snq_film_table *t, const snq_film_traits *f, const double *place,
                         int energy_said, snq_brief *b, snq_film_words *why)
{
    static const double word[SNQ_ENERGIES] = { 0.5, 0.15, 0.5, 0.85 };
    const double v = place[SNQ_FILM_VALENCE];
    const double a = energy_said ? word[b->energy] : place[SNQ_FILM_AROUSAL];
    const uint32_t set = t->moods & ~b->avoid_moods;
    const int first = b->moods ? -1 : nearest_mood(set, v, a);
    char phrase[PHRASE_BYTES];
    if (first < 0)
        return;
    const int second = nearest_mood(set & ~(1u << first), v, a);
    const int both = second >= 0 && mood_way(second, v, a) <= mood_way(first, v, a) + second_mood;
    b->moods = 1u << first | (both ? 1u << second : 0);
    snq_film_words_add(why, "%s: %s%s%s", picture_phrase(f, phrase), snq_mood_names[first],
                       both ? ", " : "", both ? snq_mood_names[second] : "");
}

void snq_film_brief(const snq_film_table *t, const snq_film_traits *f,
                    const snq_film_styles *styles, snq_brief *b, snq_film_words *why)
{
    double place[SNQ_FILM_AXES];
    const int energy_said = b->energy != 0, moods_said = b->moods != 0;
    snq_film_places(t, f, place);
    choose_genre(t, place, styles, b, why); /* first: by what is said alone */
    choose_energy(t, f, place, b, why);
    choose_moods(t, f, place, energy_said, b, why);
    if (b->mode < 0 && !moods_said && place[SNQ_FILM_VALENCE] < (double)t->minor_below) {
        b->mode = SNQ_MODE_minor;
        snq_film_words_add(why, "valence %.2f: minor", place[SNQ_FILM_VALENCE]);
    }
    if (!b->bars && !(b->seconds > 0.0) && f->duration_s <= SNQ_BRIEF_SECONDS_MAX) {
        b->seconds = f->duration_s;
        snq_film_words_add(why, "as long as the film: %.2f s", b->seconds);
    }
}

/* ---------------------------------------------------------------- tempo */

/* An octave of it within the range, the nearest to the middle; 0: there is none. */
static double octave_within(double bpm, double lo, double hi)
{
    const double middle = sqrt(lo * hi);
    double best = 0.0;
    for (int k = -5; k <= 5; k++) {
        const double v = ldexp(bpm, k);
        if (v >= lo && v <= hi && (best <= 0.0 || fabs(log(v / middle)) < fabs(log(best / middle))))
            best = v;
    }
    return best;
}

snq_film_tempo snq_film_tempo_of(const snq_film_table *t, const snq_film_traits *f,
                                 const snq_brief *b, const snq_style *s, snq_film_words *why)
{
    snq_film_tempo out;
    double place[SNQ_FILM_AXES];
    snq_intent_tempo_range(b, s, &out.bpm_min, &out.bpm_max);
    const double lo = out.bpm_min, hi = out.bpm_max;
    const double usual = s->bpm >= lo && s->bpm <= hi ? s->bpm : 0.5 * (lo + hi);
    snq_film_places(t, f, place);
    out.bpm = fmin(fmax(usual + (place[SNQ_FILM_AROUSAL] - 0.5) * (hi - lo), lo), hi);
    const double sway = isfinite(f->sway_bpm) ? octave_within(f->sway_bpm, lo, hi) : 0.0;
    if (!(sway > 0.0) || hi <= lo)
        return out;
    out.bpm = sway;
    if (f->events < few_events && f->pulse >= regular) {
        out.bpm_min = fmax(lo, sway * (1.0 - about));
        out.bpm_max = fmin(hi, sway * (1.0 + about));
    }
    snq_film_words_add(why, "what moves most sways %.3g times a second, regular to %.2f: %.4g BPM",
                       f->sway_hz, f->pulse, sway);
    return out;
}
