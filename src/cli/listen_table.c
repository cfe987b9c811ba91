// SPDX-License-Identifier: MIT
#include "cli/listen_table.h"

#include <string.h>

#include "cli/table.h"

enum { BAR = 24, REGIONS_SHOWN = 20, CHORDS_SHOWN = 6, CHANGES_SHOWN = 5, TONES = 12 };

static void file_line(FILE *to, const snq_heard_file *f)
{
    snq_table_printable(to, f->path);
    fprintf(to, "\n  %-10s%s", "File", f->container);
    if (strcmp(f->container, f->codec) != 0)
        fprintf(to, " / %s", f->codec);
    fprintf(to, "   %u Hz   ", f->rate_hz);
    if (f->channels > 2)
        fprintf(to, "%u channels", f->channels);
    else
        fputs(f->channels == 2 ? "stereo" : "mono", to);
    fputs("   ", to);
    snq_table_time(to, f->duration_s);
    fputs(f->truncated ? "   truncated\n" : "\n", to);
}

static void loudness(FILE *to, const snq_hearing *h)
{
    if (snq_table_absent(to, "Loudness", h->loudness_reason))
        return;
    const snq_loudness *l = &h->loudness;
    snq_table_heading(to, "Loudness");
    snq_table_put(to, "integrated", l->integrated_lufs, "LUFS", 1);
    snq_table_put(to, "range", l->range_lu, "LU", 1);
    snq_table_put(to, "true peak", l->true_peak_dbtp, "dBTP", 1);
    snq_table_put(to, "PLR", l->plr_db, "dB", 1);
    fprintf(to, "\n  %-10s", "");
    snq_table_put(to, "max momentary", l->max_momentary_lufs, "LUFS", 1);
    snq_table_put(to, "max short-term", l->max_short_term_lufs, "LUFS", 1);
    fputc('\n', to);
}

static void dynamics(FILE *to, const snq_hearing *h)
{
    if (snq_table_absent(to, "Dynamics", h->dynamics_reason))
        return;
    const snq_dynamics *d = &h->dynamics;
    snq_table_heading(to, "Dynamics");
    snq_table_put(to, "RMS", d->rms_dbfs, "dBFS", 1);
    snq_table_put(to, "peak", d->peak_dbfs, "dBFS", 1);
    snq_table_put(to, "crest", d->crest_factor_db, "dB", 1);
    snq_table_put(to, "range", d->dynamic_range_db, "dB", 1);
    if (d->clipped_samples)
        fprintf(to, "clipped %lld   ", (long long)d->clipped_samples);
    if (!d->dc_offset.reason && (d->dc_offset.value > 0.0005 || d->dc_offset.value < -0.0005))
        snq_table_put(to, "offset", d->dc_offset, "", 4);
    fputc('\n', to);
}

static void bar(FILE *to, double share)
{
    const int filled = (int)(share * BAR + 0.5);
    for (int i = 0; i < filled && i < BAR; i++)
        fputc('#', to);
}

static void spectrum(FILE *to, const snq_hearing *h)
{
    if (snq_table_absent(to, "Spectrum", h->spectrum_reason))
        return;
    const snq_spectrum *s = &h->spectrum;
    if (s->centroid_hz.reason) {
        snq_table_absent(to, "Spectrum", s->centroid_hz.reason);
        return;
    }
    for (uint32_t b = 0; b < SNQ_SPECTRUM_BANDS; b++) {
        const snq_spectrum_band *band = &s->band[b];
        snq_table_heading(to, b ? "" : "Spectrum");
        fprintf(to, "%-11s%5.0f - %5.0f Hz", snq_spectrum_band_id(b), snq_spectrum_band_lo_hz(b),
                snq_spectrum_band_hi_hz(b));
        if (band->share.reason || band->level_dbfs.reason)
            fprintf(to, "        -\n");
        else {
            fprintf(to, "%7.1f dBFS %6.1f %% ", band->level_dbfs.value, 100.0 * band->share.value);
            bar(to, band->share.value);
            fputc('\n', to);
        }
    }
    snq_table_heading(to, "");
    snq_table_put(to, "centroid", s->centroid_hz, "Hz", 0);
    snq_table_put(to, "tilt", s->tilt_db_per_octave, "dB/octave", 1);
    snq_table_put(to, "flatness", s->flatness, "", 3);
    snq_table_put(to, "ends at", s->cutoff_hz, "Hz", 0);
    fputc('\n', to);
    if (!s->dominant_reason && s->dominants) {
        snq_table_heading(to, "");
        fputs("strongest", to);
        for (uint32_t i = 0; i < s->dominants; i++)
            fprintf(to, " %.1f", s->dominant_hz[i]);
        fputs(" Hz\n", to);
    }
}

