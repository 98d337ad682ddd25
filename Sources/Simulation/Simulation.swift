// Simulation: what autoscaling settings would have done with a trace, for a person to see before paying for it. Files and
// clusters are read by the command; here text and values go in, and reports come out: the same input gives the same bytes.
//
//   Options/   SimulationOptions: the command line of `deepseek-operator simulate`
//   Settings/  SimulatedSetting: a DeepSeekCluster's, or only an autoscaling section's, rule
//   Replay/    SimulationRun: every rule over the trace; Outcome and its Timeline
//   Report/    SimulationTable (text), SimulationCSV, ReportPage (HTML) and the LinePlots (SVG) in it
