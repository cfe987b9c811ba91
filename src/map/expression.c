// SPDX-License-Identifier: MIT
/* IDEA   A formula is read once, from left to right, and written down as a recipe for a stack of numbers: take x,
 *        take 2, multiply. Following the recipe can't loop, can't reach anything and is as long as it is.
 *
 * STEPS  choice := or [? choice : choice]      or := and {|| and}      and := test {&& test}
 *        test := sum [< <= > >= == != sum]     sum := term {+- term}   term := sign {* / % sign}
 *        sign := {+ - !} power                 power := atom [^ sign]
 *        atom := number | x | pi | e | function ( choice {, choice} ) | ( choice )
 *        Each rule puts its steps behind those of its parts (reverse Polish). `held` counts how many values
 *        the steps so far leave on the stack: its largest is bounded while compiling, so running needs no check.
 *        a ? b : c works out all three and picks: what is not picked may be no number.
 *
 * CONST  Bounds in the header: a page-long formula has some 60 steps (ours, 2026).
 * COST   Compiling: linear in the text. Running: a switch a step.
 * LIMITS exp, sin and their like are the C library's: their last bit may differ between machines. A comparison
 *        with what is no number is 0.
 * REFS   Dijkstra, Algol 60 translation (1961), for the order of things. */
#include "map/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* X(ID, values taken) */
/* clang-format off */
#define STEP_MAP(X) \
    X(PUSH, 0) X(X, 0) X(NEG, 1) X(NOT, 1) X(ADD, 2) X(SUB, 2) X(MUL, 2) X(DIV, 2) \
    X(MOD, 2) X(POW, 2) X(LT, 2) X(LE, 2) X(GT, 2) X(GE, 2) X(EQ, 2) X(NE, 2) X(AND, 2) \
    X(OR, 2) X(PICK, 3) X(ABS, 1) X(SIGN, 1) X(FLOOR, 1) X(CEIL, 1) X(ROUND, 1) X(SQRT, 1) \
    X(EXP, 1) X(LOG, 1) X(LOG2, 1) X(LOG10, 1) X(SIN, 1) X(COS, 1) X(TAN, 1) X(TANH, 1) \
    X(MIN, 2) X(MAX, 2) X(STEP, 2) X(CLAMP, 3) X(MIX, 3) X(SMOOTH, 3)
/* clang-format on */

enum {
#define X(ID, takes) DO_##ID,
    STEP_MAP(X)
#undef X
        STEPS
};

static const uint8_t takes_tab[STEPS] = {
#define X(ID, takes) takes,
    STEP_MAP(X)
#undef X
};

static const struct {
    const char *name;
    uint8_t step;
} function_tab[] = {
    { "abs", DO_ABS },           { "sign", DO_SIGN },   { "floor", DO_FLOOR }, { "ceil", DO_CEIL },
    { "round", DO_ROUND },       { "sqrt", DO_SQRT },   { "exp", DO_EXP },     { "log", DO_LOG },
    { "log2", DO_LOG2 },         { "log10", DO_LOG10 }, { "sin", DO_SIN },     { "cos", DO_COS },
    { "tan", DO_TAN },           { "tanh", DO_TANH },   { "min", DO_MIN },     { "max", DO_MAX },
    { "pow", DO_POW },           { "step", DO_STEP },   { "clamp", DO_CLAMP }, { "mix", DO_MIX },
    { "smoothstep", DO_SMOOTH },
};

typedef struct reader {
    const char *text, *at;
    snq_expression *out;
    uint32_t depth, held;
} reader;

/* ---------------------------------------------------------------- reading */

static snq_status choice(reader *r);

static unsigned place(const reader *r)
{
    return (unsigned)(r->at - r->text) + 1;
}

static char next(reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')
        r->at++;
    return *r->at;
}

/* Whether `word` stands here; goes behind it. */
static int eat(reader *r, const char *word)
{
    const size_t n = strlen(word);
    next(r);
    if (strncmp(r->at, word, n) != 0)
        return 0;
    r->at += n;
    return 1;
}

