// Operator: the DeepSeekCluster controller.
