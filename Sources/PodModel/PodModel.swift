// PodModel: pod, node and clock in, pod status out: what simulated pods do. Pure.