static void stereo(FILE *to, const snq_hearing *h)
{
    if (h->stereo_reason && strcmp(h->stereo_reason, "mono") == 0)
        return;
    if (snq_table_absent(to, "Stereo", h->stereo_reason))
        return;
    snq_table_heading(to, "Stereo");
    snq_table_put(to, "width", h->stereo.width, "", 2);
    snq_table_put(to, "correlation", h->stereo.correlation, "", 2);
    snq_table_put(to, "below 120 Hz", h->stereo.low_correlation, "", 2);
    fputs(h->stereo.antiphase ? "ANTIPHASE\n" : "\n", to);
}

static void confidence(FILE *to, double c)
{
    fprintf(to, "confidence %.0f %%   ", 100.0 * c);
}

/* When the list of spans goes on: how much of it the table leaves out. */
static void put_more(FILE *to, uint32_t spans)
{
    if (spans > CHANGES_SHOWN)
        fprintf(to, "and %u more", spans - CHANGES_SHOWN);
    fputc('\n', to);
}

static void tempo(FILE *to, const snq_hearing *h)
{
    const snq_tempo *t = &h->tempo;
    if (snq_table_absent(to, "Tempo", h->tempo_reason) ||
        snq_table_absent(to, "Tempo", t->bpm.reason))
        return;
    snq_table_heading(to, "Tempo");
    fprintf(to, "%.1f BPM   ", t->bpm.value);
    confidence(to, t->confidence);
    int others = 0;
    for (uint32_t i = 0; i < t->candidates; i++) {
        const double bpm = t->candidate[i].bpm;
        if (bpm > 0.99 * t->bpm.value && bpm < 1.01 * t->bpm.value)
            continue; /* the one that was chosen */
        fprintf(to, "%s%.1f (%.0f %%)", others++ ? ", " : "or ", bpm,
                100.0 * t->candidate[i].weight);
    }
    fputc('\n', to);
    if (t->spans < 2)
        return;
    snq_table_heading(to, "");
    for (uint32_t i = 0; i < t->spans && i < CHANGES_SHOWN; i++) {
        snq_table_time(to, t->span[i].span.start_s);
        fprintf(to, " %.1f BPM   ", t->span[i].bpm);
    }
    put_more(to, t->spans);
}

static void metre(FILE *to, const snq_hearing *h)
{
    const snq_meter *m = &h->meter;
    if (snq_table_absent(to, "Metre", h->meter_reason ? h->meter_reason : m->reason))
        return;
    snq_table_heading(to, "Metre");
    fprintf(to, "%u/%u   ", m->metre.beats_per_bar, m->metre.beat_unit);
    if (m->metre.pulses_per_bar != m->metre.beats_per_bar)
        fprintf(to, "%u pulses a bar   ", m->metre.pulses_per_bar);
    confidence(to, m->confidence);
    fputc('\n', to);
}

/* How many onsets, beats and bars there are. */
static void counts(FILE *to, const snq_hearing *h)
{
    if (h->onsets_reason && h->beats_reason)
        return;
    snq_table_heading(to, "Counted");
    if (!h->onsets_reason)
        fprintf(to, "%u onsets   ", h->onsets.onsets);
    if (!h->beats_reason)
        fprintf(to, "%u beats   %u bars   ", h->beats.beats, h->beats.downbeats);
    fputc('\n', to);
}

static const char *mode_name(uint32_t mode)
{
    return mode == SNQ_MODE_MINOR ? "minor" : "major";
}

static void key(FILE *to, const snq_hearing *h)
{
    const snq_key *k = &h->key;
    if (snq_table_absent(to, "Key", h->key_reason) || snq_table_absent(to, "Key", k->reason))
        return;
    snq_table_heading(to, "Key");
    if (k->mode == SNQ_MODE_ATONAL)
        fputs("none: atonal   ", to);
    else
        fprintf(to, "%s %s (%s)   ", snq_pitch_class_name(k->tonic), mode_name(k->mode),
                snq_camelot(k->tonic, (snq_mode)k->mode));
    confidence(to, k->confidence);
    snq_table_put(to, "A4", k->tuning_hz, "Hz", 1);
    fputc('\n', to);
    if (k->spans < 2)
        return;
    snq_table_heading(to, "");
    for (uint32_t i = 0; i < k->spans && i < CHANGES_SHOWN; i++) {
        snq_table_time(to, k->span[i].span.start_s);
        fprintf(to, " %s %s   ", snq_pitch_class_name(k->span[i].tonic),
                mode_name(k->span[i].mode));
    }
    put_more(to, k->spans);
}

