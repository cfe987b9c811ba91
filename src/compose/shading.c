// SPDX-License-Identifier: MIT
/* IDEA   A band plays the verse more quietly than the chorus, and grows towards it; striking harder alone does
 *        not tell a held chord to. So each track follows the form's energy by its expression, as a hand on a
 *        swell pedal does, and pads rise and fall over eight bars of a section. What is held in the last bar of
 *        a piece dies away.
 *
 * STEPS  at each beat, e(t) straight from bar to bar within a section, n bars from its beginning:
 *          level = -depth (max e - e(t)) - swell (1 - 4 x (1 - x)),  x = (n mod 8) / 8     [dB]
 *                  - FALL_DB (share of the piece's last bar that is over)
 *          value = round(127 * 10^(level / 40)), at least FLOOR; a message where it is another
 *        A film's wish for energy is the bar's energy here too.
 *
 * CONST  gain (value / 127)^2: General MIDI 1, recommended practice 006. Eight bars: as the pad's forces.
 * COST   a power a beat.
 * LIMITS Steps of a beat: 0.5 dB at most where energy runs from 0.3 to 0.9 in four bars of a depth of 14; the
 *        end falls by 2. */
#include "compose/shading.h"

#include <math.h>

enum { PHRASE = 8, EXPRESSION = 11, FULL = 127, FLOOR = 8 };
static const double FALL_DB = 9.0;

static double most_energy(const snq_context *c)
{
    double most = 0.0;
    for (int32_t bar = 0; bar < c->form.bars; bar++)
        most = fmax(most, (double)snq_context_energy(c, bar));
    return most;
}

/* `part` 0 .. 1 of the way through a bar of section s. */
static double energy_at(const snq_context *c, const snq_form_section *s, int32_t bar, double part)
{
    const double here = (double)snq_context_energy(c, bar);
    if (bar + 1 >= s->bar + s->bars)
        return here;
    return here + part * ((double)snq_context_energy(c, bar + 1) - here);
}

static int value_of(double level_db)
{
    const int v = (int)lround(FULL * pow(10.0, level_db / 40.0));
    return v < FLOOR ? FLOOR : v > FULL ? FULL : v;
}

static double swell_at(double bars)
{
    const double x = fmod(bars, PHRASE) / PHRASE;
    return 1.0 - 4.0 * x * (1.0 - x);
}

static int is_last_bar(const snq_form_section *s, int32_t bar)
{
    return s->end == SNQ_END_FINAL && s->bars > 1 && bar == s->bar + s->bars - 1;
}

snq_status snq_shading_write(const snq_context *c, snq_shading d, snq_track *t)
{
    const double most = most_energy(c);
    const int32_t beat = 16 / c->intent->beat_unit > 0 ? 16 / c->intent->beat_unit : 1;
    int was = FULL;
    if (d.depth_db <= 0.0f && d.swell_db <= 0.0f)
        return SNQ_OK;
    for (uint32_t i = 0; i < c->form.sections; i++) {
        const snq_form_section *s = &c->form.section[i];
        for (int32_t at = 0; at < s->bars * c->bar_steps; at += beat) {
            const int32_t bar = s->bar + at / c->bar_steps;
            const double part = (double)(at % c->bar_steps) / c->bar_steps;
            const double level = -(double)d.depth_db * (most - energy_at(c, s, bar, part)) -
                                 (double)d.swell_db * swell_at((double)at / c->bar_steps) -
                                 (is_last_bar(s, bar) ? FALL_DB * part : 0.0);
            const int v = value_of(level);
            const int64_t tick = ((int64_t)s->bar * c->bar_steps + at) * SNQ_TICKS_PER_STEP;
            if (v != was)
                SNQ_TRY(snq_track_add_message(
                    t,
                    (snq_message) {
                        .tick = tick, .status = 0xB0, .a = EXPRESSION, .b = (uint8_t)v },
                    NULL));
            was = v;
        }
    }
    return SNQ_OK;
}
