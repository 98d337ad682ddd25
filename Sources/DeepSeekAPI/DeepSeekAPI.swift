// DeepSeekAPI: the DeepSeekCluster resource: types, defaults, validation and the generated CRD.
