// SPDX-License-Identifier: MIT
/* IDEA   A prompt is typed in many ways: "B♭", "drum'n'bass", "136–140 BPM". Here it becomes plain words in
 *        lower case, numbers, and stops.
 * STEPS  1. code points one by one; full-width forms as their ASCII; malformed bytes part words
 *        2. letters join to a word, digits to a number; between a letter and a digit a word ends, save 90s,
 *           8A, 1m30s. A note's # belongs to it; ♭ is the letter b
 *        3. & + are "and", @ is "at", ~ is "about"; apostrophes go; 'n' is "n"; d&b is "dnb"
 *        4. a dash between numbers is "to"; between words a space; a free one, and , ; : . ! ? ( ) / ", stop
 *        5. each distinct word is looked up once, and mended once where it may be (lexicon.c)
 * COST   linear; mending about 3 us for each distinct word that is not known.
 * LIMITS Letters are those from U+00C0 on that no block of signs holds; lower case is that of Latin, Greek
 *        and Cyrillic. A combining accent is joined with its letter in the few pairs that lexica use. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "compose/prompt_impl.h"

typedef struct scan {
    snq_prompt_reader *r;
    const char *text;
    size_t n, i;
    int gap; /* something but a hyphen stood before here */
} scan;

/* ---------------------------------------------------------------- code points */

/* The code point at i, folded; 0 at the end. */
static uint32_t peek(const scan *s, size_t i, size_t *length)
{
    uint32_t c = 0;
    *length = 0;
    if (i >= s->n)
        return 0;
    *length = snq_utf8_get(s->text + i, s->n - i, &c);
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0;
    if (c == 0x266f)
        return '#';
    if (c == 0x266d)
        return 'b';
    return c ? c : ' ';
}

static uint32_t peek_at(const scan *s, size_t i)
{
    size_t length;
    return peek(s, i, &length);
}

static int is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(uint32_t c)
{
    static const uint32_t signs[][2] = {
        { 0xd7, 0xd7 },       { 0xf7, 0xf7 },        { 0x2b9, 0x36f },   { 0x2000, 0x2bff },
        { 0x2e00, 0x2e7f },   { 0x3000, 0x3004 },    { 0x3008, 0x3020 }, { 0xd800, 0xf8ff },
        { 0xfe00, 0xfe6f },   { 0xfeff, 0xff0f },    { 0xffe0, 0xffff }, { 0x1d000, 0x1d3ff },
        { 0x1f000, 0x1faff }, { 0xe0000, 0x10ffff },
    };
    if (c < 0xc0)
        return (c | 32) >= 'a' && (c | 32) <= 'z';
    for (size_t k = 0; k < SNQ_COUNT(signs); k++)
        if (c >= signs[k][0] && c <= signs[k][1])
            return 0;
    return 1;
}

static int is_apostrophe(uint32_t c)
{
    return c == '\'' || c == '`' || c == 0xb4 || c == 0x2018 || c == 0x2019 || c == 0x2bc;
}

static int is_dash(uint32_t c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

static int is_stop(uint32_t c)
{
    static const uint32_t more[] = { 0x201c, 0x201d, 0x201e, 0xab,   0xbb,
                                     0x2026, 0xa1,   0xbf,   0x3001, 0x3002 };
    for (size_t k = 0; k < SNQ_COUNT(more); k++)
        if (c == more[k])
            return 1;
    return c && c < 128 && strchr(",;:.!?()/\"[]{}", (int)c) != NULL;
}

static uint32_t lower(uint32_t c)
{
    if (c < 128)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if ((c >= 0xc0 && c <= 0xde) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) || (c >= 0x460 && c <= 0x4ff))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return c + (c & 1);
    return c;
}

/* A letter and a combining accent as one letter; 0: not among the pairs that lexica use. */
static uint32_t joined(uint32_t letter, uint32_t accent)
{
    static const struct {
        uint16_t accent;
        char letters[8];
        uint16_t whole[8];
    } tab[] = {
        { 0x300, "aeiou", { 0xe0, 0xe8, 0xec, 0xf2, 0xf9 } },
        { 0x301, "aeiou", { 0xe1, 0xe9, 0xed, 0xf3, 0xfa } },
        { 0x302, "aeiou", { 0xe2, 0xea, 0xee, 0xf4, 0xfb } },
        { 0x303, "ano", { 0xe3, 0xf1, 0xf5 } },
        { 0x308, "aeiou", { 0xe4, 0xeb, 0xef, 0xf6, 0xfc } },
        { 0x327, "c", { 0xe7 } },
    };
    for (size_t k = 0; k < SNQ_COUNT(tab); k++) {
        const char *at = letter < 128 ? strchr(tab[k].letters, (int)letter) : NULL;
        if (tab[k].accent == accent && at && *at)
            return tab[k].whole[at - tab[k].letters];
    }
    return 0;
}

