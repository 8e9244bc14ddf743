#include "cmd/control_address.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int control_address(const char *dir, struct sockaddr_un *addr, int *dir_fd)
{
    *dir_fd = -1;
    memset(addr, 0, sizeof(*addr));
    addr->sun_family = AF_UNIX;
    int n = snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/control.sock",
                     dir);
    if (n > 0 && (size_t)n < sizeof(addr->sun_path))
        return 0;
    *dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*dir_fd < 0)
        return -1;
    (void)snprintf(addr->sun_path, sizeof(addr->sun_path),
                   "/proc/self/fd/%d/control.sock", *dir_fd);
    return 0;
}
