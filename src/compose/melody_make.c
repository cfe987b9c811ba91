// SPDX-License-Identifier: MIT
/* IDEA   A section's melody is a plan of bars ("A B A C": idea, another, the first again, an end). Each idea is drawn
 *        once; where it comes again over the same chords it comes note for note, over others it may keep its
 *        notes (a hook) or move with them; small letters come back changed. Half of a plan asks, the whole answers.
 *
 * STEPS  for each bar of the section, in order:
 *          letter = plan[bar mod length]; motif = idea(letter), changed for a small letter or by chance `vary`
 *          pitches that are known (same letter, same chords; or a hook) stay; the others get a target:
 *            anchor = middle + arch(place in the plan), the chord's tone there, then the contour's scale steps
 *          a letter that waits for its pitches: all that wait are solved together (melody_line.h), from the last
 *            note that has one
 *        then: lengths, breath, velocities.
 *
 * INVARIANTS  all random numbers are drawn by (material, letter or place in the plan): a material that comes
 *        back over the same chords is the same melody. One note at a time.
 * COST   about 400 operations a note, and those of melody_line.
 * LIMITS ideas are a bar long; a section shorter than its plan ends where it is cut. */
#include "compose/melody_make.h"

#include <string.h>

#include "base/alloc.h"
#include "compose/bar_fit.h"
#include "compose/melody_line.h"
#include "compose/motif.h"

enum { CACHE = 48, WAITING = SNQ_MELODY_PLAN_MAX, LETTERS = 8 };

/* A bar whose notes stand in the line from `from` on. */
typedef struct bar_idea {
    snq_motif motif;
    uint64_t chords; /* a mark of what sounds in it */
    size_t from;
    int32_t anchor;
    char letter; /* capital or small */
} bar_idea;

typedef struct song {
    const snq_singer *s;
    const snq_style_melody *style;
    const snq_context *c;
    const snq_intent *in;
    const snq_form_section *f;
    const snq_melody_plan *plan;
    int32_t plan_bars, bar_steps;
    int five;       /* keeps to five tones */
    int first_high; /* which ideas lie high: the odd ones, the even ones */
    double density, energy;
    snq_motif idea[LETTERS];
    uint8_t drawn[LETTERS];
    bar_idea known[CACHE], waiting[WAITING];
    int knowns, waitings;
    snq_line_note *line; /* (room,) */
    int16_t *pitch;      /* (room,) */
    uint8_t *accent;     /* (room,) */
    size_t notes, solved, room;
    snq_line_taste taste;
    size_t hint;
} song;

int snq_singer_has(const snq_track_job *job, int quality)
{
    return (int)(job->track->qualities >> quality & 1) - (int)(job->track->shunned >> quality & 1);
}

static snq_rng stream(const song *m, const char *what, uint32_t place)
{
    return snq_track_rng(m->s->job, what, m->f->material, place);
}

/* ---- the plan ---- */

static void choose_plan(song *m)
{
    const snq_style_melody *const s = m->style;
    float weight[SNQ_MELODY_PLANS_MAX];
    for (uint32_t i = 0; i < s->plans; i++) {
        const int32_t n = (int32_t)strlen(s->plan[i].bars);
        weight[i] = s->plan[i].weight * (n > m->f->bars ? 0.02f : 1.0f);
    }
    snq_rng rng = stream(m, "plan", 0);
    m->plan = &s->plan[snq_rng_choose(&rng, weight, s->plans)];
    m->plan_bars = (int32_t)strlen(m->plan->bars);
}

/* What a melody's bars shall be like: those of the first section of this material, so that it comes back. */
static double first_energy(const song *m)
{
    const snq_form *const form = &m->c->form;
    const snq_form_section *f = m->f;
    for (uint32_t i = 0; i < form->sections; i++)
        if (form->section[i].material == m->f->material &&
            (form->section[i].active >> m->s->job->index & 1)) {
            f = &form->section[i];
            break;
        }
    return 0.5 * (double)(f->energy + f->energy_end);
}

static int is_half(const song *m, int32_t place)
{
    return m->plan_bars >= 4 && place == m->plan_bars / 2 - 1;
}

