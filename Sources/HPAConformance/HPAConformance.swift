// HPAConformance: replays the recorded decisions of a real HorizontalPodAutoscaler controller and says where ours differ.
//
//   Recording/  RecordedSequence: one line of a recording, checked as it is read; RecordingError names line and field
//   Replay/     SequenceReplay: one sequence, up to its first difference; ConformanceRun: a whole file, counted
//
// The format is described in Tests/Fixtures/vectors/README.md.
