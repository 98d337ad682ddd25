// KubeClient: configuration, credentials and typed requests to a Kubernetes API server.