static const snq_motif *idea(song *m, int letter)
{
    const char *const bars = m->plan->bars;
    if (m->drawn[letter])
        return &m->idea[letter];
    int32_t first = 0;
    while (first < m->plan_bars - 1 && (bars[first] & ~0x20) != 'A' + letter)
        first++;
    const int closes = first > 0 && (first == m->plan_bars - 1 || is_half(m, first));
    const int opens = first == 0 || (first > 0 && is_half(m, first - 1));
    const snq_motif_wish wish = { .style = m->style,
                                  .in = m->in,
                                  .place = closes  ? SNQ_MELODY_CLOSE
                                           : opens ? SNQ_MELODY_OPEN
                                                   : SNQ_MELODY_ANY,
                                  .energy = m->energy,
                                  .density = m->density };
    snq_rng rng = stream(m, "idea", (uint32_t)letter);
    /* a second idea likes the rhythm of the first */
    if (!closes && letter > 0 && m->drawn[0] && snq_rng_uniform(&rng) < 0.4) {
        m->idea[letter] = m->idea[0];
        snq_motif_contour(m->style, &rng, &m->idea[letter]);
    } else {
        snq_motif_draw(&wish, &rng, &m->idea[letter]);
    }
    m->drawn[letter] = 1;
    return &m->idea[letter];
}

/* ---- chords ---- */

static uint16_t chord_set(song *m, int32_t step)
{
    const snq_chord_at *const at = snq_context_chord(m->c, step, &m->hint);
    if (!at || at->chord.tones == 0)
        return snq_line_five(m->in->tonic, m->in->mode);
    return snq_chord_set(&at->chord);
}

static uint64_t chord_mark(song *m, int32_t bar)
{
    uint64_t h = 0xCBF29CE484222325u;
    uint16_t last = 0;
    for (int32_t s = 0; s < m->bar_steps; s++) {
        const uint16_t set = chord_set(m, bar * m->bar_steps + s);
        if (set != last || s == 0)
            h = (h ^ (uint64_t)set ^ (uint64_t)s << 16) * 0x100000001B3u;
        last = set;
    }
    return h;
}

/* ---- what is known already ---- */

static const bar_idea *find_known(const song *m, int letter, uint64_t chords)
{
    const bar_idea *like = NULL;
    for (int i = 0; i < m->knowns; i++) {
        if (m->known[i].letter != 'A' + letter)
            continue;
        if (m->known[i].chords == chords)
            return &m->known[i];
        if (!like)
            like = &m->known[i]; /* the first: what the others came from */
    }
    return like;
}

static int waits(const song *m, int letter)
{
    for (int i = 0; i < m->waitings; i++)
        if ((m->waiting[i].letter & ~0x20) == 'A' + letter)
            return 1;
    return 0;
}

/* Pitches for all that wait. */
static snq_status solve(song *m)
{
    const size_t from = m->solved > 0 ? m->solved - 1 : 0;
    if (m->notes > m->solved) {
        if (m->solved > 0) {
            m->line[from].fixed = 1;
            m->line[from].target = m->pitch[from];
        }
        SNQ_TRY(snq_line_solve(&m->taste, &m->line[from], m->notes - from, &m->pitch[from]));
    }
    for (int i = 0; i < m->waitings; i++) {
        bar_idea *const b = &m->waiting[i];
        for (int k = 0; k < b->motif.notes; k++)
            b->motif.note[k].pitch = (uint8_t)m->pitch[b->from + (size_t)k];
        const bar_idea *const was =
            b->letter < 'a' ? find_known(m, b->letter - 'A', b->chords) : NULL;
        if (m->knowns < CACHE && b->letter < 'a' && (!was || was->chords != b->chords))
            m->known[m->knowns++] = *b;
    }
    m->waitings = 0;
    m->solved = m->notes;
    return SNQ_OK;
}

/* ---- a bar ---- */

static int strength(const song *m, const snq_motif_note *n)
{
    const int w = snq_bar_weight(m->in, n->step);
    const int s = w >= 3 ? 3 : w;
    return n->steps >= 4 && s < 2 ? 2 : s;
}

