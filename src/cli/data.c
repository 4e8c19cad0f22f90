/* lianjin data profile TABLE */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lianjin/data.h"
#include "lianjin/report.h"

typedef struct profile_request {
    lj_source_options source;
    lj_profile_options profile;
    const char *html;
    int json;
} profile_request;

static lj_status print_profile(const profile_request *request, const lj_profile *profile)
{
    lj_text json = {0};
    lj_text table = {0};
    lj_status status = lj_profile_json(profile, &json);
    if (status == LJ_OK && request->html != NULL)
        status = lj_report_profile(request->html, request->source.source, json.data);
    if (status == LJ_OK && !request->json)
        status = lj_profile_print(profile, &table);
    if (status == LJ_OK)
        (void)puts(request->json ? json.data : table.data);
    lj_text_free(&table);
    lj_text_free(&json);
    return status;
}

static lj_status profile_table(const profile_request *request, lj_console *console)
{
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    lj_profile *profile = NULL;
    lj_status status = lj_source_open(&request->source, console, &source);
    if (status == LJ_OK)
        status = lj_source_read(source, &frame);
    if (status == LJ_OK)
        status = lj_profile_make(frame, lj_source_schema(source), &request->profile, &profile);
    if (status == LJ_OK)
        status = print_profile(request, profile);
    lj_profile_destroy(profile);
    lj_frame_destroy(frame);
    lj_source_close(source);
    return status;
}

lj_status lj_verb_data(const lj_verb *verb, int argc, char **argv)
{
    profile_request request = {{0}, {0}, NULL, 0};
    const lj_flag flags[] = {
        {"target", 0, LJ_FLAG_TEXT, &request.profile.target, "COLUMN", "show each column's relation with this one"},
        {"positive", 0, LJ_FLAG_TEXT, &request.profile.positive, "VALUE", "the target's value that is the event"},
        {"time", 0, LJ_FLAG_TEXT, &request.profile.time, "COLUMN", "show drift over this time"},
        {"html", 'o', LJ_FLAG_TEXT, &request.html, "FILE.html", "write the profile as a page with histograms"},
        {"sql", 0, LJ_FLAG_TEXT, &request.source.sql, "SQL", "what to look at of the table, which is called source"},
        {"table", 0, LJ_FLAG_TEXT, &request.source.table, "NAME", "which table of a SQLite file"}};
    const char *arguments[2] = {NULL, NULL};
    lj_common common;
    lj_status status = lj_cli_begin(verb, flags, sizeof(flags) / sizeof(flags[0]), argc, argv, 2, arguments, &common);
    if (status != LJ_OK || common.help)
        goto done;
    if (strcmp(arguments[0], "profile") != 0) {
        status = lj_fail(LJ_EUSAGE, "expected lianjin data profile TABLE, found '%s'", arguments[0]);
        goto done;
    }
    request.source.source = arguments[1];
    request.source.n_threads = lj_team_size(common.team);
    request.json = common.json;
    status = profile_table(&request, common.console);
done:
    lj_cli_end(&common);
    return status;
}
