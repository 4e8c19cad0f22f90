/* Notes, warnings and progress bars on standard error. */
#include "lianjin/progress.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SHOW_AFTER 0.5 /* seconds */
#define REDRAW_AFTER 0.1
#define BAR_CELLS 24
#define DETAIL_MAX 256
#define WARNINGS_MAX 1000

struct lj_console {
    pthread_mutex_t lock;
    int quiet;
    int is_terminal;
    int has_colour;
    char **warnings;
    int64_t n_warnings;
    int64_t warnings_capacity;
    int running; /* between begin and end */
    int drawn;   /* the bar stands on the line */
    char label[64];
    char detail[DETAIL_MAX];
    int64_t done, total;
    double began, redrawn;
};

double lj_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

lj_status lj_console_create(int quiet, lj_console **out)
{
    assert(out != NULL);
    *out = lj_new_array(1, sizeof(**out));
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the console");
    lj_console *console = *out;
    const char *terminal = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR"); /* no-color.org */
    pthread_mutex_init(&console->lock, NULL);
    console->quiet = quiet;
    console->is_terminal = isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    console->has_colour = console->is_terminal && (no_colour == NULL || *no_colour == '\0');
    return LJ_OK;
}

void lj_console_destroy(lj_console *console)
{
    if (console == NULL)
        return;
    lj_progress_end(console);
    for (int64_t i = 0; i < console->n_warnings; i++)
        lj_free(console->warnings[i]);
    lj_free(console->warnings);
    pthread_mutex_destroy(&console->lock);
    lj_free(console);
}

int lj_console_is_terminal(const lj_console *console)
{
    return console != NULL && console->is_terminal;
}

static void erase_bar(lj_console *console)
{
    if (console->drawn)
        fputs("\r\033[K", stderr);
    console->drawn = 0;
}

