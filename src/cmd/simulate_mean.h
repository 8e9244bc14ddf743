/* The mean of some runs and how sure it is. Plain data; starts as zeros. */
#ifndef CMD_SIMULATE_MEAN_H
#define CMD_SIMULATE_MEAN_H

#include <stdint.h>

struct simulate_mean {
    uint64_t n;
    double mean, squares; /* of the differences from the mean */
};

void simulate_mean_add(struct simulate_mean *m, double x);
/* Half the width of the 95 % interval of the mean (Student's t); 0 for fewer
 * than two. */
double simulate_mean_half_width(const struct simulate_mean *m);

#endif
