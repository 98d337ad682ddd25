// TrafficModel: what a scaling rule would do with a load, in virtual time. Pure: traffic and settings in, a report out, and
// the same input gives the same report.
//
//   Traffic/  TrafficTrace: seconds of traffic, from a CSV of arrivals or of rates
//   Pods/     ServingSpeed: how fast one pod serves, fitted to measurements; Fleet: pods that load, serve and drain
//   Rules/    ScalingRule: what decides; AutoscalerRule is ours (or strictly HPA's); KPARule (Knative's) and
//            InstantRule are yardsticks, as is Clairvoyant, which knows the whole trace
//   Replay/   TrafficReplay: the seconds one by one; RequestQueue; ReplayReport: requests over the SLO, waits, GPU-seconds
//   Scenarios/ Scenario: a load and the settings of all rules; ScenarioResult: what each did, and the goals
//
// docs/simulation.md tells the model and what it leaves out.
