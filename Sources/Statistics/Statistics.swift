// Statistics: what figures of several runs say together, and how sure that is. Numbers in, numbers out.
//
//   Samples/        median, quantiles, and the intervals that ranks give them
//   Distributions/  normal, Student's t, binomial, and the null distributions of rank tests
//   Randomness/     the seeded source of bootstraps and permutations
//   Comparison/     Hodges–Lehmann with Mann–Whitney, Wilcoxon's signed ranks, Holm's correction
//   Gate/           rounds of a baseline and a candidate ─► pass, regression, inconclusive, or another round
//   Capacity/       answers of probes ─► the next rate to probe, at last the highest that holds
//   Scalability/    throughput against workers ─► contention, coherency, the peak, and how far to believe them
//   ChangePoints/   a history ─► where it changed
//   Trends/         a series ─► its slope with an interval
//
// Nothing here reads a clock or a file, and randomness is handed in: the same figures give the same answer for ever.
