/* telemark town list: writes a made-up address list and its registers. */
#ifndef CMD_CMD_TOWN_LIST_H
#define CMD_CMD_TOWN_LIST_H

/* argv[0] = "list"; returns an exit code. */
int cmd_town_list_run(int argc, char **argv);

#endif
