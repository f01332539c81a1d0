// What Swift cannot call itself: a system call without a wrapper in the C library, and one that needs its GNU names.
#ifndef CKERNEL_SHIM_H
#define CKERNEL_SHIM_H
#ifdef __linux__

#include <linux/perf_event.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Counts an event of a thread and of the threads it starts, in user mode; -1 with errno where the kernel refuses.
static inline int ckernel_count_event(unsigned type, unsigned long long config, int thread) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = type;
    attributes.config = config;
    attributes.inherit = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return (int)syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/// Restricts a thread to the cores whose bits are set; -1 with errno where the kernel refuses.
static inline int ckernel_set_affinity(int thread, const unsigned long *mask, unsigned long bytes) {
    return (int)syscall(SYS_sched_setaffinity, thread, bytes, mask);
}

/// Makes this process the parent of every orphan below it; -1 with errno where the kernel refuses.
static inline int ckernel_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

#endif
#endif
