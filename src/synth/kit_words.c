// SPDX-License-Identifier: MIT
/* STEPS  The name becomes lower-case words with a space before and after each: cut at everything but letters and digits, between
 *        a letter and a digit, and before a capital after a small letter: "HiTom_v2-03" -> " hi tom v 2 03 ".
 *        Layer words and the last number are noted and taken out for the stem. Then rules are tried from the top; a
 *        rule's lists have alternatives between bars, and match anywhere: " bd " is a whole word, " tom" begins one.
 *        Narrow rules come first: "ride bell" before "ride", hats before cymbals, congas ("conga hh") before hats.
 *
 * LIMITS English and the drum machines' usual abbreviations. "cr" alone is no crash: a drum machine is called CR-78. */
#include "synth/kit_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "score/drum_keys.h"

enum { SOFT = 32, MEDIUM = 72, HARD = 112 };

typedef struct rule {
    const char *drum;       /* of score/drum_keys.h */
    const char *any, *also; /* alternatives; also NULL: nothing more is asked */
} rule;

#define HATS "hihat|hi hat|high hat| hat|hhat| hh |openhat|closedhat| hhc | hho | chh | ohh | phh "
#define TOMS " tom|hightom|midtom|lowtom|floortom|hitom|lotom| ht | mt | lt | ft "
#define HIGH " hi | high | h | hh |hightom|hitom| tomh| ht "
#define LOW  " lo | low | l | ll | lll |lowtom|lotom|floor| toml| lt | ft "
#define MUTE "mute|slap|closed| m "

static const rule rules[] = {
    { "tom_low", TOMS, LOW },
    { "tom_high", TOMS, HIGH },
    { "tom_mid", TOMS, NULL },
    { "conga_mute", "conga", MUTE },
    { "conga_high", "conga", HIGH },
    { "conga_low", "conga", NULL },
    { "conga_high", " hc | mc ", NULL },
    { "conga_low", " lc ", NULL },
    { "hat_pedal", HATS, "pedal|foot| phh " },
    { "hat_open", HATS, "open| o | op | opn | ohh | hho |long" },
    { "hat_open", " oh ", NULL },
    { "hat_closed", HATS "| ch ", NULL },
    { "hat_open", "cymbal", "open" },
    { "hat_closed", "cymbal", "closed" },
    { "ride_bell", " ride", "bell" },
    { "ride", " ride", NULL },
    { "china", "china|chinese", NULL },
    { "splash", "splash", NULL },
    { "crash", "crash|cymbal| cym | cy ", NULL },
    { "cowbell", " cowb|cow bell| cb ", NULL },
    { "tambourine", " tamb", NULL },
    { "cabasa", "cabasa", NULL },
    { "shaker", " shak| shk |maraca| ma | egg ", NULL },
    { "vibraslap", "vibraslap|vibra slap", NULL },
    { "bongo_low", "bongo", LOW },
    { "bongo_high", "bongo", NULL },
    { "timbale_low", "timbale", LOW },
    { "timbale_high", "timbale", NULL },
    { "agogo_low", "agogo", LOW },
    { "agogo_high", "agogo", NULL },
    { "guiro_long", "guiro", "long" },
    { "guiro_short", "guiro", NULL },
    { "claves", " clave| claves | cl ", NULL },
    { "wood_block_low", "wood block|woodblock| block", LOW },
    { "wood_block_high", "wood block|woodblock| block", NULL },
    { "cuica_mute", "cuica", MUTE },
    { "cuica_open", "cuica", NULL },
    { "triangle_mute", "triangle", MUTE },
    { "triangle", "triangle", NULL },
    { "whistle_long", "whistle", "long" },
    { "whistle_short", "whistle", NULL },
    { "jingle_bell", "jingle|sleigh", NULL },
    { "castanets", "castanet", NULL },
    { "bell_tree", "bell tree|belltree|chimes", NULL },
    { "surdo_mute", "surdo", MUTE },
    { "surdo", "surdo", NULL },
    { "rim", " rim|rimshot|side stick|sidestick|cross stick|crossstick| xstick | stick | rs ",
      NULL },
    { "clap", " clap|handclap| clp | cp ", NULL },
    { "snare", "snare| snr | sd | sn ", NULL },
    { "kick", "kick|bass drum|bassdrum|drum bass| bd | kd | kik ", NULL },
};