static size_t encode(uint32_t c, char *to)
{
    if (c < 0x80)
        return (size_t)((to[0] = (char)c), 1);
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 63));
        to[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 63));
    to[2] = (char)(0x80 | (c >> 6 & 63));
    to[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* ---------------------------------------------------------------- tokens */

static snq_status add_token(scan *s, snq_token_type type, const char *text, size_t n,
                            const char *raw, snq_token **out)
{
    snq_prompt_reader *r = s->r;
    if (r->tokens == r->tokens_room) {
        const uint32_t room = r->tokens_room ? 2 * r->tokens_room : 64;
        snq_token *grown = snq_regrow(r->token, r->tokens_room, room, sizeof *grown);
        if (!grown)
            return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a prompt");
        r->token = grown;
        r->tokens_room = room;
    }
    snq_token *t = &r->token[r->tokens++];
    *t = (snq_token) { .type = (uint8_t)type,
                       .tight = !s->gap,
                       .at = (uint32_t)r->pool.length,
                       .length = (uint32_t)n,
                       .word = -1 };
    snq_str_put_bytes(&r->pool, text, n);
    if (r->pool.st < 0)
        return SNQ_FAIL(r->pool.st, "%s for a prompt", snq_status_text(r->pool.st));
    if (raw && strlen(raw) < sizeof t->raw)
        memcpy(t->raw, raw, strlen(raw) + 1);
    s->gap = 0;
    if (out)
        *out = t;
    return SNQ_OK;
}

static snq_status add_word(scan *s, const char *word)
{
    s->gap = 1;
    SNQ_TRY(add_token(s, SNQ_TOKEN_WORD, word, strlen(word), word, NULL));
    s->gap = 1;
    return SNQ_OK;
}

static snq_status add_stop(scan *s, uint32_t c)
{
    snq_token *t;
    SNQ_TRY(add_token(s, SNQ_TOKEN_STOP, "", 0, NULL, &t));
    t->stop = (uint8_t)(c < 128 ? c : '.');
    return SNQ_OK;
}

/* An apostrophe at i that begins 'n'. */
static int is_and_n(const scan *s, size_t i)
{
    size_t a, n, b;
    if (!is_apostrophe(peek(s, i, &a)) || lower(peek(s, i + a, &n)) != 'n')
        return 0;
    return is_apostrophe(peek(s, i + a + n, &b));
}

/* Letters from i on, and what may stand between them. */
static snq_status scan_word(scan *s)
{
    char text[SNQ_PROMPT_WORD_BYTES_MAX + 4], raw[8] = "";
    size_t n = 0, letters = 0, length, last = 0;
    uint32_t before = 0;
    int plain = 1;
    for (;; s->i += length) {
        uint32_t c = peek(s, s->i, &length);
        if (is_apostrophe(c) && letters && !is_and_n(s, s->i) &&
            is_letter(peek_at(s, s->i + length)))
            continue;
        if (c >= 0x300 && c <= 0x36f && letters) {
            const uint32_t one = joined(before, c);
            if (one && n <= SNQ_PROMPT_WORD_BYTES_MAX) {
                n = last + encode(one, text + last);
                plain = 0;
            }
            continue;
        }
        const int sharp = c == '#' && letters == 1 && before >= 'a' && before <= 'h';
        if (!is_letter(c) && !sharp)
            break;
        plain &= c < 128;
        if (letters < sizeof raw - 1 && c < 128) {
            raw[letters] = (char)c;
            raw[letters + 1] = '\0';
        }
        plain &= ++letters < sizeof raw;
        before = lower(c);
        last = n;
        if (n + 4 <= SNQ_PROMPT_WORD_BYTES_MAX)
            n += encode(before, text + n);
    }
    return add_token(s, SNQ_TOKEN_WORD, text, n, plain ? raw : NULL, NULL);
}

/* How many digits stand at i. */
static size_t digits_at(const scan *s, size_t i)
{
    size_t k = 0;
    while (i + k < s->n && is_digit((uint8_t)s->text[i + k]))
        k++;
    return k;
}

static int is_end(uint32_t c)
{
    return !is_letter(c) && !is_digit(c);
}

/* The n digits at i as a number. */
static double value_at(const scan *s, size_t i, size_t n)
{
    double v = 0.0;
    for (size_t k = 0; k < n; k++)
        v = 10.0 * v + (s->text[i + k] - '0');
    return v;
}

/* 7/8, 2:30, 1m30s: bytes after the n digits at s->i, and the values; 0: none of them. */
static size_t scan_pair(const scan *s, size_t n, snq_token *t)
{
    const size_t at = s->i + n, more = digits_at(s, at + 1);
    const double a = n <= 6 ? value_at(s, s->i, n) : 0.0;
    const double b = more && more <= 2 ? value_at(s, at + 1, more) : -1.0;
    const uint32_t c = peek_at(s, at), after = peek_at(s, at + 1 + more);
    if (b < 0.0)
        return 0;
    if (c == '/' && n <= 2 && a > 0.0 && (b == 2.0 || b == 4.0 || b == 8.0 || b == 16.0)) {
        *t = (snq_token) { .type = SNQ_TOKEN_METRE, .value = a, .second = b };
        return 1 + more;
    }
    const int minutes = (c == ':' && more == 2) || lower(c) == 'm';
    const int seconds = lower(c) == 'm' && lower(after) == 's';
    if (!minutes || n > 3 || b > 59.0 || !is_end(peek_at(s, at + 1 + more + (size_t)seconds)))
        return 0;
    *t = (snq_token) { .type = SNQ_TOKEN_CLOCK, .value = 60.0 * a + b };
    return 1 + more + (size_t)seconds;
}

/* 90s, 90's, 8A: bytes after the n digits, and the letter. */
static size_t scan_suffix(const scan *s, size_t n, char *letter)
{
    size_t length, skip = 0;
    uint32_t c = peek(s, s->i + n, &length);
    if (is_apostrophe(c)) {
        skip = length;
        c = peek(s, s->i + n + skip, &length);
        if (lower(c) != 's')
            return 0;
    }
    *letter = (char)lower(c);
    if (c > 127 || (*letter != 's' && *letter != 'a' && *letter != 'b') ||
        !is_end(peek_at(s, s->i + n + skip + length)))
        return 0;
    return skip + length;
}

static snq_status scan_number(scan *s)
{
    char text[SNQ_PROMPT_WORD_BYTES_MAX + 4];
    size_t n = digits_at(s, s->i);
    snq_token pair, *t;
    size_t more = scan_pair(s, n, &pair);
    char letter;
    if (more) {
        SNQ_TRY(add_token(s, SNQ_TOKEN_WORD, s->text + s->i, n + more, NULL, &t));
        t->type = pair.type;
        t->value = pair.value;
        t->second = pair.second;
        s->i += n + more;
        return SNQ_OK;
    }
    const size_t kept = n < SNQ_PROMPT_WORD_BYTES_MAX ? n : SNQ_PROMPT_WORD_BYTES_MAX;
    memcpy(text, s->text + s->i, kept);
    more = scan_suffix(s, n, &letter);
    if (more) {
        text[kept] = letter;
        text[kept + 1] = '\0';
        SNQ_TRY(add_token(s, SNQ_TOKEN_WORD, text, kept + 1, text, NULL));
    } else {
        const size_t decimals = peek_at(s, s->i + n) == '.' ? digits_at(s, s->i + n + 1) : 0;
        if (decimals && n + decimals < 18)
            n += 1 + decimals;
        const size_t all = n < SNQ_PROMPT_WORD_BYTES_MAX ? n : SNQ_PROMPT_WORD_BYTES_MAX;
        memcpy(text, s->text + s->i, all);
        text[all] = '\0';
        SNQ_TRY(add_token(s, SNQ_TOKEN_NUMBER, text, all, NULL, &t));
        t->value = all < 20 ? strtod(text, NULL) : 1e18;
    }
    s->i += n + more;
    return SNQ_OK;
}

static snq_status scan_dash(scan *s, uint32_t c, size_t length)
{
    const snq_prompt_reader *r = s->r;
    size_t next = s->i + length;
    const uint32_t touching = peek_at(s, next);
    while (peek_at(s, next) == ' ')
        next++;
    const int measured = r->tokens > 1 && snq__token_is(r, r->tokens - 1, "bpm") &&
                         r->token[r->tokens - 2].type == SNQ_TOKEN_NUMBER;
    const int numbers = r->tokens && is_digit(peek_at(s, next)) &&
                        (r->token[r->tokens - 1].type == SNQ_TOKEN_NUMBER || measured);
    const int tight = !s->gap && !is_end(touching);
    s->i += length;
    if (numbers)
        return add_word(s, "to");
    if (!tight || c == 0x2014 || c == 0x2015)
        return add_stop(s, '-');
    s->gap = 1;
    return SNQ_OK;
}

/* & between a lone d and a lone b */
static int is_dnb(const scan *s)
{
    const snq_prompt_reader *r = s->r;
    return !s->gap && r->tokens && snq__token_is(r, r->tokens - 1, "d") &&
           lower(peek_at(s, s->i + 1)) == 'b' && is_end(peek_at(s, s->i + 2));
}

static snq_status scan_sign(scan *s, uint32_t c, size_t length)
{
    if (is_and_n(s, s->i)) {
        size_t n, again;
        peek(s, s->i + length, &n);
        peek(s, s->i + length + n, &again);
        s->i += length + n + again;
        return add_word(s, "n");
    }
    if (is_dash(c))
        return scan_dash(s, c, length);
    if (c == '&' && is_dnb(s)) {
        s->r->tokens--;
        s->i += 2;
        return add_word(s, "dnb");
    }
    const int after_number =
        s->r->tokens && !s->gap && s->r->token[s->r->tokens - 1].type == SNQ_TOKEN_NUMBER;
    const int plus_alone = c == '+' && after_number && is_end(peek_at(s, s->i + length));
    s->i += length;
    if ((c == '&' || c == '+') && !plus_alone)
        return add_word(s, "and");
    if (c == '@')
        return add_word(s, "at");
    if (c == '~' || c == 0x2248 || c == 0x223c)
        return add_word(s, "about");
    if (is_stop(c))
        return add_stop(s, c);
    s->gap |= !is_apostrophe(c);
    return SNQ_OK;
}

/* ---------------------------------------------------------------- looking up */

static uint32_t hash_text(const char *p, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)p[i]) * 16777619u;
    return h ^ h >> 16;
}

