// ClusterSimulator: a Kubernetes API server in memory, for trying and testing.