/* As musicians write it: "Am", "F#m7", "Bdim"; a pitch class and a Harte quality. */
static void put_chord(FILE *to, uint32_t root, uint32_t quality)
{
    if (quality == SNQ_CHORD_NONE) {
        fputs("no chord", to);
        return;
    }
    const char *suffix = quality == SNQ_CHORD_MAJ    ? ""
                         : quality == SNQ_CHORD_MIN  ? "m"
                         : quality == SNQ_CHORD_MIN7 ? "m7"
                                                     : snq_chord_quality_name(quality);
    fprintf(to, "%s%s", snq_pitch_class_name(root), suffix);
}

/* The chords with the largest shares of the time. */
static void chords(FILE *to, const snq_hearing *h)
{
    double length_s[SNQ_CHORD_QUALITIES * TONES] = { 0 }, total_s = 0.0;
    uint32_t left = 0;
    if (snq_table_absent(to, "Chords", h->chords_reason))
        return;
    for (uint32_t i = 0; i < h->chords.chords; i++) {
        const snq_heard_chord *c = &h->chords.chord[i];
        const uint32_t root = c->quality == SNQ_CHORD_NONE ? 0 : c->root;
        double *s = &length_s[c->quality * TONES + root];
        left += *s <= 0.0 && snq_span_length(c->span) > 0.0;
        *s += snq_span_length(c->span);
        total_s += snq_span_length(c->span);
    }
    snq_table_heading(to, "Chords");
    for (int shown = 0; shown < CHORDS_SHOWN && left; shown++, left--) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < SNQ_COUNT(length_s); i++)
            if (length_s[i] > length_s[best])
                best = i;
        fputs(shown ? ", " : "", to);
        put_chord(to, best % TONES, best / TONES);
        fprintf(to, " %.0f %%", 100.0 * length_s[best] / total_s);
        length_s[best] = 0.0;
    }
    if (left)
        fprintf(to, ", %u other%s", left, left > 1 ? "s" : "");
    fputs(total_s > 0.0 ? "\n" : "-\n", to);
}

static void patterns(FILE *to, const snq_hearing *h)
{
    static const char *const labels[] = { "rhythmic", "tonal", "percussive" };
    if (snq_table_absent(to, "Patterns", h->patterns_reason))
        return;
    const snq_patterns *p = &h->patterns;
    int said = 0;
    snq_table_heading(to, "Patterns");
    for (uint32_t i = 0; i < SNQ_COUNT(labels); i++)
        if (p->labels >> i & 1)
            fprintf(to, "%s%s", said++ ? ", " : "", labels[i]);
    fputs(said ? "   " : "none   ", to);
    snq_table_put(to, "pulse", p->pulse, "", 2);
    snq_table_put(to, "HNR", p->hnr_db, "dB", 1);
    snq_table_put(to, "f0", p->f0_hz, "Hz", 1);
    snq_table_put(to, "attack", p->attack_ms, "ms", 1);
    fputc('\n', to);
}

static void regions(FILE *to, const snq_hearing *h)
{
    if (snq_table_absent(to, "Regions", h->regions_reason))
        return;
    if (!h->regions) {
        snq_table_absent(to, "Regions", h->no_regions_reason);
        return;
    }
    for (uint32_t i = 0; i < h->regions && i < REGIONS_SHOWN; i++) {
        const snq_region *r = &h->region[i];
        snq_table_heading(to, i ? "" : "Regions");
        fprintf(to, "%3u  ", i + 1);
        snq_table_time(to, r->span.start_s);
        fputs(" - ", to);
        snq_table_time(to, r->span.end_s);
        fputs("   ", to);
        snq_table_put(to, "", r->level_dbfs, "dBFS", 1);
        if (!r->loudness_reason)
            snq_table_put(to, "", r->loudness.integrated_lufs, "LUFS", 1);
        fputc('\n', to);
    }
    if (h->regions > REGIONS_SHOWN) {
        snq_table_heading(to, "");
        fprintf(to, "and %u more (--json lists all)\n", h->regions - REGIONS_SHOWN);
    }
}

void snq_listen_table(FILE *to, const snq_hearing *h, int timings)
{
    file_line(to, &h->file);
    tempo(to, h);
    metre(to, h);
    counts(to, h);
    key(to, h);
    chords(to, h);
    patterns(to, h);
    loudness(to, h);
    dynamics(to, h);
    spectrum(to, h);
    stereo(to, h);
    regions(to, h);
    snq_table_warnings(to, &h->warnings);
    for (uint32_t i = 0; i < h->plugins; i++)
        if (strcmp(h->plugin[i].status, "ok") != 0) {
            snq_table_heading(to, "Failed");
            fprintf(to, "%s: ", h->plugin[i].id);
            snq_table_printable(to, h->plugin[i].message);
            fputc('\n', to);
        }
    for (uint32_t i = 0; timings && i < h->plugins; i++) {
        snq_table_heading(to, i ? "" : "Time");
        fprintf(to, "%-10s %8.3f ms\n", h->plugin[i].id, h->plugin[i].ms);
    }
}