/* Where the line stands in the plan, in semitones: up to a peak past its middle, down to the end. */
static int arch(const song *m, int32_t place)
{
    const int32_t peak = m->plan_bars * 5 / 8, amp = (m->taste.high - m->taste.low) * 4 / 10;
    const int32_t far = place < peak ? peak - place : place - peak;
    const int32_t most = peak > 0 ? peak : 1;
    return m->plan_bars < 3 ? 0 : amp / 2 - amp * far / most;
}

static int climb(uint16_t scale, int pitch, int steps)
{
    for (; steps > 0; steps--)
        pitch = snq_pitch_next(scale, pitch, 1);
    for (; steps < 0; steps++)
        pitch = snq_pitch_next(scale, pitch, 0);
    return pitch;
}

/* The pitch of the note that begins at a step; 0: none does. */
static int pitch_at(const snq_motif *motif, int step)
{
    for (int i = 0; i < motif->notes; i++)
        if (motif->note[i].step == step)
            return motif->note[i].pitch;
    return 0;
}

/* Take pitches from where the idea was heard before, as far as they can stand over these chords. */
static void recall(song *m, snq_motif *motif, const bar_idea *was, int32_t bar, int32_t place)
{
    const uint64_t now = chord_mark(m, bar);
    snq_rng rng = stream(m, "hook", (uint32_t)place);
    const int keep = now == was->chords || snq_rng_uniform(&rng) < (double)m->style->hook;
    const uint16_t scale = snq_scale_set(m->in->tonic, m->in->mode);
    for (int i = 0; i < motif->notes; i++) {
        snq_motif_note *const n = &motif->note[i];
        const int p = pitch_at(&was->motif, n->step);
        if (p == 0)
            continue;
        const uint16_t chord = chord_set(m, bar * m->bar_steps + n->step);
        const int foreign = !snq_pitch_in(chord, p), strong = strength(m, n) >= 2;
        const int hurts = foreign && ((strong && snq_pitch_in(chord, p - 1)) ||
                                      !snq_pitch_in(snq_line_scale(scale, chord), p) ||
                                      (strong && strength(m, n) == 3 && n->steps >= 4));
        n->pitch = (uint8_t)(now == was->chords || (keep && !hurts) ? p : 0);
    }
}

/* The idea of a bar as it comes here: 1 when it was changed. */
static int take_idea(song *m, int32_t bar, int32_t place, char sign, snq_motif *motif)
{
    const int letter = (sign & ~0x20) - 'A', small = sign >= 'a';
    const int again = (bar - m->f->bar) >= m->plan_bars;
    *motif = *idea(m, letter);
    const bar_idea *const was = find_known(m, letter, chord_mark(m, bar));
    if (was)
        recall(m, motif, was, bar, place);
    snq_rng rng = stream(m, "change", (uint32_t)place + (again ? 64u : 0u));
    const double u = snq_rng_uniform(&rng);
    if (!was || (!small && !(again && u < m->s->vary)))
        return small;
    const snq_motif_change change = snq_rng_uniform(&rng) < (double)m->style->ornament
                                        ? SNQ_MOTIF_ORNAMENT
                                        : (snq_motif_change)snq_rng_below(&rng, 6);
    snq_motif_vary(motif, change, (int)m->bar_steps, &rng);
    return 1;
}

static void drop(snq_motif *motif, int i)
{
    for (motif->notes--; i < motif->notes; i++)
        motif->note[i] = motif->note[i + 1];
}

/* How much melody a bar wants, by its wish; 0.5 where it has none. */
static double wanted(const song *m, int32_t bar)
{
    return m->c->wish ? (double)snq_wish_or(m->c->wish[bar].melody_density, 0.5f) : 0.5;
}

/* What energy, wishes, and the others leave of a bar. */
static void thin(song *m, snq_motif *motif, int32_t bar, int32_t place)
{
    const double energy = (double)snq_context_energy(m->c, bar), wish = wanted(m, bar);
    snq_rng rng = stream(m, "thin", (uint32_t)place);
    for (int i = motif->notes - 1; i >= 0; i--) {
        const snq_motif_note *const n = &motif->note[i];
        const int weight = snq_bar_weight(m->in, n->step);
        const double u = snq_rng_uniform(&rng), v = snq_rng_uniform(&rng);
        const float busy = m->c->hit[SNQ_HITS_REST][bar * m->bar_steps + n->step];
        const int tired = weight == 0 && energy < 0.3 && u < 0.5;
        const int shy = wish < 0.5 && weight < 3 && u < 1.6 * (0.5 - wish);
        const int polite = weight < 2 && busy > 0.0f && v < 0.35 * (double)m->style->answer;
        if ((tired || shy || polite) && motif->notes > 1 && i > 0)
            drop(motif, i);
    }
}

