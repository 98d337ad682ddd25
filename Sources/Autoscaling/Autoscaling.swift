// Autoscaling: numbers and a clock in, a replica decision and its explanation out. Pure: the same input gives the same
// decision, so that every one of them can be replayed.
//
//   Policy/    AutoscalerPolicy: bounds, metrics, behavior; HPADeviations: what we do otherwise, one by one
//   Metrics/   MetricReading in; MetricEvaluator (which readings count), ReplicaCalculator (a metric -> a proposal)
//   Schedules/ ReplicaSchedule: bounds for a time; TimeZoneFile and POSIXTimeZone, the rules of time zones
//   Guards/    LoadGuard and its reading; GuardVerdict, the least that guards ask for
//   Limits/    Stabilizer (windows) and RateLimiter (policies), over the AutoscalerState that they need
//   Decision/  Autoscaler, which puts these in HPA's order; Decision and DecisionTrace, what it did and why
//   ColdStart/ ColdStartTimes: how long pods take to be ready; PodsOnTheirWay: how many of them will be, and when
//   Forecast/  LoadForecaster: a load some minutes ahead, by trend, season and jumps; ReplicaForecaster: what it needs
//
// The rules are those of Kubernetes 1.36's HorizontalPodAutoscaler controller (pkg/controller/podautoscaler), whose
// recorded decisions are replayed in the tests. Its arithmetic is kept, order of floating-point operations included:
// implementations differ where they round.