static snq_status unexpected(reader *r, const char *wanted)
{
    const unsigned char c = (unsigned char)next(r);
    if (!c)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "character %u: the formula ends, %s is wanted", place(r),
                        wanted);
    if (c < 0x20 || c > 0x7e)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "character %u: byte 0x%02x, where %s is wanted", place(r),
                        c, wanted);
    return SNQ_FAIL(SNQ_ERR_FORMAT, "character %u: \"%c\", where %s is wanted", place(r), c,
                    wanted);
}

static snq_status emit(reader *r, uint8_t step, double constant)
{
    snq_expression *e = r->out;
    if (e->steps == SNQ_EXPRESSION_CODE_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "character %u: more than %d steps", place(r),
                        SNQ_EXPRESSION_CODE_MAX);
    r->held += 1u - takes_tab[step];
    if (r->held > SNQ_EXPRESSION_STACK_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "character %u: more than %d values at once", place(r),
                        SNQ_EXPRESSION_STACK_MAX);
    e->constant[e->steps] = constant;
    e->code[e->steps++] = step;
    return SNQ_OK;
}

static snq_status deeper(reader *r)
{
    if (++r->depth > SNQ_EXPRESSION_DEPTH_MAX)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "character %u: deeper than %d", place(r),
                        SNQ_EXPRESSION_DEPTH_MAX);
    return SNQ_OK;
}

/* Digits, a point, digits, an exponent: what strtod takes besides is no number here. */
static snq_status number(reader *r)
{
    char text[64];
    const char *p = r->at;
    while (isdigit((unsigned char)*p))
        p++;
    if (*p == '.')
        p++;
    while (isdigit((unsigned char)*p))
        p++;
    if (p - r->at == 1 && *r->at == '.')
        return unexpected(r, "a number");
    if (*p == 'e' || *p == 'E') {
        const char *q = p + 1 + (p[1] == '-' || p[1] == '+');
        while (isdigit((unsigned char)*q))
            p = ++q;
    }
    const size_t n = (size_t)(p - r->at);
    if (n >= sizeof text)
        return SNQ_FAIL(SNQ_ERR_TOO_BIG, "character %u: a number of %zu characters", place(r), n);
    memcpy(text, r->at, n);
    text[n] = '\0';
    const double v = strtod(text, NULL);
    if (!isfinite(v))
        return SNQ_FAIL(SNQ_ERR_FORMAT, "character %u: %s is too large", place(r), text);
    r->at = p;
    return emit(r, DO_PUSH, v);
}

static snq_status arguments(reader *r, const char *name, uint8_t step)
{
    const unsigned wanted = takes_tab[step];
    if (!eat(r, "("))
        return unexpected(r, "\"(\"");
    for (unsigned i = 0; i < wanted; i++) {
        if (i && !eat(r, ","))
            break;
        SNQ_TRY(choice(r));
        if (i + 1 == wanted && eat(r, ")"))
            return emit(r, step, 0);
    }
    next(r);
    if (*r->at == ')' || *r->at == ',')
        return SNQ_FAIL(SNQ_ERR_FORMAT, "character %u: %s takes %u value%s", place(r), name, wanted,
                        wanted > 1 ? "s" : "");
    return unexpected(r, "\")\"");
}

static snq_status word(reader *r)
{
    const char *from = r->at, *p = from;
    while (isalnum((unsigned char)*p) || *p == '_')
        p++;
    const size_t n = (size_t)(p - from);
    if (n == 1 && *from == 'x') {
        r->at = p;
        return emit(r, DO_X, 0);
    }
    if ((n == 1 && *from == 'e') || (n == 2 && strncmp(from, "pi", 2) == 0)) {
        r->at = p;
        return emit(r, DO_PUSH, n == 1 ? M_E : M_PI);
    }
    for (size_t i = 0; i < SNQ_COUNT(function_tab); i++)
        if (strlen(function_tab[i].name) == n && strncmp(from, function_tab[i].name, n) == 0) {
            r->at = p;
            return arguments(r, function_tab[i].name, function_tab[i].step);
        }
    return SNQ_FAIL(SNQ_ERR_FORMAT, "character %u: \"%.*s\" is neither x nor a function", place(r),
                    n < 32 ? (int)n : 32, from);
}