/* Number each token's word; a text that was seen before has what it had then. */
static snq_status look_up(snq_prompt_reader *r)
{
    const char *pool = snq_str_text(&r->pool);
    size_t slots = 64;
    while (slots < 2 * (size_t)r->tokens)
        slots *= 2;
    uint32_t *seen = snq_calloc(slots, sizeof *seen);
    if (!seen)
        return SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a prompt");
    for (uint32_t i = 0; i < r->tokens; i++) {
        snq_token *t = &r->token[i];
        t->first = i;
        if (t->type != SNQ_TOKEN_WORD && t->type != SNQ_TOKEN_NUMBER)
            continue;
        size_t s = hash_text(pool + t->at, t->length) & (slots - 1);
        for (; seen[s]; s = (s + 1) & (slots - 1)) {
            const snq_token *o = &r->token[seen[s] - 1];
            if (o->length == t->length && memcmp(pool + o->at, pool + t->at, t->length) == 0)
                break;
        }
        if (seen[s]) {
            t->first = seen[s] - 1;
            t->word = r->token[t->first].word;
            continue;
        }
        seen[s] = i + 1;
        t->word = snq_lexicon_word(r->lexicon, pool + t->at, t->length);
        if (t->word < 0 && !is_digit((uint8_t)pool[t->at]))
            t->word = snq_lexicon_mend(r->lexicon, pool + t->at, t->length);
    }
    snq_free(seen);
    return SNQ_OK;
}

