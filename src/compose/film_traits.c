// SPDX-License-Identifier: MIT
/* IDEA   What a musician would note down of a film after seeing it once: how much moves and how regularly, how often it is
 *        cut, how light and how colourful it is.
 *
 * STEPS  speed    sqrt(sum of the bands' energy / height^2 + drift^2 + (zoom^2 + rotation^2) r^2), r^2 = (aspect^2 + 1) / 12
 *                 the mean square way from the centre, in heights
 *        moving   share of the windows' steps whose speed over all bands is .01 heights/s or more; all, where drift, zoom
 *                 and rotation alone are so much
 *        cuts     number / minutes
 *        sway     of the bands with a frequency within .1 .. 10 Hz, that with the largest speed * share of what swings *
 *                 coherence of the frequency; pulse = share * coherence; under .2 nothing sways
 *        fold     times 2^k into 85 .. 170, an octave about 120 BPM
 *
 * CONST  .1 .. 10 Hz: what is faster than a tenth of a second is heard as no rhythm (London, Hearing in Time, 2004), and a
 *        swing of 10 s spans five bars. 120 BPM: where people tap without being asked (van Noorden and Moelants, J. New
 *        Music Res. 28, 1999). 10 s: the mean shot of a film lasts 3 to 8 s (Cutting, DeLong and Nothelfer, Psychol. Sci. 21,
 *        2010), so that a clip of less says nothing by having no cut. .01 heights/s, .2: ours, 2026.
 * LIMITS A band's frequency is one for the whole film: scenes that sway each in its own time have no pulse. */
#include <math.h>
#include <string.h>

#include "compose/film_brief.h"

static const double still_norm = 0.01, slowest_hz = 0.1, fastest_hz = 10.0, least_pulse = 0.2;
static const double cuts_after_s = 10.0, lowest_bpm = 85.0;

static double known(snq_measure m, double lo, double hi)
{
    return m.reason || !isfinite(m.value) ? NAN : fmin(fmax(m.value, lo), hi);
}

/* v where it is a number, else 0. */
static double sure(double v)
{
    return isfinite(v) ? v : 0.0;
}

static double height_of(const snq_sight *s)
{
    return s->video.height ? (double)s->video.height : 1.0;
}

static double duration_of(const snq_sight *s)
{
    const double range = s->video.range.end_s - s->video.range.start_s;
    const double d = range > 0.0 && isfinite(range) ? range : s->video.duration_s;
    return d > 0.0 && isfinite(d) ? d : NAN;
}

/* ---------------------------------------------------------------- motion */

/* Square of what goes on alike, frame heights/s. */
static double steady_power(const snq_sight *s)
{
    const double drift = s->motion_reason ? 0.0 : sure(known(s->drift.mean_velocity_norm, 0, 1e6));
    double power = drift * drift;
    if (!s->camera_reason) {
        const double aspect = (double)s->video.width / height_of(s);
        const double turn = sure(s->camera.rotation_deg_s) * 0.017453292519943295;
        const double zoom = sure(s->camera.zoom_per_s);
        power += (turn * turn + zoom * zoom) * (aspect * aspect + 1.0) / 12.0;
    }
    return power;
}

static double band_power(const snq_sight_band *b, double height)
{
    return b->unobservable ? NAN : known(b->energy, 0.0, 1e12) / (height * height);
}

static double speed_of(const snq_sight *s)
{
    double power = steady_power(s);
    if (s->motion_reason)
        return NAN;
    for (int b = 0; b < SNQ_SIGHT_BANDS; b++)
        power += sure(band_power(&s->band[b], height_of(s)));
    return sqrt(power);
}

static const snq_series *energy_of(const snq_sight *s, int band)
{
    for (uint32_t i = 0; i < s->columns; i++) {
        const char *name = s->column[i].series.name;
        if (s->column[i].band == band && name && strcmp(name, "energy") == 0)
            return &s->column[i].series;
    }
    return NULL;
}

static double moving_of(const snq_sight *s)
{
    const snq_series *of[SNQ_SIGHT_BANDS];
    const double least = still_norm * height_of(s), power = least * least;
    size_t length = 0, known_steps = 0, moved = 0;
    if (s->motion_reason)
        return NAN;
    if (steady_power(s) >= still_norm * still_norm)
        return 1.0;
    for (int b = 0; b < SNQ_SIGHT_BANDS; b++) {
        of[b] = energy_of(s, b);
        length = of[b] && of[b]->length > length ? of[b]->length : length;
    }
    for (size_t i = 0; i < length; i++) {
        double sum = 0.0;
        int any = 0;
        for (int b = 0; b < SNQ_SIGHT_BANDS; b++)
            if (of[b] && i < of[b]->length && of[b]->valid[i]) {
                sum += sure((double)of[b]->value[i]);
                any = 1;
            }
        known_steps += (size_t)any;
        moved += any && sum >= power;
    }
    return known_steps ? (double)moved / (double)known_steps : NAN;
}