/* What a wish adds to a bar: long notes are divided, the second half leads on to what comes. */
static void divide(song *m, snq_motif *motif, int32_t bar, int32_t place)
{
    const double wish = wanted(m, bar);
    const int least = wish > 0.75 ? 2 : 4;
    if (wish <= 0.5)
        return;
    snq_rng rng = stream(m, "divide", (uint32_t)place);
    for (int i = motif->notes - 1; i >= 0; i--) {
        snq_motif_note *const n = &motif->note[i];
        const int half = n->steps / 2;
        const double u = snq_rng_uniform(&rng);
        const int up = snq_rng_below(&rng, 2) ? 1 : -1;
        if (n->steps < least || motif->notes == SNQ_MOTIF_NOTES_MAX || u >= 2.0 * (wish - 0.5))
            continue;
        const int next = i + 1 < motif->notes ? n[1].contour : n->contour;
        int way = next > n->contour ? 1 : next < n->contour ? -1 : up;
        way = n->contour + way > 7 || n->contour + way < -7 ? -way : way;
        memmove(n + 2, n + 1, (size_t)(motif->notes - 1 - i) * sizeof *n);
        n[1] = (snq_motif_note) { .step = (int16_t)(n->step + half),
                                  .steps = (int16_t)(n->steps - half),
                                  .contour = (int8_t)(n->contour + way) };
        n->steps = (int16_t)half;
        motif->notes++;
    }
}

static void append(snq_motif *motif, int step, int steps, int contour)
{
    snq_motif_note *const last = &motif->note[motif->notes - 1];
    if (motif->notes == SNQ_MOTIF_NOTES_MAX || step <= last->step)
        return;
    if (last->step + last->steps > step)
        last->steps = (int16_t)(step - last->step);
    motif->note[motif->notes++] = (snq_motif_note) { .step = (int16_t)step,
                                                     .steps = (int16_t)steps,
                                                     .contour = (int8_t)contour };
}

/* One or two notes that lead into the phrase which begins with the next bar. */
static void pick_up(song *m, snq_motif *motif, int32_t place)
{
    const int32_t next = (place + 1) % m->plan_bars;
    const int starts = next == 0 || (next > 0 && is_half(m, next - 1));
    snq_rng rng = stream(m, "pickup", (uint32_t)next);
    if (!starts || snq_rng_uniform(&rng) >= (double)m->style->pickup || motif->notes == 0)
        return;
    const snq_motif_note *const last = &motif->note[motif->notes - 1];
    const int end = (int)m->bar_steps, up = snq_rng_below(&rng, 3) > 0 ? -1 : 1;
    if (last->step > end - 6)
        return;
    if (snq_rng_uniform(&rng) < 0.5)
        append(motif, end - 4, 2, 2 * up);
    append(motif, end - 2, 2, up);
}

/* The last bar of a piece, of a breath. */
static void end_bar(const song *m, snq_motif *motif, int32_t bar)
{
    const int is_last = bar == m->f->bar + m->f->bars - 1;
    const int end = (int)(m->bar_steps - snq_bar_beat(m->in));
    if (is_last && m->f->end == SNQ_END_FINAL) {
        motif->notes = 1;
        motif->note[0] = (snq_motif_note) { .steps = (int16_t)m->bar_steps, .accent = 1 };
    }
    if (!is_last || m->f->end != SNQ_END_STOP || end < 1)
        return;
    for (int i = motif->notes - 1; i >= 0; i--) {
        snq_motif_note *const n = &motif->note[i];
        if (n->step >= end)
            drop(motif, i);
        else if (n->step + n->steps > end)
            n->steps = (int16_t)(end - n->step);
    }
}