static snq_status atom(reader *r)
{
    const char c = next(r);
    if (isdigit((unsigned char)c) || c == '.')
        return number(r);
    if (isalpha((unsigned char)c) || c == '_')
        return word(r);
    if (!eat(r, "("))
        return unexpected(r, "a value");
    SNQ_TRY(choice(r));
    return eat(r, ")") ? SNQ_OK : unexpected(r, "\")\"");
}

static snq_status sign(reader *r)
{
    SNQ_TRY(deeper(r));
    const char c = next(r);
    if (c == '-' || c == '+' || c == '!') {
        r->at++;
        SNQ_TRY(sign(r));
        if (c != '+')
            SNQ_TRY(emit(r, c == '-' ? DO_NEG : DO_NOT, 0));
    } else {
        SNQ_TRY(atom(r));
        if (eat(r, "^")) {
            SNQ_TRY(sign(r));
            SNQ_TRY(emit(r, DO_POW, 0));
        }
    }
    r->depth--;
    return SNQ_OK;
}

static snq_status term(reader *r)
{
    SNQ_TRY(sign(r));
    for (;;) {
        const uint8_t step = eat(r, "*") ? DO_MUL : eat(r, "/") ? DO_DIV : eat(r, "%") ? DO_MOD : 0;
        if (!step)
            return SNQ_OK;
        SNQ_TRY(sign(r));
        SNQ_TRY(emit(r, step, 0));
    }
}

static snq_status sum(reader *r)
{
    SNQ_TRY(term(r));
    for (;;) {
        const uint8_t step = eat(r, "+") ? DO_ADD : eat(r, "-") ? DO_SUB : 0;
        if (!step)
            return SNQ_OK;
        SNQ_TRY(term(r));
        SNQ_TRY(emit(r, step, 0));
    }
}

static uint8_t comparison(reader *r)
{
    /* the longer ones first */
    return eat(r, "<=")   ? DO_LE
           : eat(r, ">=") ? DO_GE
           : eat(r, "==") ? DO_EQ
           : eat(r, "!=") ? DO_NE
           : eat(r, "<")  ? DO_LT
           : eat(r, ">")  ? DO_GT
                          : 0;
}

static snq_status test(reader *r)
{
    SNQ_TRY(sum(r));
    const uint8_t step = comparison(r);
    if (!step)
        return SNQ_OK;
    SNQ_TRY(sum(r));
    SNQ_TRY(emit(r, step, 0));
    const char *behind = r->at;
    if (comparison(r)) {
        r->at = behind;
        next(r);
        return SNQ_FAIL(SNQ_ERR_FORMAT,
                        "character %u: comparisons can't be chained: a < b && b < c", place(r));
    }
    return SNQ_OK;
}

static snq_status both(reader *r)
{
    SNQ_TRY(test(r));
    while (eat(r, "&&")) {
        SNQ_TRY(test(r));
        SNQ_TRY(emit(r, DO_AND, 0));
    }
    return SNQ_OK;
}

static snq_status choice(reader *r)
{
    SNQ_TRY(deeper(r));
    SNQ_TRY(both(r));
    while (eat(r, "||")) {
        SNQ_TRY(both(r));
        SNQ_TRY(emit(r, DO_OR, 0));
    }
    if (eat(r, "?")) {
        SNQ_TRY(choice(r));
        if (!eat(r, ":"))
            return unexpected(r, "\":\"");
        SNQ_TRY(choice(r));
        SNQ_TRY(emit(r, DO_PICK, 0));
    }
    r->depth--;
    return SNQ_OK;
}

