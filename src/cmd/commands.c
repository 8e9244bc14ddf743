#include "cmd/commands.h"

const struct command *const command_table[] = {
    &cmd_import,   &cmd_dnc,      &cmd_ledger,   &cmd_trunk, &cmd_campaign,
    &cmd_agent,    &cmd_serve,    &cmd_report,   &cmd_plan,  &cmd_why,
    &cmd_journal,  &cmd_evidence, &cmd_simulate, &cmd_town,  &cmd_decide,
    &cmd_rules,    &cmd_records,  &cmd_person,   &cmd_hold,  &cmd_complaint,
    &cmd_exposure,
};
const int command_count = (int)tm_array_len(command_table);