static double fold(double bpm)
{
    while (bpm < lowest_bpm)
        bpm *= 2.0;
    while (bpm >= 2.0 * lowest_bpm)
        bpm *= 0.5;
    return bpm;
}

static void sway_of(const snq_sight *s, snq_film_traits *out)
{
    double most = 0.0;
    out->sway_hz = out->sway_bpm = NAN;
    out->pulse = s->motion_reason ? NAN : 0.0;
    for (int i = 0; i < SNQ_SIGHT_BANDS && !s->motion_reason; i++) {
        const snq_sight_band *b = &s->band[i];
        const double power = band_power(b, height_of(s));
        if (isnan(power) || b->still)
            continue;
        const double hz = known(b->property[SNQ_SIGHT_PRIMARY_FREQUENCY], 0.0, 1e6);
        const double share = fmin(fmax(sure(b->type[SNQ_SIGHT_OSCILLATORY].percentage), 0.0), 1.0);
        const double pulse =
            share * sure(known(b->property[SNQ_SIGHT_FREQUENCY_COHERENCE], 0.0, 1.0));
        const double weight = sqrt(power) * pulse;
        if (hz >= slowest_hz && hz <= fastest_hz && pulse >= least_pulse && weight > most) {
            most = weight;
            out->sway_hz = hz;
            out->sway_bpm = fold(60.0 * hz);
            out->pulse = pulse;
        }
    }
}

/* ---------------------------------------------------------------- cuts, picture */

static void events_of(const snq_sight *s, snq_film_traits *out)
{
    out->cuts_per_min = NAN;
    if (s->events_reason)
        return;
    out->events = s->events;
    for (uint32_t i = 0; i < s->events; i++)
        out->cuts += s->event[i].kind == SNQ_SIGHT_CUT;
    if (out->duration_s >= cuts_after_s || out->cuts)
        out->cuts_per_min = 60.0 * out->cuts / out->duration_s; /* NaN stays so */
}

static void picture_of(const snq_sight *s, snq_film_traits *out)
{
    const int none = s->picture_reason != NULL;
    out->luma = none ? NAN : known(s->picture.luma_mean, 0.0, 1.0);
    out->contrast = none ? NAN : known(s->picture.luma_std, 0.0, 1.0);
    out->saturation = none ? NAN : known(s->picture.saturation_mean, 0.0, 1.0);
    out->hue_deg = none ? NAN : known(s->picture.hue_deg, 0.0, 360.0);
}

void snq_film_traits_of(const snq_sight *s, snq_film_traits *out)
{
    *out = (snq_film_traits) { .duration_s = duration_of(s) };
    out->speed_norm = speed_of(s);
    out->moving = moving_of(s);
    sway_of(s, out);
    events_of(s, out);
    picture_of(s, out);
    const double shake = s->jitter.rms_px / height_of(s);
    out->shake_norm = s->jitter_reason || !isfinite(shake) || shake < 0.0 ? NAN : shake;
}

static void put(snq_json *j, const char *key, double v, int decimals, const char *reason)
{
    if (isfinite(v))
        snq_json_put_real(j, key, v, decimals);
    else
        snq_json_put_null(j, key, reason);
}

void snq_film_traits_json(snq_json *j, const snq_film_traits *f)
{
    const char *motion = "motion could not be measured", *picture = "no picture was measured";
    const char *sway = isfinite(f->pulse) ? "nothing sways regularly" : motion;
    snq_json_object(j);
    put(j, "duration_s", f->duration_s, 3, "not known");
    put(j, "speed_norm", f->speed_norm, 4, motion);
    put(j, "moving", f->moving, 3, motion);
    put(j, "cuts_per_min", f->cuts_per_min, 2, "the film is short and has no cut");
    put(j, "sway_hz", f->sway_hz, 4, sway);
    put(j, "sway_bpm", f->sway_bpm, 2, sway);
    put(j, "pulse", f->pulse, 3, motion);
    put(j, "shake_norm", f->shake_norm, 5, "the camera's way could not be measured");
    put(j, "luma", f->luma, 3, picture);
    put(j, "contrast", f->contrast, 3, picture);
    put(j, "saturation", f->saturation, 3, picture);
    put(j, "hue_deg", f->hue_deg, 1, "there is no colour that most of it has");
    snq_json_end(j);
}