/* "7 s", "3:07", "1:02:09". */
static void print_seconds(double seconds, char *out, size_t size)
{
    const long long s = (long long)(seconds + 0.5);
    if (s < 60)
        snprintf(out, size, "%lld s", s);
    else if (s < 3600)
        snprintf(out, size, "%lld:%02lld", s / 60, s % 60);
    else
        snprintf(out, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
}

/* "1.2 M/s". */
static void print_rate(double rate, char *out, size_t size)
{
    if (rate >= 1e6)
        snprintf(out, size, "%.1f M/s", rate / 1e6);
    else if (rate >= 1e4)
        snprintf(out, size, "%.0f k/s", rate / 1e3);
    else if (rate >= 10)
        snprintf(out, size, "%.0f/s", rate);
    else
        snprintf(out, size, "%.1f/s", rate);
}

static int columns(void)
{
    struct winsize window;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : 80;
}

/* "████████░░░░" */
static void print_cells(const lj_console *console, char *out, size_t size)
{
    const int64_t done = console->done > console->total ? console->total : console->done;
    const int full = (int)((double)done / (double)console->total * BAR_CELLS);
    size_t used = 0;
    for (int i = 0; i < BAR_CELLS; i++)
        used += (size_t)snprintf(out + used, size - used, "%s", i < full ? "\u2588" : "\u2591");
}

static void draw_bar(lj_console *console, double now)
{
    char rate_text[32];
    char cells[BAR_CELLS * 4 + 1] = "";
    char left[48] = "";
    const double seconds = now - console->began;
    const double rate = seconds > 0 ? (double)console->done / seconds : 0;
    print_rate(rate, rate_text, sizeof(rate_text));
    int width = columns() - (int)strlen(console->label) - (int)strlen(rate_text) - 4;
    char counts[64];
    if (console->total > 0) {
        print_cells(console, cells, sizeof(cells));
        snprintf(counts, sizeof(counts), "%3.0f %%", 100.0 * (double)console->done / (double)console->total);
        if (rate > 0 && console->done < console->total) {
            char time[32];
            print_seconds((double)(console->total - console->done) / rate, time, sizeof(time));
            snprintf(left, sizeof(left), "  %s left", time);
        }
        width -= BAR_CELLS + 1;
    } else {
        snprintf(counts, sizeof(counts), "%lld", (long long)console->done);
    }
    width -= (int)strlen(counts) + (int)strlen(left) + 2;
    const char *colour = console->has_colour ? "\033[36m" : "";
    const char *plain = console->has_colour ? "\033[0m" : "";
    fprintf(stderr, "\r\033[K%s %s%s%s%s%s  %s%s", console->label, colour, cells, plain, *cells != '\0' ? " " : "",
            counts, rate_text, left);
    if (width > 4 && console->detail[0] != '\0')
        fprintf(stderr, "  %.*s", width, console->detail);
    fflush(stderr);
    console->drawn = 1;
    console->redrawn = now;
}

static void say(lj_console *console, const char *before, const char *after, const char *text)
{
    const int was_drawn = console->drawn;
    erase_bar(console);
    fprintf(stderr, "%s%s%s\n", before, text, after);
    if (was_drawn)
        draw_bar(console, lj_seconds());
    fflush(stderr);
}

static char *format_text(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : lj_new_array((int64_t)length + 1, 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

void lj_note(lj_console *console, const char *format, ...)
{
    if (console == NULL || console->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    if (text == NULL)
        return;
    pthread_mutex_lock(&console->lock);
    say(console, "", "", text);
    pthread_mutex_unlock(&console->lock);
    lj_free(text);
}

/* Takes over the text; without memory the warning was at least shown. */
static void keep_warning(lj_console *console, char *text)
{
    if (console->n_warnings == console->warnings_capacity && console->n_warnings < WARNINGS_MAX) {
        const int64_t capacity = console->warnings_capacity == 0 ? 8 : console->warnings_capacity * 2;
        char **warnings = lj_resize_array(console->warnings, console->warnings_capacity, capacity, sizeof(*warnings));
        if (warnings != NULL) {
            console->warnings = warnings;
            console->warnings_capacity = capacity;
        }
    }
    if (console->n_warnings < console->warnings_capacity && console->n_warnings < WARNINGS_MAX)
        console->warnings[console->n_warnings++] = text;
    else
        lj_free(text);
}

void lj_warn(lj_console *console, const char *format, ...)
{
    if (console == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    if (text == NULL)
        return;
    pthread_mutex_lock(&console->lock);
    if (!console->quiet)
        say(console, console->has_colour ? "\033[33mwarning:\033[0m " : "warning: ", "", text);
    keep_warning(console, text);
    pthread_mutex_unlock(&console->lock);
}

int64_t lj_console_warning_count(const lj_console *console)
{
    return console == NULL ? 0 : console->n_warnings;
}

const char *lj_console_warning(const lj_console *console, int64_t index)
{
    assert(console != NULL && index >= 0 && index < console->n_warnings);
    return console->warnings[index];
}

void lj_progress_begin(lj_console *console, const char *label, int64_t total)
{
    assert(label != NULL && total >= 0);
    if (console == NULL || console->quiet)
        return;
    lj_progress_end(console);
    pthread_mutex_lock(&console->lock);
    snprintf(console->label, sizeof(console->label), "%s", label);
    console->detail[0] = '\0';
    console->done = 0;
    console->total = total;
    console->began = lj_seconds();
    console->redrawn = 0;
    console->running = 1;
    pthread_mutex_unlock(&console->lock);
}

void lj_progress_update(lj_console *console, int64_t done, const char *detail)
{
    if (console == NULL || console->quiet)
        return;
    pthread_mutex_lock(&console->lock);
    if (console->running) {
        console->done = done;
        if (detail != NULL)
            snprintf(console->detail, sizeof(console->detail), "%s", detail);
        const double now = console->is_terminal ? lj_seconds() : 0;
        if (console->is_terminal && now - console->began >= SHOW_AFTER && now - console->redrawn >= REDRAW_AFTER)
            draw_bar(console, now);
    }
    pthread_mutex_unlock(&console->lock);
}

void lj_progress_end(lj_console *console)
{
    if (console == NULL || console->quiet)
        return;
    pthread_mutex_lock(&console->lock);
    if (console->running) {
        const double seconds = lj_seconds() - console->began;
        console->running = 0;
        erase_bar(console);
        if (seconds >= SHOW_AFTER || !console->is_terminal) {
            char rate[32];
            print_rate(seconds > 0 ? (double)console->done / seconds : 0, rate, sizeof(rate));
            fprintf(stderr, "%s: %lld in %.1f s (%s)%s%s\n", console->label, (long long)console->done, seconds, rate,
                    console->detail[0] != '\0' ? "  " : "", console->detail);
        }
        fflush(stderr);
    }
    pthread_mutex_unlock(&console->lock);
}