snq_status snq_expression_compile(const char *text, snq_expression *out, uint32_t *at_byte)
{
    reader r = { .text = text, .at = text, .out = out };
    *out = (snq_expression) { 0 };
    snq_status st = SNQ_OK;
    if (strnlen(text, SNQ_EXPRESSION_TEXT_MAX) == SNQ_EXPRESSION_TEXT_MAX)
        st = SNQ_FAIL(SNQ_ERR_TOO_BIG, "the formula is longer than %d characters",
                      SNQ_EXPRESSION_TEXT_MAX - 1);
    if (st >= 0)
        st = choice(&r);
    if (st >= 0 && next(&r))
        st = unexpected(&r, "an operator");
    if (st < 0)
        out->steps = 0;
    if (at_byte)
        *at_byte = (uint32_t)(r.at - text);
    return st;
}

/* ---------------------------------------------------------------- working out */

static double clamped(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static double smooth(double lo, double hi, double x)
{
    const double t = clamped((x - lo) / (hi - lo), 0, 1);
    return t * t * (3 - 2 * t);
}

/* Steps that take one value. */
static double unary(uint8_t step, double a)
{
    switch (step) {
    case DO_NEG:
        return -a;
    case DO_NOT:
        return a == 0;
    case DO_ABS:
        return fabs(a);
    case DO_SIGN:
        return a > 0 ? 1 : a < 0 ? -1 : a;
    case DO_FLOOR:
        return floor(a);
    case DO_CEIL:
        return ceil(a);
    case DO_ROUND:
        return round(a);
    case DO_SQRT:
        return sqrt(a);
    case DO_EXP:
        return exp(a);
    case DO_LOG:
        return log(a);
    case DO_LOG2:
        return log2(a);
    case DO_LOG10:
        return log10(a);
    case DO_SIN:
        return sin(a);
    case DO_COS:
        return cos(a);
    case DO_TAN:
        return tan(a);
    default:
        return tanh(a);
    }
}

/* Steps that take two. */
static double binary(uint8_t step, double a, double b)
{
    switch (step) {
    case DO_ADD:
        return a + b;
    case DO_SUB:
        return a - b;
    case DO_MUL:
        return a * b;
    case DO_DIV:
        return a / b;
    case DO_MOD:
        return fmod(a, b);
    case DO_POW:
        return pow(a, b);
    case DO_LT:
        return a < b;
    case DO_LE:
        return a <= b;
    case DO_GT:
        return a > b;
    case DO_GE:
        return a >= b;
    case DO_EQ:
        return a == b;
    case DO_NE:
        return a != b;
    case DO_AND:
        return a != 0 && b != 0;
    case DO_OR:
        return a != 0 || b != 0;
    case DO_MIN:
        return a < b ? a : b;
    case DO_MAX:
        return a > b ? a : b;
    default: /* DO_STEP */
        return b >= a;
    }
}

static double ternary(uint8_t step, double a, double b, double c)
{
    switch (step) {
    case DO_PICK:
        return a != 0 ? b : c;
    case DO_CLAMP:
        return clamped(a, b, c);
    case DO_MIX:
        return a + (b - a) * c;
    default:
        return smooth(a, b, c);
    }
}

double snq_expression_at(const snq_expression *e, double x)
{
    double stack[SNQ_EXPRESSION_STACK_MAX] = { 0 };
    uint32_t n = 0;
    if (!e->steps || isnan(x))
        return NAN;
    for (uint32_t i = 0; i < e->steps; i++) {
        const uint8_t step = e->code[i];
        double *top = &stack[n += 1u - takes_tab[step]] - 1;
        switch (takes_tab[step]) {
        case 0:
            *top = step == DO_X ? x : e->constant[i];
            break;
        case 1:
            *top = unary(step, *top);
            break;
        case 2:
            *top = binary(step, *top, top[1]);
            break;
        default:
            *top = ternary(step, *top, top[1], top[2]);
        }
    }
    return isfinite(stack[0]) ? stack[0] : NAN;
}