/* Notes of a bar into the line, with their targets. */
static void lay(song *m, bar_idea *b, int32_t bar, int32_t place)
{
    const int letter = (b->letter & ~0x20) - 'A', last_bar = m->f->bar + m->f->bars - 1;
    const uint16_t key = snq_scale_set(m->in->tonic, m->in->mode);
    const uint16_t tones = m->five ? snq_line_five(m->in->tonic, m->in->mode) : key;
    const int ends = place == m->plan_bars - 1 || bar == last_bar;
    snq_rng rng = stream(m, "colour", (uint32_t)letter);
    /* ideas lie apart: one higher, the next one lower */
    const int apart = (2 + (int)snq_rng_below(&rng, 5)) * ((letter & 1) == m->first_high ? 1 : -1);
    const int at_home = snq_rng_uniform(&rng) < 0.45;
    const int middle = m->taste.low + (m->taste.high - m->taste.low) * 9 / 20 + apart;
    const int first = bar * m->bar_steps;
    /* louder sections sing higher */
    const int lift = (int)((m->energy - 0.55) * 0.45 * (m->taste.high - m->taste.low) + 20.5) - 20;
    const int anchor =
        snq_pitch_nearest(at_home ? chord_set(m, first) : tones, middle + arch(m, place) + lift);
    b->from = m->notes;
    for (int i = 0; i < b->motif.notes && m->notes < m->room; i++) {
        const snq_motif_note *const n = &b->motif.note[i];
        const uint16_t chord = chord_set(m, first + n->step);
        const int strong = strength(m, n), last = i == b->motif.notes - 1;
        const double u = snq_rng_uniform(&rng), v = snq_rng_uniform(&rng);
        int target = climb(snq_line_scale(tones, chord), anchor, n->contour);
        while (target > m->taste.high)
            target -= target - 12 >= m->taste.low ? 12 : target - m->taste.high;
        while (target < m->taste.low)
            target += target + 12 <= m->taste.high ? 12 : m->taste.low - target;
        m->accent[m->notes] = n->accent;
        m->line[m->notes++] = (snq_line_note) {
            .step = first + n->step,
            .steps = n->steps,
            .target = (int16_t)(n->pitch ? n->pitch : target),
            .fixed = n->pitch != 0,
            .strong = (uint8_t)strong,
            .role = !last               ? SNQ_LINE_PLAIN
                    : ends              ? SNQ_LINE_ANSWER
                    : is_half(m, place) ? SNQ_LINE_QUESTION
                                        : SNQ_LINE_PLAIN,
            .outside = strong < 2 && n->steps <= 2 && !last && u < (double)m->style->chromatic,
            .blue = strong < 3 && !last && v < (double)m->style->blue,
            .scale = snq_line_scale(m->five && strong < 2 ? tones : key, chord),
            .chord = chord,
        };
    }
}

static snq_status make_bar(song *m, int32_t bar)
{
    const int32_t place = (bar - m->f->bar) % m->plan_bars;
    const char sign = m->plan->bars[place];
    const int is_final = m->f->end == SNQ_END_FINAL && bar == m->f->bar + m->f->bars - 1;
    if ((sign == '.' && !is_final) || (wanted(m, bar) < 0.08 && !is_final))
        return SNQ_OK;
    const char as = sign == '.' ? 'A' : sign;
    if (m->waitings == WAITING || waits(m, (as & ~0x20) - 'A'))
        SNQ_TRY(solve(m));
    bar_idea *const b = &m->waiting[m->waitings];
    b->chords = chord_mark(m, bar);
    b->letter = as;
    if (take_idea(m, bar, place, as, &b->motif) || is_final)
        b->letter |= 0x20; /* not to be remembered */
    thin(m, &b->motif, bar, place);
    divide(m, &b->motif, bar, place);
    if (bar + 1 < m->f->bar + m->f->bars)
        pick_up(m, &b->motif, place);
    end_bar(m, &b->motif, bar);
    lay(m, b, bar, place);
    b->motif.notes = (int)(m->notes - b->from);
    m->waitings++;
    return SNQ_OK;
}

/* ---- notes ---- */