snq_status snq__prompt_words(snq_prompt_reader *r, const char *text, size_t n)
{
    scan s = { .r = r, .text = text, .n = n, .gap = 1 };
    while (s.i < n) {
        size_t length;
        const uint32_t c = peek(&s, s.i, &length);
        if (is_letter(c))
            SNQ_TRY(scan_word(&s));
        else if (is_digit(c) && length == 1)
            SNQ_TRY(scan_number(&s));
        else
            SNQ_TRY(scan_sign(&s, c, length));
    }
    return look_up(r);
}

int snq__token_is(const snq_prompt_reader *r, uint32_t t, const char *word)
{
    if (t >= r->tokens || r->token[t].type != SNQ_TOKEN_WORD)
        return 0;
    const size_t n = strlen(word);
    return r->token[t].length == n && memcmp(snq_str_text(&r->pool) + r->token[t].at, word, n) == 0;
}

const snq_meaning *snq__token_meaning(const snq_prompt_reader *r, uint32_t t, snq_word_kind kind)
{
    size_t n = 0;
    const snq_meaning *m = NULL;
    if (t < r->tokens)
        m = snq_lexicon_meanings(r->lexicon, snq_lexicon_step(r->lexicon, 0, r->token[t].word), &n);
    for (size_t i = 0; i < n; i++)
        if (m[i].kind == kind)
            return &m[i];
    return NULL;
}
