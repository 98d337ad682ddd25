// KubeRuntime: watchers, stores, queues, controllers and leader election.
