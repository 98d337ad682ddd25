// PodModel: what a simulated pod does. Pure: objects and the time in; status, placement and load out.
//
//   Views/       PodView, ContainerView, NodeView: the fields we read, straight from JSON
//   Behavior/    PodBehavior (how one container acts) and BehaviorRules (which one: image rules, annotations)
//   Scheduling/  kube-scheduler's filters and message, over nodes with GPUs
//   Lifecycle/   the kubelet: PodLifecycle.next(pod) -> status, events and when to look again
//   Load/        requests per second spread over ready pods: in flight, queued, latency, GPU utilisation
//
// All state of a pod lives in its own status, so whoever plays the kubelet can be restarted at any time.
// Not modelled: volumes and claims (always there), pod affinity, topology spread, preemption, probes' own answers.