static double velocity(const song *m, size_t i)
{
    static const double by_weight[] = { -7.0, -4.0, 0.0, 2.0, 4.0 };
    const snq_line_note *const n = &m->line[i];
    const double energy = (double)snq_context_energy(m->c, n->step / m->bar_steps);
    const double middle = 0.5 * (m->taste.low + m->taste.high);
    const double v = (double)(m->accent[i] ? m->style->accent : m->style->velocity);
    return (v + by_weight[snq_bar_weight(m->in, n->step % m->bar_steps)] +
            0.5 * ((double)m->pitch[i] - middle)) *
               (0.84 + 0.22 * energy) +
           m->s->loud;
}

/* Lengths as they sound: gate, the next note, breath. A note that has none left is not sung. */
static snq_status write_notes(const song *m, snq_track *out)
{
    const double most = m->s->breath_steps, gate = (double)m->style->gate;
    double from = -100.0, end = -100.0;
    for (size_t i = 0; i < m->notes; i++) {
        const snq_line_note *const n = &m->line[i];
        const double at = n->step;
        double steps = n->steps;
        if (i + 1 < m->notes && n->step + n->steps > m->line[i + 1].step)
            steps = (double)(m->line[i + 1].step - n->step);
        steps -= (1.0 - gate) * (steps < 2.0 ? steps : 2.0);
        if (at - end >= 1.5)
            from = at;
        if (most > 0.0 && at + steps - from > most) {
            steps = from + most - at;
            if (steps < 0.5) /* takes a breath: the next phrase begins after it */
                continue;
        }
        end = at + steps;
        SNQ_TRY(snq_track_put(out, at, steps, m->pitch[i], velocity(m, i)));
    }
    return SNQ_OK;
}

static void prepare(song *m)
{
    const int tonic = m->in->tonic;
    const int minor = snq_pitch_in(snq_mode_tones(m->in->mode), 3);
    snq_rng rng = stream(m, "tones", 0);
    double wish = 0.0;
    m->five = snq_rng_uniform(&rng) < (double)m->style->pentatonic;
    m->first_high = snq_rng_uniform(&rng) < 0.75; /* mostly the answer rises over the first */
    m->energy = first_energy(m);
    for (int32_t b = 0; b < m->f->bars; b++)
        wish += (wanted(m, m->f->bar + b) - 0.5) / m->f->bars;
    m->density = m->s->density + wish;
    m->density = m->density < 0.0 ? 0.0 : m->density > 1.0 ? 1.0 : m->density;
    m->taste = (snq_line_taste) { .low = m->style->low,
                                  .high = m->style->high,
                                  .leaps = (double)m->style->leaps,
                                  .repeats = (double)m->style->repeats,
                                  .tonic = (uint8_t)tonic };
    /* minor: the flat fifth; major: the flat third and seventh */
    m->taste.blue = (uint16_t)(minor ? 1u << ((tonic + 6) % 12)
                                     : 1u << ((tonic + 3) % 12) | 1u << ((tonic + 10) % 12));
    choose_plan(m);
}

snq_status snq_singer_section(const snq_singer *s, const snq_form_section *f, snq_track *out)
{
    song *const m = snq_calloc(1, sizeof *m);
    snq_status st = SNQ_ERR_NOMEM;
    if (!m)
        return st;
    *m = (song) { .s = s,
                  .style = s->style,
                  .c = s->job->context,
                  .in = s->job->context->intent,
                  .f = f,
                  .bar_steps = s->job->context->bar_steps,
                  .room = (size_t)f->bars * SNQ_MOTIF_NOTES_MAX };
    m->line = snq_calloc(m->room, sizeof *m->line);
    m->pitch = snq_calloc(m->room, sizeof *m->pitch);
    m->accent = snq_calloc(m->room, 1);
    if (!m->line || !m->pitch || !m->accent)
        goto done;
    prepare(m);
    st = SNQ_OK;
    for (int32_t bar = f->bar; bar < f->bar + f->bars && st >= 0; bar++)
        st = make_bar(m, bar);
    if (st >= 0)
        st = solve(m);
    if (st >= 0)
        st = write_notes(m, out);
done:
    snq_free(m->line);
    snq_free(m->pitch);
    snq_free(m->accent);
    snq_free(m);
    return st;
}
