#include "cmd/commands.h"
#include "cmd/control.h"

const struct control_command control_table[] = {
    {&cmd_import, cmd_import_control},
    {&cmd_dnc, cmd_dnc_control},
    {&cmd_trunk, cmd_trunk_control},
    {&cmd_campaign, cmd_campaign_control},
    {&cmd_records, cmd_records_control},
    {&cmd_person, cmd_person_control},
    {&cmd_hold, cmd_hold_control},
    {&cmd_ledger, cmd_ledger_control},
    {&cmd_complaint, cmd_complaint_control},
    {&cmd_agent, cmd_agent_control},
};
const int control_table_count = (int)tm_array_len(control_table);
