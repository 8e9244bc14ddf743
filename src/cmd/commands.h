/* The subcommands, one file each: cmd_NAME.c defines cmd_NAME. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/command.h"
#include "cmd/control.h"

extern const struct command cmd_import;
extern const struct command cmd_dnc;
extern const struct command cmd_trunk;
extern const struct command cmd_ledger;
extern const struct command cmd_campaign;
extern const struct command cmd_agent;
extern const struct command cmd_serve;
extern const struct command cmd_report;
extern const struct command cmd_plan;
extern const struct command cmd_why;
extern const struct command cmd_journal;
extern const struct command cmd_evidence;
extern const struct command cmd_simulate;
extern const struct command cmd_town;
extern const struct command cmd_decide;
extern const struct command cmd_rules;
extern const struct command cmd_records;
extern const struct command cmd_person;
extern const struct command cmd_hold;
extern const struct command cmd_complaint;
extern const struct command cmd_exposure;

/* The parts that run where the data folder is owned (cmd/control.h). */
control_fn cmd_import_control;
control_fn cmd_dnc_control;
control_fn cmd_trunk_control;
control_fn cmd_campaign_control;
control_fn cmd_records_control;
control_fn cmd_person_control;
control_fn cmd_hold_control;
control_fn cmd_ledger_control;
control_fn cmd_complaint_control;
control_fn cmd_agent_control;

#endif