static const struct {
    const char *any;
    int velocity;
} layers[] = {
    { " soft | softer | softest | quiet | ghost | light | pp ", SOFT },
    { " medium | med | mf | mp ", MEDIUM },
    { " hard | harder | hardest | loud | strong | accent | ff ", HARD },
};

/* Whether text has one of the alternatives; its place and length. */
static int find_any(const char *text, const char *any, const char **place, size_t *length)
{
    for (const char *end; *any; any = *end ? end + 1 : end) {
        char word[32];
        end = strchr(any, '|') ? strchr(any, '|') : any + strlen(any);
        *length = (size_t)(end - any);
        memcpy(word, any, *length);
        word[*length] = 0;
        *place = strstr(text, word);
        if (*place)
            return 1;
    }
    return 0;
}

static int has_any(const char *text, const char *any)
{
    const char *place;
    size_t length;
    return find_any(text, any, &place, &length);
}

static int is_cut(const unsigned char *p)
{
    return (isalpha(p[0]) && isdigit(p[1])) || (isdigit(p[0]) && isalpha(p[1])) ||
           (islower(p[0]) && isupper(p[1]));
}

/* Words with spaces round them; text has room for three times the name and two. */
static void spread(const char *name, char *text)
{
    const unsigned char *p = (const unsigned char *)name;
    *text++ = ' ';
    for (size_t left = SNQ_BANK_NAME_MAX; *p && left; p++, left--) {
        if (isalnum(*p))
            *text++ = (char)tolower(*p);
        else if (text[-1] != ' ')
            *text++ = ' ';
        if (is_cut(p))
            *text++ = ' ';
    }
    if (text[-1] != ' ')
        *text++ = ' ';
    *text = 0;
}

/* Takes length bytes out, both of whose ends are spaces: one stays. */
static void take_out(char *at, size_t length)
{
    memmove(at + 1, at + length, strlen(at + length) + 1);
}

/* v1, vel 100, velocity 3: the number goes to *rank. */
static void read_rank(char *text, int *rank)
{
    static const char *const words[] = { " v ", " vel ", " velocity ", " layer " };
    for (size_t i = 0; i < SNQ_COUNT(words); i++) {
        char *at = strstr(text, words[i]), *end;
        if (!at || !isdigit((unsigned char)at[strlen(words[i])]))
            continue;
        const long value = strtol(at + strlen(words[i]), &end, 10);
        if (value < 1 || value > 127 || *end != ' ')
            continue;
        *rank = (int)value;
        take_out(at, (size_t)(end - at) + 1);
        return;
    }
}

/* The last word of digits. */
static void read_number(char *text, long *number)
{
    for (char *at = text + strlen(text) - 1; at > text; at--) {
        char *begin = at;
        while (begin > text && isdigit((unsigned char)begin[-1]))
            begin--;
        if (*at != ' ' || begin == at || begin[-1] != ' ')
            continue;
        *number = at - begin <= 9 ? strtol(begin, NULL, 10) : -1;
        take_out(begin - 1, (size_t)(at - begin) + 2);
        return;
    }
}

static int find_key(const char *text, long number)
{
    for (size_t i = 0; i < SNQ_COUNT(rules); i++) {
        if (!has_any(text, rules[i].any) || (rules[i].also && !has_any(text, rules[i].also)))
            continue;
        if (strcmp(rules[i].drum, "tom_mid") == 0 && (number == 1 || number == 3))
            return number == 1 ? SNQ_DRUM_TOM_HIGH : SNQ_DRUM_TOM_LOW;
        return snq_drum_key(rules[i].drum);
    }
    return SNQ__KIT_UNKNOWN;
}

void snq__kit_read(const char *name, snq__kit_words *out)
{
    *out = (snq__kit_words) { .number = -1 };
    char *text = out->stem;
    const char *place;
    size_t length;
    spread(name, text);
    for (size_t i = 0; i < SNQ_COUNT(layers) && !out->velocity; i++) {
        if (find_any(text, layers[i].any, &place, &length)) {
            out->velocity = layers[i].velocity;
            take_out(text + (place - text), length);
        }
    }
    read_rank(text, &out->rank);
    read_number(text, &out->number);
    out->key = find_key(text, out->number);
}
