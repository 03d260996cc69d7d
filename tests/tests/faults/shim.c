/* Loaded into a server (LD_PRELOAD), this makes calls of the disk fail: those that the file in SESSIOND_FAULTS names, as
 * "CALL ERRNO EVERY". Of these calls, every EVERYth fails. Without the file none does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(const char *call) {
    static atomic_uint calls;
    char line[64] = {0}, name[32];
    int error, every;
    const char *path = getenv("SESSIOND_FAULTS");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) {
        return 0;
    }
    ssize_t length = read(file, line, sizeof line - 1);
    close(file);
    if (length <= 0 || sscanf(line, "%31s %d %d", name, &error, &every) != 3 || strcmp(name, call) != 0) {
        return 0;
    }
    if (atomic_fetch_add(&calls, 1) % (unsigned)every != 0) {
        return 0;
    }
    errno = error;
    return 1;
}

#define CALL(result, call, name, parameters, arguments)              \
    result call parameters {                                         \
        result(*real) parameters = (result(*) parameters)dlsym(RTLD_NEXT, #call); \
        return fails(name) ? (result)-1 : real arguments;            \
    }

CALL(int, fsync, "sync", (int fd), (fd))
CALL(int, fdatasync, "sync", (int fd), (fd))
CALL(ssize_t, pwrite, "write", (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
CALL(ssize_t, pwrite64, "write", (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
CALL(ssize_t, pread, "read", (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
CALL(ssize_t, pread64, "read", (int fd, void *data, size_t size, off64_t at), (fd, data, size, at))
