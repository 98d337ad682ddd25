// SimulatedNodes: plays the kubelets on any API server.
